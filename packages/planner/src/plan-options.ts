/**
 * - `off`: rows only;
 * - `auto`: tiles that are there, where they pay;
 * - `build`: those, and what is missing is built first;
 * - `always`: as `build`, and used wherever a window's bounds allow it, whether they pay or not.
 */
export type TilePolicy = 'off' | 'auto' | 'build' | 'always';

/** Beside what a run can ask: `present`, tiles that are there wherever a window's bounds allow it, whether they pay or not. */
export type PlannedTiles = TilePolicy | 'present';

/** What a run asks of its plan, beside the definition. */
export interface PlanOptions {
  /** Requested number of key buckets; default from rows. */
  readonly buckets: number | null;
  readonly workers: number;
  /** What a task may hold; default: no limit. */
  readonly taskBytes?: number;
  /** The run refuses what another would read as null. Default false. */
  readonly strict?: boolean;
  /** Version of what values mean; what another one made is stale. Default 1. */
  readonly semantics?: number;
  /** Which tiles are used and which are built; default: none. */
  readonly tiles?: PlannedTiles;
  /** False: every file of every source is read, and every row of it. Default true. */
  readonly prune?: boolean;
  /** Only labels are computed, of partitions that are published; features stay as they are. Default false. */
  readonly labelsOnly?: boolean;
  /** Whether the run covers a published day; default: it covers all. */
  readonly covers?: (ds: string) => boolean;
}
