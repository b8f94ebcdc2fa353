import type { LakeFacts } from '../facts.js';
import type { PhysicalPlan } from '../plan.js';
import { bytesOf } from './bytes.js';
import { inParallel, START_SECONDS, secondsOf, UNDER_PRESSURE } from './costs.js';
import { type Counted, countWork } from './count-work.js';
import { type EstimateMemory, peakOf } from './peak.js';
import { type Stage, type StageWork, stageWork } from './stage-work.js';

export interface EstimateOptions {
  /** Tasks that are done at a time. */
  readonly workers: number;
  /** Threads that are started for them. Default: as many, and none for one worker. */
  readonly threads?: number;
  readonly memory: EstimateMemory;
  /** Tiles are built and nothing else. Default false. */
  readonly tilesOnly?: boolean;
  /** The result is read once more, for the table of its columns. Default false. */
  readonly summary?: boolean;
  /** How fast this machine is, beside the one that costs were measured on. Default 1. */
  readonly speed?: number;
  /** What planning has taken already. Default 0. */
  readonly planSeconds?: number;
}

/** What a run of a plan will take, before it is run. */
export interface Estimate {
  /** Rows of sources that scans read, and that tiles are built of: the run's `rowsScanned`. */
  readonly rows: number;
  /**
   * More than `rows` where tiles are built first: how many there are is known then, and where they spare too few rows the
   * rows are read.
   */
  readonly rowsAtMost: number;
  /** Size of the files that are read, the left's too, each once: the run's `bytesRead`. */
  readonly bytes: number;
  /** Size of the tiles that are read: the run's `tileBytesRead`; null where some are yet to be built. */
  readonly tileBytes: number | null;
  /** Of the whole run, planning included. */
  readonly seconds: number;
  readonly peakBytes: number;
  /** What the seconds are made of. */
  readonly stages: Readonly<Record<EstimatedStage, number>>;
}

/** `plan` is over when an estimate is made; `start` is the threads'. */
export type EstimatedStage = 'plan' | 'start' | Stage;

/**
 * Foretell rows, bytes, time and memory of a run. Rows and bytes are sums of what footers say; seconds are amounts of work
 * times what a unit of it was measured to cost (`costs.ts`), shared among the workers; nothing is read.
 */
export function estimate(plan: PhysicalPlan, facts: LakeFacts, options: EstimateOptions): Estimate {
  const { workers, memory, tilesOnly = false, planSeconds = 0, speed = 1 } = options;
  const { threads = workers === 1 ? 0 : workers } = options;
  const what = tilesOnly ? 'tiles' : 'all';
  const counted = countWork(plan, facts, what);
  const isIdle = counted.partitions === 0 && counted.builds.length === 0;
  const start = isIdle ? 0 : START_SECONDS[threads === 0 ? 'inline' : 'threads'] / speed;
  const stages: Record<EstimatedStage, number> = {
    ...{ plan: planSeconds, start, contents: 0, tiles: 0, keys: 0, dictionaries: 0, left: 0 },
    ...{ scan: 0, join: 0, write: 0, publish: 0, summary: 0 },
  };
  const { peakBytes, pressure } = peakOf(plan, counted, workers, memory);
  const underPressure: Readonly<Partial<Record<Stage, number>>> = UNDER_PRESSURE;
  const work = stageWork(plan, counted, { workers, summary: options.summary ?? false });
  // Its names are those of stages.
  for (const [name, { tasks, amounts }] of Object.entries(work) as [Stage, StageWork][]) {
    const seconds = inParallel(secondsOf(amounts), Math.min(workers, tasks)) / speed;
    stages[name] = seconds * Math.max(1, pressure) ** (underPressure[name] ?? 0);
  }
  return {
    ...rowsOf(counted),
    ...bytesOf(plan, facts, what),
    seconds: Object.values(stages).reduce((sum, seconds) => sum + seconds, 0),
    peakBytes,
    stages,
  };
}

function rowsOf({ scans, builds }: Counted): Pick<Estimate, 'rows' | 'rowsAtMost'> {
  let rows = builds.reduce((sum, build) => sum + build.rows, 0);
  let more = 0;
  for (const scan of scans) {
    rows += scan.rows;
    more += scan.rowsOfNewTiles;
  }
  return { rows, rowsAtMost: rows + more };
}
