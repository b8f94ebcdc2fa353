import type { StageName } from '../run-types.js';
import type { PhaseTimes } from './phase.js';
import type { Usage } from './usage.js';

/**
 * What a run is doing; each of its moments is of one stage. Those of tasks, and
 *
 *   plan      sources are looked at, tiles and what is published, and the plan is made
 *   check     files are looked at before they are read, and once more before anything is published
 *   start     threads are started
 *   slices    buckets that are too large are cut
 *   contents  waiting for hashes of files, which are taken beside the tasks
 *   publish   what was made is put in place, tiles too
 *   export    copies in another format
 *   summary   the table of columns
 *   stop      threads end
 *   rest      all else
 */
export type ProfileStage =
  | StageName
  | 'plan'
  | 'check'
  | 'start'
  | 'slices'
  | 'contents'
  | 'publish'
  | 'export'
  | 'summary'
  | 'stop'
  | 'rest';

/** Where the time of a run went. */
export interface RunProfile {
  /** The file with every task; null where none was asked for. */
  readonly timeline: string | null;
  /** The sum of its stages. */
  readonly wallMs: number;
  /** As many tasks were done at a time. */
  readonly workers: number;
  /** Threads that were started for them; 0 = all was done in the calling thread, and in DuckDB's own. */
  readonly threads: number;
  /** In the order they began, the rest last. */
  readonly stages: readonly StageProfile[];
  /** What was done beside the stages: content hashes. */
  readonly beside: readonly { readonly name: string; readonly wallMs: number }[];
  /** Of the run. */
  readonly usage: Usage;
  /** Resident memory of the process at its largest, since it began. */
  readonly peakBytes: number;
}

export interface StageProfile {
  readonly stage: ProfileStage;
  readonly wallMs: number;
  readonly tasks: number;
  /** Of all workers: adds up to `wallMs` times their number. Empty for a stage without tasks. */
  readonly phasesMs: PhaseTimes;
  /** As progress counts them. */
  readonly rows: number;
  /** Files of the lake, each as large as it is as often as it was read, and blocks that earlier tasks wrote. */
  readonly readBytes: number;
  /** Blocks, and the partitions that come out. */
  readonly writtenBytes: number;
  readonly usage: Usage;
}
