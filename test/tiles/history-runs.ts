import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAY_MS, formatDay, type GroupBySpec, isTesseraError, type JoinSpec } from '@tessera/api';
import {
  backfill,
  buildTiles,
  type PlanSummary,
  type RunOptions,
  type RunResult,
  trainSet,
} from '@tessera/engine';
import { removeTileGarbage } from '@tessera/tiling';
import { unmet } from '../files/estimate-met.js';
import { filesBelow, hashes, isPublished, newFolder } from '../files/workspace.js';
import { type Definitions, joinOf, NAMES, neighbourOf } from './history-definitions.js';
import { askedFrom, type HistoryLake } from './history-lake.js';

export interface History {
  readonly seed: number;
  readonly lake: HistoryLake;
  readonly definitions: Definitions;
  readonly out: string;
  readonly met: Met;
  /** What happened, for who has to find out why. */
  readonly log: string[];
}

/** What all histories met together. */
export interface Met {
  histories: number;
  runs: number;
  compared: number;
  tilesRead: number;
  partitionsBuilt: number;
  blocksBuilt: number;
  slices: number;
  interrupted: number;
  killed: number;
  readonly steps: Record<string, number>;
  /** Places read, by level. */
  readonly levels: Record<string, number>;
}

/** So little memory that a few rows are too many for it. */
const TINY = { taskBytes: 3000, leastRows: 2 };

const long = process.env.TESSERA_LONG === '1';

/** Runs that a definition may refuse, for the lake as it is. */
const ANSWERS = new Set(['NO_PARTITIONS', 'INTERRUPTED']);

type Run = (options: RunOptions) => Promise<RunResult>;

/** How a run may go about its work: values never depend on it. */
function drawWays({ lake: { r } }: History): RunOptions {
  return {
    workers: r.chance(0.06) ? 2 : 1,
    ...(r.chance(0.4) && { buckets: r.between(1, 3) }),
    ...(r.chance(0.3) && { memoryShares: TINY }),
    tiles: r.pick(['off', 'auto', 'build', 'always', 'always', 'always'] as const),
  };
}

/** Days that are asked for, as the lake is now. */
function wholeRange({ lake }: History): { start: string; end: string } {
  return { start: formatDay(askedFrom(lake)), end: formatDay(lake.nextDay - 1) };
}

function someRange(history: History): { start: string; end: string } {
  const { lake } = history;
  const start = lake.r.between(askedFrom(lake), lake.nextDay - 1);
  return { start: formatDay(start), end: formatDay(lake.r.between(start, lake.nextDay - 1)) };
}

/** Run, and count; a code where that is an answer. */
async function answer(history: History, run: Run, options: RunOptions): Promise<string | null> {
  const { lake, out, met } = history;
  let plan: PlanSummary | null = null;
  const onPlan = (made: PlanSummary) => {
    plan = made;
  };
  met.runs++;
  try {
    const result = await run({ lake: lake.path, out, replace: true, onPlan, ...options });
    const { counters } = result;
    if (!options.planOnly && unmet(result).length > 0)
      throw new Error(`not as planned: ${unmet(result).join('; ')}`);
    met.tilesRead += counters.tilesRead;
    met.partitionsBuilt += counters.tilePartitionsBuilt;
    met.blocksBuilt += counters.tileBlocksBuilt;
    met.slices += counters.slices;
    if (counters.tilesRead > 0) count(met, plan);
    return null;
  } catch (error) {
    if (isTesseraError(error) && ANSWERS.has(error.code)) return error.code;
    throw error;
  }
}

function count({ levels }: Met, plan: PlanSummary | null): void {
  for (const { reads } of plan?.tiles ?? [])
    for (const { level, places } of reads) levels[level] = (levels[level] ?? 0) + places;
}

interface Output {
  readonly name: string;
  readonly folder: string;
  readonly run: Run;
}

function outputs({ definitions }: History): Output[] {
  const asked: JoinSpec = joinOf(definitions);
  return [
    { name: 'train-set', folder: 'train-sets/asked', run: (options) => trainSet(asked, options) },
    ...NAMES.map((name) => ({
      name,
      folder: `group-bys/${name}`,
      run: (options: RunOptions) => backfill(definitions[name], options),
    })),
  ];
}

/** The training set and one groupBy, brought up to date, are what a run from scratch without tiles makes: bytes and all. */
export async function compare(history: History): Promise<string[]> {
  const { r } = history.lake;
  const [set, ...groupBys] = outputs(history);
  const failures: string[] = [];
  for (const { name, folder, run } of [set!, r.pick(groupBys)]) {
    const range = wholeRange(history);
    const ways = { ...drawWays(history), tiles: r.pick(['auto', 'build', 'always'] as const) };
    history.log.push(`compare ${name} ${JSON.stringify(ways)}`);
    const scratch = newFolder();
    const wanted = await answer(history, run, {
      ...{ ...range, workers: 1, tiles: 'off', out: scratch },
    });
    const got = await answer(history, run, { ...range, ...ways });
    if (wanted !== got) failures.push(`${name}: ${got ?? 'made'}, from scratch ${wanted}`);
    if (wanted === null) {
      const [mine, theirs] = [history.out, scratch].map((out) => filesOf(joinPath(out, folder)));
      const differing = [...new Set([...Object.keys(mine!), ...Object.keys(theirs!)])].filter(
        (file) => mine![file] !== theirs![file],
      );
      if (differing.length > 0) failures.push(`${name}: ${differing.join(', ')}`);
      history.met.compared++;
    }
    rmSync(scratch, { recursive: true });
  }
  return failures;
}

/** Published files and the manifest, which does not tell how they came about. */
function filesOf(folder: string): Record<string, string> {
  return hashes(folder, (file) => isPublished(file) || file === '_manifest.json');
}

/** Runs of all kinds, whose results nobody looks at; and what may happen to tiles meanwhile. */
export const RUN_STEPS = {
  async 'run over some days'(history) {
    const { name, run } = history.lake.r.pick(outputs(history));
    const options = { ...drawWays(history), ...someRange(history) };
    return `${name} ${JSON.stringify(options)}: ${await answer(history, run, options)}`;
  },
  async 'tiles built ahead'(history) {
    const { definitions, lake } = history;
    const of = lake.r.chance(0.4) ? joinOf(definitions) : definitions[lake.r.pick(NAMES)];
    const range = lake.r.chance(0.5) ? {} : someRange(history);
    const options = { ...drawWays(history), ...range, tiles: 'build' as const };
    // It makes no results that could be replaced.
    const run: Run = ({ replace: _, ...own }) => buildTiles(of, own);
    return `${of.name} ${JSON.stringify(options)}: ${await answer(history, run, options)}`;
  },
  async 'neighbour that shares tiles'(history) {
    const groupBy: GroupBySpec = neighbourOf(history.definitions, history.lake.r.pick(NAMES));
    const options = { ...drawWays(history), ...someRange(history) };
    const run: Run = (own) => backfill(groupBy, own);
    return `${JSON.stringify(options)}: ${await answer(history, run, options)}`;
  },
  async 'interrupted run'(history) {
    const { name, run } = history.lake.r.pick(outputs(history));
    const stop = new AbortController();
    let left = history.lake.r.pick([1, 2, 3, 5, 9, 20, 40]);
    const options: RunOptions = {
      ...drawWays(history),
      ...wholeRange(history),
      signal: stop.signal,
      onProgress: () => {
        if (--left === 0) stop.abort();
      },
    };
    const code = await answer(history, run, options);
    if (code === 'INTERRUPTED') history.met.interrupted++;
    return `${name}: ${code}`;
  },
  /** By `kill -9`, at a task's end or at any time. */
  'killed run'(history) {
    const { definitions, lake, out } = history;
    const { r } = lake;
    if (!long && r.chance(0.7)) return null;
    const definition = r.chance(0.5) ? joinOf(definitions) : definitions[r.pick(NAMES)];
    const how = r.chance(0.7)
      ? { afterEvents: r.between(1, 40), afterMs: null }
      : { afterEvents: null, afterMs: r.below(500) };
    const options = { ...drawWays(history), ...wholeRange(history), lake: lake.path, out };
    const child = fileURLToPath(new URL('history-child.mjs', import.meta.url));
    const { kind } = definition;
    const run = JSON.stringify({
      kind,
      definition,
      ...how,
      options: { ...options, replace: true },
    });
    const { signal, stderr } = spawnSync(process.execPath, [child, run], { encoding: 'utf8' });
    if (signal === 'SIGKILL') history.met.killed++;
    else if (stderr !== '' && ![...ANSWERS].some((code) => stderr.includes(code)))
      throw new Error(stderr);
    return `${definition.name} ${JSON.stringify(how)}: ${signal}`;
  },
  async 'look without writing'(history) {
    const { r } = history.lake;
    const { name, run } = r.pick(outputs(history));
    const how = r.chance(0.5) ? { planOnly: true } : { limit: r.between(1, 3) };
    const options = { ...drawWays(history), ...someRange(history), ...how };
    return `${name} ${JSON.stringify(how)}: ${await answer(history, run, options)}`;
  },
  'lost tile file'(history) {
    const tile = pickTile(history);
    if (tile !== null) rmSync(tile);
    return tile;
  },
  'cut tile file'(history) {
    const tile = pickTile(history);
    if (tile !== null) truncateSync(tile, history.lake.r.below(100));
    return tile;
  },
  'lost tile set'(history) {
    const tile = pickTile(history);
    if (tile === null) return null;
    const store = joinPath(history.out, 'tiles');
    const set = joinPath(store, tile.slice(store.length + 1).split('/')[0]!);
    const lost = history.lake.r.pick([set, joinPath(set, '_manifest.json')]);
    rmSync(lost, { recursive: true });
    return lost;
  },
  async 'garbage removed'(history) {
    const { removed } = await removeTileGarbage(joinPath(history.out, 'tiles'), {
      olderThanMs: 0,
      nowMs: Date.now() + DAY_MS,
    });
    return `${removed.length} items`;
  },
  'lost memory of footers'(history) {
    const folder = joinPath(history.out, '_facts');
    if (!existsSync(folder)) return null;
    if (history.lake.r.chance(0.5)) rmSync(folder, { recursive: true });
    else for (const name of filesBelow(folder)) writeFileSync(joinPath(folder, name), '{"form');
    return folder;
  },
} satisfies Record<string, (history: History) => Promise<string | null> | string | null>;

function pickTile({ out, lake }: History): string | null {
  const store = joinPath(out, 'tiles');
  const files = filesBelow(store).filter((name) => name.endsWith('.parquet'));
  return files.length === 0 ? null : joinPath(store, lake.r.pick(files));
}
