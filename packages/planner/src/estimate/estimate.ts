import type { LakeFacts } from '../facts.js';
import type { PhysicalPlan } from '../plan.js';
import { secondsOf } from './costs.js';
import { type EstimateMemory, peakOf } from './peak.js';
import { type Counted, countWork, type Stage, stageWork } from './work.js';

export interface EstimateOptions {
  /** Threads that will work; 1 = the calling one. */
  readonly workers: number;
  readonly memory: EstimateMemory;
  /** Tiles are built and nothing else. Default false. */
  readonly tilesOnly?: boolean;
}

/** What a run of a plan will take, before it is run. */
export interface Estimate {
  /** Rows of sources that scans read, and that tiles are built of, by the files' footers: the run's `rowsScanned`. */
  readonly rows: number;
  /** Size of the files to be read, the left's too, each once, and of tiles. */
  readonly bytes: number;
  /** From the plan to the published partitions. */
  readonly seconds: number;
  readonly peakBytes: number;
  /** What the seconds are made of; `start` is the threads'. */
  readonly stages: Readonly<Record<Stage | 'start', number>>;
}

/** Workers and their DuckDB are ready after this. */
const START_SECONDS = { inline: 0.05, threads: 0.4 };

/**
 * Foretell rows, bytes, time and memory of a run. Rows and bytes are sums of what footers say; seconds are amounts of work
 * times what a unit of it was measured to cost (`costs.ts`), shared among the workers; nothing is read.
 */
export function estimate(
  plan: PhysicalPlan,
  facts: LakeFacts,
  { workers, memory, tilesOnly = false }: EstimateOptions,
): Estimate {
  const counted = countWork(plan, facts, tilesOnly ? 'tiles' : 'all');
  const isIdle = counted.partitions === 0 && counted.builds.length === 0;
  const start = isIdle ? 0 : START_SECONDS[workers === 1 ? 'inline' : 'threads'];
  const stages: Record<Stage | 'start', number> = {
    ...{ start, tiles: 0, keys: 0, dictionaries: 0, left: 0 },
    ...{ scan: 0, join: 0, write: 0, publish: 0 },
  };
  // Its names are those of stages.
  for (const [name, { tasks, amounts }] of Object.entries(stageWork(plan, counted)))
    stages[name as Stage] = secondsOf(amounts) / Math.min(workers, tasks);
  return {
    rows: rowsOf(counted),
    bytes: isIdle ? 0 : bytesOf(plan, facts, tilesOnly ? 'tiles' : 'all'),
    seconds: Object.values(stages).reduce((sum, seconds) => sum + seconds, 0),
    peakBytes: peakOf(plan, counted, workers, memory),
    stages,
  };
}

function rowsOf({ scans, builds }: Counted): number {
  const read = scans.reduce((sum, { rows }) => sum + rows, 0);
  return builds.reduce((sum, { rows }) => sum + rows, read);
}

function bytesOf(plan: PhysicalPlan, facts: LakeFacts, what: 'tiles' | 'all'): number {
  const read = new Map<string, number>();
  const note = (sourceId: string, fileIdx: readonly number[]) => {
    const files = facts.sources[sourceId]?.files ?? [];
    for (const idx of fileIdx) {
      const file = files[idx];
      if (file !== undefined) read.set(file.path, file.bytes);
    }
  };
  let tiles = 0;
  for (const { sourceId, fileIdx, tiles: own } of plan.scans) {
    for (const build of own?.builds ?? []) note(sourceId, build.fileIdx);
    if (what === 'tiles') continue;
    note(sourceId, fileIdx);
    for (const { bytes } of own?.reads ?? []) tiles += bytes ?? 0;
  }
  if (plan.left.kind === 'source' && what === 'all')
    for (const { reason, fileIdx } of plan.partitions)
      if (reason !== null) note(plan.left.sourceId, fileIdx);
  return [...read.values()].reduce((sum, bytes) => sum + bytes, tiles);
}
