import type { GroupBySpec } from '@tessera/api';
import type { RunOptions } from '@tessera/engine';
import { noGroupBys, unknownName } from '../failures.js';
import { checkRunOptions, type RawRunOptions } from '../options.js';
import { printJson, runDocument } from '../output/json-document.js';
import { paint } from '../output/style.js';
import { shownPath } from '../paths.js';
import { type Definitions, loadDefinitions } from '../project/load-definitions.js';
import { type CommandContext, printLines } from './context.js';
import { ensureLake, openProject } from './open-project.js';
import { runDataset } from './run-dataset.js';

export interface RawBackfillOptions extends RawRunOptions {
  /** Empty = every groupBy of the project. */
  readonly groupBy?: readonly string[];
}

/** `tessera backfill`: the stand-alone datasets of the groupBys named, or of all. */
export async function backfillCommand(
  raw: RawBackfillOptions,
  context: CommandContext,
): Promise<void> {
  const checked = checkRunOptions(raw);
  const quiet = raw.json === true;
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const chosen = chooseGroupBys(
    definitions,
    raw.groupBy ?? [],
    shownPath(context.cwd, config.features),
  );
  await ensureLake(project, { named: raw.lake !== undefined, quiet }, context);
  const engine = await context.loadEngine();
  const documents: object[] = [];
  for (const groupBy of chosen) {
    if (chosen.length > 1 && !quiet)
      printLines(context, [paint(context.terminal.outStyle, 'bold', groupBy.name)]);
    const run = {
      raw,
      checked,
      config,
      run: (options: RunOptions) => engine.backfill(groupBy, options),
    };
    documents.push({
      command: 'backfill',
      name: groupBy.name,
      ...runDocument(await runDataset(run, context)),
    });
  }
  if (quiet)
    context.terminal.out(printJson(raw.groupBy?.length === 1 ? documents[0] : { runs: documents }));
}

function chooseGroupBys(
  { groupBys }: Definitions,
  asked: readonly string[],
  features: string,
): GroupBySpec[] {
  const names = [...groupBys.keys()];
  if (asked.length === 0) {
    if (names.length === 0) throw noGroupBys(features);
    return [...groupBys.values()];
  }
  return [...new Set(asked)].map((name) => {
    const groupBy = groupBys.get(name);
    if (groupBy === undefined) throw unknownName('groupBy', name, names);
    return groupBy;
  });
}
