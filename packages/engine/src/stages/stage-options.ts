import type { Relation } from '@tessera/lake';
import type { LakeFacts } from '@tessera/planner';
import type { TileScan } from '@tessera/tiling';
import type { Executor } from '../executor.js';
import type { Progress } from '../run-types.js';
import type {
  InfiniteByLane,
  LeftResult,
  ReadTilesResult,
  ScanSwept,
  ScatterResult,
} from '../tasks/result.js';
import type {
  AssembleTask,
  KeptColumns,
  LeftPartition,
  Slice,
  SweepTask,
  TableRef,
} from '../tasks/task.js';
import type { ScanStates } from '../tiles/scan-states.js';

/** Tiles that stand for events of a scan. */
export interface ScanTileInput {
  /** A task each. */
  readonly scans: readonly TileScan[];
  readonly states: ScanStates;
}

/** Everything the stages need beside the plan. */
export interface StageOptions {
  readonly facts: LakeFacts;
  readonly executor: Executor;
  /** Tables of the session instead of files: in-memory runs. */
  readonly inMemory: boolean;
  readonly limit: number | null;
  readonly strict: boolean;
  /** Buckets that turn out to be small are swept together; not where as many were asked for. */
  readonly mergesBuckets: boolean;
  /** What a task may hold in batches of its own. */
  readonly taskBytes: number;
  /** Rows of a partition that are put together at once. */
  readonly pieceRows: number;
  /** Missing snapshot days: what each part says of them, or empty on all of them. */
  readonly missingDays: 'part' | 'empty';
  /** What is read as tiles, by scan id. */
  readonly tiles?: Readonly<Record<string, ScanTileInput>>;
  readonly relation: (sourceId: string, fileIdx: readonly number[]) => Relation;
  /** Where a partition is published, for plans that keep columns of it. */
  readonly published?: (ds: string) => Pick<KeptColumns, 'file' | 'crc'>;
  /** Partition labels that a source has. */
  readonly presentDays: (sourceId: string) => ReadonlySet<string | null>;
  readonly onProgress: (
    progress: Pick<Progress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>,
  ) => void;
}

export interface StageOutcome {
  readonly partitions: readonly (LeftPartition & { readonly rows: number })[];
  readonly left: readonly LeftResult[];
  readonly scans: Readonly<Record<string, readonly ScatterResult[]>>;
  readonly tiles: Readonly<Record<string, readonly ReadTilesResult[]>>;
  /** Of every scan its buckets, or slices of them. */
  readonly sweeps: readonly {
    readonly scanId: string;
    readonly slice: Slice | null;
    readonly result: ScanSwept;
  }[];
  /** Buckets that were cut into slices, and the infinite numbers in them by lane. */
  readonly sliced: readonly {
    readonly task: SweepTask;
    readonly infinite: InfiniteByLane;
  }[];
  readonly missingSnapshots: readonly { readonly part: string; readonly days: readonly string[] }[];
  readonly keys: Readonly<Record<string, TableRef>>;
  readonly dictionaries: Readonly<Record<string, TableRef>>;
  readonly tasks: number;
  /** Assemble tasks, without a file. */
  readonly assemble: readonly AssembleTask[];
}

/** Where a small table of the run is kept. */
export function tableRef(options: StageOptions, name: string): TableRef {
  return options.inMemory ? { kind: 'table', name } : { kind: 'exchange', name: `${name}.parquet` };
}
