import type { JoinSpec } from '@tessera/api';
import { chooseOneJoin, unknownName } from '../failures.js';
import { checkRunOptions, type RawRunOptions } from '../options.js';
import { printJson, runDocument } from '../output/json-document.js';
import { stepLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { type Definitions, loadDefinitions } from '../project/load-definitions.js';
import { type CommandContext, printLines } from './context.js';
import { ensureLake, openProject } from './open-project.js';
import { runDataset } from './run-dataset.js';

export interface RawTrainSetOptions extends RawRunOptions {
  readonly join?: string;
}

/** `tessera train-set`: one training set, from the join named, or from the only one there is. */
export async function trainSetCommand(
  raw: RawTrainSetOptions,
  context: CommandContext,
): Promise<void> {
  const checked = checkRunOptions(raw);
  const quiet = raw.json === true;
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const join = chooseJoin(definitions, raw.join, shownPath(context.cwd, config.features));
  if (raw.join === undefined && !quiet) {
    printLines(context, [stepLine('join', `${join.name} (the only one in this project)`)]);
  }
  await ensureLake(project, { named: raw.lake !== undefined, quiet }, context);
  const engine = await context.loadEngine();
  const result = await runDataset(
    { raw, checked, config, run: (options) => engine.trainSet(join, options) },
    context,
  );
  if (quiet) {
    context.terminal.out(
      printJson({ command: 'train-set', name: join.name, ...runDocument(result) }),
    );
  }
}

function chooseJoin({ joins }: Definitions, asked: string | undefined, features: string): JoinSpec {
  const names = [...joins.keys()];
  if (asked !== undefined) {
    const join = joins.get(asked);
    if (join === undefined) throw unknownName('join', asked, names);
    return join;
  }
  const [only, ...others] = joins.values();
  if (only === undefined || others.length > 0) throw chooseOneJoin(names, features);
  return only;
}
