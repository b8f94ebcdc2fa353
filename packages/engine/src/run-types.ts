import type { DataType } from '@tessera/api';
import type { Batch } from '@tessera/columnar';
import type { Estimate, TileLevel, TilePolicy } from '@tessera/planner';
import type { WorkerMemory } from './memory.js';
import type { RunProfile } from './profile/run-profile.js';

/** What a caller may ask of a run; every field has a default. Days are UTC, both inclusive. */
export interface RunOptions {
  readonly start?: string;
  readonly end?: string;
  /** Folder that relative source paths start from. Default: the working directory. */
  readonly lake?: string;
  /** Folder that receives datasets. Default: `out`. */
  readonly out?: string;
  /** Threads. 1 = inline, in the calling thread. Default: the machine's cores. */
  readonly workers?: number;
  /** Key buckets; default from the data's size. Values never depend on it. */
  readonly buckets?: number;
  /**
   * Bytes that the run may use in all, threads and DuckDB included. Default: half of what the machine or its container
   * gives. Values never depend on it; less memory means more passes over files in `tmp`.
   */
  readonly memory?: number;
  /** How `memory` is divided, where it shall not be by default: for measuring and tests. Values never depend on it. */
  readonly memoryShares?: Partial<WorkerMemory>;
  /** Folder for files that live as long as the run. Default: under `out`. */
  readonly tmp?: string;
  /** Only the first N left rows of the range; the result is not published. */
  readonly limit?: number;
  /** S4.4: ±Infinity is an error. Default false: null and counted. */
  readonly strict?: boolean;
  /** File format of what is written. Only parquet is tracked by a manifest; csv and arrow are exports. */
  readonly format?: 'parquet' | 'csv' | 'arrow';
  /**
   * Which tiles are used and built. `auto` (of training sets): those that are there, where they pay; `build` (of backfills):
   * those, and missing ones are built first; `always`: as `build`, and used even where they do not pay; `off`: rows only.
   * Values never depend on it.
   */
  readonly tiles?: TilePolicy;
  /**
   * False: read all of every source, whatever its windows can see: to measure what is saved. Values never depend on it.
   */
  readonly prune?: boolean;
  /** Published partitions outside the range that an older definition made are removed, instead of refused. */
  readonly replace?: boolean;
  /**
   * Of published partitions whose labels alone are stale the labels are made anew, and all else is copied. Refused where
   * features are stale too; days that are not published are left alone.
   */
  readonly labelsOnly?: boolean;
  /** Plan only: nothing is computed or written. */
  readonly planOnly?: boolean;
  /** Also compute the summary table (one more pass over the result). */
  readonly summary?: boolean;
  /**
   * Tell where the time went (`profile` of the result). A path: also leave every task there, as a file for viewers of
   * Chrome's trace format; its folder must be there, and nothing in its place but an earlier one.
   */
  readonly profile?: boolean | string;
  /** Called once, when the plan is made and before anything is computed or written. */
  readonly onPlan?: (plan: PlanSummary) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the run in order. Aborted with the reason `'SIGTERM'` finished tasks stay for the next run, else nothing does. */
  readonly signal?: AbortSignal;
}

export type StageName = 'tiles' | 'keys' | 'dictionaries' | 'left' | 'scan' | 'join' | 'write';

/** Sent at every finished task, and once when a stage starts (done = 0). */
export interface Progress {
  readonly stage: StageName;
  readonly tasksDone: number;
  readonly tasksTotal: number;
  /** Rows the stage has worked through so far: source rows for scan, left rows for join and write. */
  readonly rows: number;
  readonly elapsedMs: number;
  readonly peakBytes: number;
}

/** The plan in the words a user reads; the physical plan itself is in planner. */
export interface PlanSummary {
  /** What is made. Of `tiles`, partitions are those of events, one for every tile set. */
  readonly kind: 'train-set' | 'backfill' | 'tiles';
  readonly name: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly partitions: number;
  /** Tasks that a run which was killed has finished, and that are not done again if what they made is whole. */
  readonly resumed: number;
  readonly upToDate: number;
  readonly toBuild: number;
  /** Why partitions are built, with how many: `never built`, `definition changed`, `input changed: <file>` … */
  readonly reasons: readonly { readonly reason: string; readonly partitions: number }[];
  /** Published partitions that go, and why: `no longer in the left`, `definition changed` … */
  readonly removed: readonly { readonly reason: string; readonly days: readonly string[] }[];
  readonly buckets: number;
  readonly workers: number;
  readonly readFiles: number;
  readonly readBytes: number;
  readonly totalFiles: number;
  readonly totalBytes: number;
  /** Derived columns that come out (S7). */
  readonly derived: number;
  readonly parts: readonly {
    readonly name: string;
    readonly source: string;
    /** Rows alone, tiles (and rows where windows begin or end), or entity partitions. */
    readonly route: 'raw' | 'tiles' | 'snapshot';
    readonly columns: number;
    readonly readFiles: number;
    readonly totalFiles: number;
    readonly rows: number;
    /** Why an events part reads rows alone; null where it reads tiles, or where nothing is read. */
    readonly whyRows: string | null;
    readonly note: string;
    /** It is a column of a label; absent otherwise. */
    readonly isLabel?: true;
  }[];
  /** Tile sets that are read or built, each once; where only tiles are made all that there could be. */
  readonly tiles: readonly TilesSummary[];
  /** What is wrong and in no run's way: a tile set that cannot be read, a part that may know a label's input too early. */
  readonly warnings: readonly {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  }[];
  /** What the run will take; null for a preview. */
  readonly estimate: Estimate | null;
  readonly columns: readonly {
    readonly name: string;
    readonly type: DataType;
    readonly hash: string;
  }[];
}

/** Tiles of one source under one set of keys. */
export interface TilesSummary {
  readonly set: string;
  readonly source: string;
  readonly keys: readonly string[];
  /** Parts that read it, by name. */
  readonly parts: readonly string[];
  /** Partitions of events that the windows reach. */
  readonly partitions: number;
  /** Partitions or blocks read, by level, fine to coarse; tiles and bytes of those that are there. */
  readonly reads: readonly {
    readonly level: TileLevel;
    readonly places: number;
    readonly tiles: number;
    readonly bytes: number;
    readonly toBuild: number;
  }[];
  /** Partitions whose tiles are built, and why. */
  readonly toBuild: number;
  readonly reasons: readonly { readonly reason: string; readonly partitions: number }[];
  readonly blocksToBuild: number;
}

/** What was dropped or defaulted on the way: never silent. */
export interface RunReport {
  readonly sources: readonly {
    readonly source: string;
    readonly rowsRead: number;
    readonly rowsWithoutTime: number;
    readonly rowsWithNullKey: number;
    /** Input values that were ±Infinity, counted as null. */
    readonly infiniteValues: number;
    readonly duplicateEvents: number;
    /** Event days inside a window that have no partition (S1.2). */
    readonly missingDays: readonly string[];
    /** Columns absent from some partition and read as null there: `column: n files`. */
    readonly filledColumns: readonly string[];
  }[];
  readonly left: {
    readonly rows: number;
    readonly rowsWithoutTime: number;
    readonly rowsWithNullKey: readonly { readonly part: string; readonly rows: number }[];
  };
  /** Snapshot days without a partition, given as null because the part says `missing: 'null'`. */
  readonly missingSnapshots: readonly { readonly part: string; readonly days: readonly string[] }[];
  readonly tooManyDistinct: readonly { readonly column: string; readonly rows: number }[];
}

export interface ColumnSummary {
  readonly name: string;
  readonly type: DataType;
  readonly role: 'left' | 'key' | 'feature' | 'label';
  readonly nulls: number;
  readonly rows: number;
  /** Printed forms; null where the type has no order or all is null. */
  readonly min: string | null;
  readonly median: string | null;
  readonly max: string | null;
}

export interface RunResult {
  readonly plan: PlanSummary;
  readonly report: RunReport;
  /** Where the dataset is; null with `limit` or `planOnly`. */
  readonly path: string | null;
  readonly rows: number;
  readonly partitionsWritten: readonly string[];
  readonly partitionsRemoved: readonly string[];
  readonly bytesWritten: number;
  readonly elapsedMs: number;
  readonly peakBytes: number;
  readonly counters: RunCounters;
  readonly summary: readonly ColumnSummary[] | null;
  /** Where the time went; null where `profile` did not ask. */
  readonly profile: RunProfile | null;
  /** The result's columns in file order, as typed arrays, partition by partition. */
  batches(): AsyncIterable<ResultBatch>;
}

export interface ResultBatch extends Batch {
  readonly ds: string;
  /** Strings of `code` columns, by column name. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
}

export interface RunCounters {
  /** That this run did. */
  readonly tasks: number;
  /** That an earlier run, which was killed, had done already. */
  readonly tasksResumed: number;
  readonly filesRead: number;
  /** Rows of the files of sources that were read, before any filter, also for building tiles; left rows apart. */
  readonly rowsScanned: number;
  /** Size of the lake's files that were read, the left's too, each once however many tasks read it. */
  readonly bytesRead: number;
  readonly rowsSwept: number;
  /** Tiles of wanted keys, and the partitions and blocks they are of, with the size of their files. */
  readonly tilesRead: number;
  readonly tilePlacesRead: number;
  readonly tileBytesRead: number;
  readonly tilePartitionsBuilt: number;
  readonly tileBlocksBuilt: number;
  /** Parts that buckets were swept in: as many as buckets where each fit its memory, fewer where small ones were swept together. */
  readonly slices: number;
  /** Parts that partitions were put together from: as many as partitions where each fit. */
  readonly pieces: number;
  readonly leftRows: number;
}
