import { type JoinSpec, leftColumns, outputColumns } from '@tessera/api';
import type { RunResult } from '@tessera/engine';
import { checkRunOptions, type RawRunOptions } from '../options.js';
import { printJson, runDocument } from '../output/json-document.js';
import { isIdle } from '../output/plan-lines.js';
import { rowTable, valueText } from '../output/row-table.js';
import { stepLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { validateFirst } from '../project/validate-first.js';
import { chooseJoin } from './choose-join.js';
import { type CommandContext, printLines } from './context.js';
import { ensureLake, openProject } from './open-project.js';
import { rememberIdle, saidOfNothing } from './remember-idle.js';
import { runDataset } from './run-dataset.js';
import { timelinesOf } from './timeline.js';

export interface RawTrainSetOptions extends RawRunOptions {
  readonly join?: string;
}

/** Rows of a dry run, unless `--limit` says another number. */
const DRY_RUN_ROWS = '1000';
/** Of which so many are printed. */
const PRINTED_ROWS = 10;

/** `tessera train-set`: one training set, from the join named, or from the only one there is. */
export async function trainSetCommand(
  raw: RawTrainSetOptions,
  context: CommandContext,
): Promise<void> {
  const isDry = raw.dryRun === true;
  const checked = checkRunOptions(isDry ? { ...raw, limit: raw.limit ?? DRY_RUN_ROWS } : raw);
  const quiet = raw.json === true;
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const join = chooseJoin(definitions, raw.join, shownPath(context.cwd, config.features));
  const only = `${join.name} (the only one in this project)`;
  if (raw.join === undefined && !quiet) printLines(context, [stepLine('join', only)]);
  const timelines = await timelinesOf(raw, [join.name], context.cwd);
  await validateFirst(definitions.project, [join]);
  await ensureLake(project, { named: raw.lake !== undefined, quiet }, context);
  const engine = await context.loadEngine();
  const result = await runDataset(
    {
      ...{ raw, checked, config, timeline: timelines.get(join.name) ?? null },
      run: (options) => engine.trainSet(join, options),
    },
    context,
  );
  if (isDry && !quiet && !checked.planOnly) {
    printLines(context, ['', ...(await previewLines(result, join, context))]);
  }
  if (isIdle(result.plan)) {
    const step = { as: 'step', label: 'join', text: only } as const;
    const said = [...(raw.join === undefined ? [step] : []), saidOfNothing(result.plan, checked)];
    await rememberIdle(
      { raw, config, loaded: [...load.loaded().keys()], definitions: [join], said },
      context,
    );
  }
  if (quiet) {
    context.terminal.out(
      printJson({ command: 'train-set', name: join.name, ...runDocument(result) }),
    );
  }
}

/** The first rows, keys and features beside each other as far as the screen is wide. */
async function previewLines(
  result: RunResult,
  join: JoinSpec,
  { terminal }: CommandContext,
): Promise<string[]> {
  const { batchRows } = await import('@tessera/engine');
  const columns = [...leftColumns(join), ...outputColumns(join)];
  const rows: (string | null)[][] = [];
  for await (const batch of result.batches()) {
    if (rows.length >= PRINTED_ROWS) break;
    const some = batchRows(batch, columns, PRINTED_ROWS - rows.length);
    rows.push(...some.map((row) => row.map(valueText)));
  }
  const keys = new Set([
    ...join.parts.flatMap((one) => one.keys.map(({ left }) => left)),
    join.left.time,
  ]);
  const ranked = columns.map(({ name, type }, idx) => ({
    name,
    type,
    rank: keys.has(name) ? 0 : idx < leftColumns(join).length ? 2 : 1,
  }));
  return rowTable(ranked, rows, terminal.outStyle);
}
