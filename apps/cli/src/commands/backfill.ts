import type { GroupBySpec, JoinSpec } from '@tessera/api';
import type { RunOptions, RunResult } from '@tessera/engine';
import type { Engine } from '../engine.js';
import { noGroupBys, unknownName } from '../failures.js';
import type { Said } from '../idle/verdict.js';
import { checkRunOptions, type Mistake, type RawRunOptions } from '../options.js';
import { printJson, runDocument } from '../output/json-document.js';
import { isIdle } from '../output/plan-lines.js';
import { paint } from '../output/style.js';
import { shownPath } from '../paths.js';
import { type Definitions, loadDefinitions } from '../project/load-definitions.js';
import { validateFirst } from '../project/validate-first.js';
import { type CommandContext, printLines } from './context.js';
import { ensureLake, openProject } from './open-project.js';
import { rememberIdle, saidOfNothing } from './remember-idle.js';
import { runDataset } from './run-dataset.js';
import { timelinesOf } from './timeline.js';

export interface RawBackfillOptions extends RawRunOptions {
  /** Empty = every groupBy of the project. */
  readonly groupBy?: readonly string[];
  /** Joins whose tiles are built, and nothing else. */
  readonly join?: readonly string[];
}

/** `tessera backfill`: the stand-alone datasets of the groupBys named, or of all; with `--join` only tiles of joins. */
export async function backfillCommand(
  raw: RawBackfillOptions,
  context: CommandContext,
): Promise<void> {
  const checked = checkRunOptions(raw, mistakesWithJoin(raw));
  const quiet = raw.json === true;
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const isNamed = raw.join !== undefined;
  const chosen = isNamed
    ? named('join', definitions.joins, raw.join)
    : chooseGroupBys(definitions, raw.groupBy ?? [], shownPath(context.cwd, config.features));
  const names = chosen.map(({ name }) => name);
  const timelines = await timelinesOf(raw, names, context.cwd);
  await validateFirst(definitions.project, chosen);
  await ensureLake(project, { named: raw.lake !== undefined, quiet }, context);
  const engine = await context.loadEngine();
  const documents: object[] = [];
  const said: Said[] = [];
  let areIdle = !isNamed;
  for (const definition of chosen) {
    if (chosen.length > 1 && !quiet)
      printLines(context, [paint(context.terminal.outStyle, 'bold', definition.name)]);
    const run = {
      raw,
      checked,
      config,
      timeline: timelines.get(definition.name) ?? null,
      run: (options: RunOptions) => runOne(engine, definition, options),
    };
    const result = await runDataset(run, context);
    documents.push({ command: 'backfill', name: definition.name, ...runDocument(result) });
    areIdle &&= isIdle(result.plan);
    if (chosen.length > 1) said.push({ as: 'title', label: '', text: definition.name });
    said.push(saidOfNothing(result.plan, checked));
  }
  if (areIdle) {
    const loaded = [...load.loaded().keys()];
    await rememberIdle({ raw, config, loaded, definitions: chosen, said }, context);
  }
  const isOne = (raw.join ?? raw.groupBy)?.length === 1;
  if (quiet) context.terminal.out(printJson(isOne ? documents[0] : { runs: documents }));
}

function runOne(
  engine: Engine,
  definition: GroupBySpec | JoinSpec,
  options: RunOptions,
): Promise<RunResult> {
  return definition.kind === 'join'
    ? engine.buildTiles(definition, options)
    : engine.backfill(definition, options);
}

/** With `--join` there are tiles and no result. */
function mistakesWithJoin(raw: RawBackfillOptions): Mistake[] {
  if (raw.join === undefined) return [];
  const mistake = (option: string, isThere: boolean, message: string) =>
    isThere ? [{ option, message }] : [];
  return [
    ...mistake('--group-by', raw.groupBy !== undefined, 'does not go with --join: run them apart'),
    ...mistake('--limit', raw.limit !== undefined, 'does not go with --join: nothing is published'),
    ...mistake('--replace', raw.replace === true, 'does not go with --join: nothing is published'),
    ...mistake(
      '--format',
      raw.format === 'csv' || raw.format === 'arrow',
      'does not go with --join: nothing is published',
    ),
    ...mistake(
      '--tiles',
      raw.tiles === 'off' || raw.tiles === 'auto',
      `${raw.tiles} builds none, and --join asks for tiles`,
    ),
  ];
}

function chooseGroupBys(
  { groupBys }: Definitions,
  asked: readonly string[],
  features: string,
): GroupBySpec[] {
  if (asked.length > 0) return named('groupBy', groupBys, asked);
  if (groupBys.size === 0) throw noGroupBys(features);
  return [...groupBys.values()];
}

/** Each once, in the order of the command line. Throws UNKNOWN_JOIN, UNKNOWN_GROUP_BY. */
function named<T>(
  kind: 'join' | 'groupBy',
  all: ReadonlyMap<string, T>,
  asked: readonly string[],
): T[] {
  return [...new Set(asked)].map((name) => {
    const found = all.get(name);
    if (found === undefined) throw unknownName(kind, name, [...all.keys()]);
    return found;
  });
}
