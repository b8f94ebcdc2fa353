import path from 'node:path';
import { badOptions } from '../failures.js';
import type { Mistake } from '../options.js';
import { consistencyLines } from '../output/consistency-lines.js';
import { stepLine } from '../output/style.js';
import { jsonValue } from '../output/value-text.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { validateFirst } from '../project/validate-first.js';
import { chooseJoin } from './choose-join.js';
import { type CommandContext, printLines } from './context.js';
import { ensureLake, openProject } from './open-project.js';
import { type RawUnitOptions, readAsOf, shownStore, withStore } from './serving.js';

export interface RawConsistencyOptions extends RawUnitOptions {
  readonly rows?: string;
  readonly seed?: string;
  readonly log?: string;
  readonly asOf?: string;
  readonly lake?: string;
}

const STEPS = {
  upload: 'nothing is uploaded: an upload for the comparison',
  sample: 'left rows are drawn',
  train: 'their training rows, and what is served',
  compare: 'the rows that differ, over the events of the upload alone',
  explain: 'what both sides are made of',
} as const;

/** `tessera consistency`: exit code 1 where what is served is not what is trained on. */
export async function consistencyCommand(
  raw: RawConsistencyOptions,
  context: CommandContext,
): Promise<void> {
  const mistakes: Mistake[] = [];
  const whole = (option: string, text: string | undefined, least: number) => {
    if (text === undefined) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value >= least) return value;
    mistakes.push({ option, message: `is not a whole number of at least ${least}: \`${text}\`` });
    return undefined;
  };
  const rows = whole('--rows', raw.rows, 1);
  const seed = whole('--seed', raw.seed, 0);
  const asOfMs = raw.asOf === undefined ? undefined : readAsOf('--as-of', raw.asOf, mistakes);
  if (mistakes.length > 0) throw badOptions(mistakes);
  const quiet = raw.json === true;
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const join = chooseJoin(definitions, raw.join, shownPath(context.cwd, config.features));
  await validateFirst(definitions.project, [join]);
  await ensureLake(project, { named: raw.lake !== undefined, quiet }, context);
  const { checkConsistency, isConsistent } = await import('@tessera/consistency');
  context.interrupts.listen();
  await withStore(raw, config, context, async (store) => {
    const report = await checkConsistency({
      ...{ join, store, lake: config.lake, out: config.out, signal: context.interrupts.signal },
      ...(raw.log !== undefined && { log: path.resolve(context.cwd, raw.log) }),
      ...(rows !== undefined && { rows }),
      ...(seed !== undefined && { seed }),
      ...(asOfMs !== undefined && { asOfMs }),
      onStep: (step) => {
        if (!quiet) context.terminal.err(`${stepLine(step, STEPS[step])}\n`);
      },
    });
    if (quiet)
      context.terminal.out(
        `${JSON.stringify({ command: 'consistency', ...report }, jsonValue, 2)}\n`,
      );
    else
      printLines(
        context,
        consistencyLines(report, shownStore(store, context.cwd), context.terminal.outStyle),
      );
    if (!isConsistent(report)) process.exitCode = 1;
  });
}
