import type { DataType, SourceSpec } from '@tessera/api';
import type { ServedRows, ServedStates } from '@tessera/kv-writer';
import type { Relation } from '@tessera/lake';
import type { TileStates } from '@tessera/pitjoin';
import type {
  DerivedPlan,
  DictionaryPlan,
  FeaturePlan,
  KeySetPlan,
  LanePlan,
  QueryPlan,
  ScanPlan,
} from '@tessera/planner';
import type { MergeBlock, StateFamily, StateInput, TileScan } from '@tessera/tiling';

/**
 * Every message to a worker: plain data only. Files of the lake are named relative to its folder, intermediate results by
 * their name in the exchange; each worker knows the folders.
 */
export type Task =
  | KeysTask
  | DictionaryTask
  | BuildTilesTask
  | MergeTilesTask
  | LeftTask
  | ScatterTask
  | ReadTilesTask
  | SlicesTask
  | SweepTask
  | AssembleTask
  | AssembleFewTask
  | EncodeStatesTask
  | EncodeRowsTask;

/** A small table made by one task and joined by others: a Parquet file in the exchange, or a table of an inline session. */
export interface TableRef {
  readonly kind: 'exchange' | 'table';
  readonly name: string;
}

/** Bytes of one block inside an exchange entry. */
export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
  /** First and last instant in its time lane `t`; ∞ and -∞ where there is none. */
  readonly minMs: number;
  readonly maxMs: number;
}

export interface LeftScan {
  readonly source: SourceSpec;
  readonly relation: Relation;
  /** With a limit: rows of earlier days are not counted. */
  readonly firstDay?: string;
}

/** A partition of left rows by its position in the run. */
export interface LeftPartition {
  readonly idx: number;
  readonly ds: string;
}

/** Distinct left keys → dense codes. */
export interface KeysTask {
  readonly type: 'keys';
  readonly keySet: KeySetPlan;
  /** The left rows; or, for a grid, the source rows whose keys are wanted, sorted by key. */
  readonly from: LeftScan;
  readonly grid: {
    readonly keys: readonly string[];
    readonly startMs: number | null;
    readonly endMs: number | null;
    /** Tiles that stand for further rows. */
    readonly tiles: readonly TileScan[];
  } | null;
  readonly out: TableRef;
}

/** Distinct strings of a column → codes in UTF-8 order. */
export interface DictionaryTask {
  readonly type: 'dictionary';
  /** `tiedBy`: the strings of rows alone that tie. */
  readonly dictionary: Pick<DictionaryPlan, 'column' | 'isList'> & {
    readonly tiedBy: DictionaryPlan['tiedBy'] | undefined;
  };
  readonly scan: ScanInput;
  /** Tiles that hold further strings. */
  readonly tiles: readonly TileScan[];
  readonly out: TableRef;
}

export interface ScanInput {
  readonly source: SourceSpec;
  readonly relation: Relation;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** Left rows → blocks of (partition, position, key code, time) per key set and bucket. */
export interface LeftTask {
  readonly type: 'left';
  readonly id: string;
  readonly from: LeftScan | null;
  readonly keySets: readonly { readonly keySet: KeySetPlan; readonly table: TableRef }[];
  readonly partitions: readonly LeftPartition[];
  readonly buckets: number;
  readonly limit: number | null;
  /** No more than this can be read, by the files' footers. */
  readonly rowsAtMost: number;
}

/** Source rows of wanted keys → blocks of events per bucket. */
export interface ScatterTask {
  readonly type: 'scatter';
  readonly id: string;
  readonly scan: Omit<ScanPlan, 'fileIdx' | 'tiles'>;
  readonly relation: Relation;
  readonly keys: TableRef;
  readonly dictionaries: Readonly<Record<string, TableRef>>;
  readonly buckets: number;
  /** Default: buckets are of mixed codes; else each is a run of so many. */
  readonly codesPerBucket?: number;
  /** Rows of the files, by their footers. */
  readonly rows: number;
  /** Fewer keys are joined with, which leaves out rows of others; default: as memory says. */
  readonly leastLookedUp?: number;
  /** Counts for the report where footers tell them; null = to be counted. */
  readonly counts: SourceCounts | null;
}

/** Tiles of one partition, from its rows: staged, to be put in place by the run. */
export interface BuildTilesTask {
  readonly type: 'build-tiles';
  readonly ds: string;
  /** Fingerprint of the partition's files. */
  readonly input: string;
  readonly scan: Omit<ScanPlan, 'fileIdx' | 'tiles'>;
  readonly relation: Relation;
  /** What is built, of the scan's lanes. */
  readonly states: readonly StateInput[];
  /** Columns of strings among them. */
  readonly strings: readonly { readonly column: string; readonly isList: boolean }[];
  /** Keys and starts too: nothing that is there is kept. */
  readonly withBase: boolean;
  readonly staging: string;
  /** Rows of the files, by their footers. */
  readonly rows: number;
  readonly counts: SourceCounts | null;
}

/** Tiles of a block of partitions, from finer tiles. */
export interface MergeTilesTask {
  readonly type: 'merge-tiles';
  readonly merge: MergeBlock;
}

/** Tiles of wanted keys → blocks of them per bucket, beside the events. */
export interface ReadTilesTask {
  readonly type: 'read-tiles';
  readonly id: string;
  readonly scan: TileScan;
  readonly keys: TableRef;
  /** Dictionaries by source column. */
  readonly dictionaries: Readonly<Record<string, TableRef>>;
  readonly buckets: number;
  /** As of `ScatterTask`; blocks then hold the number of rows in each tile too. */
  readonly codesPerBucket?: number;
}

/** What a report says of rows that were read. */
export interface SourceCounts {
  readonly rowsRead: number;
  readonly rowsWithoutTime: number;
  readonly rowsWithNullKey: number;
  readonly duplicateEvents: number;
}

/** Cut a bucket that is too large for its memory into slices. */
export interface SlicesTask {
  readonly type: 'slices';
  readonly of: SweepTask;
}

/**
 * A part of a bucket that is swept at once: left rows of some keys and of some time, and the events that their windows
 * hold. Slices of one bucket hold each left row once; an event comes again with every slice whose windows reach back to it.
 */
export interface Slice {
  /** Half-open range of sub-buckets; rows without a key are in the first. */
  readonly firstSub: number;
  readonly endSub: number;
  /** Half-open range of the left rows' times, null = unlimited; rows without a time are in the slice without a start. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Half-open range of the events' times. */
  readonly eventsStartMs: number | null;
  readonly eventsEndMs: number | null;
  /** At most this many. */
  readonly events: number;
  readonly left: number;
}

/** What is swept of one scan: its events, and the features of them. */
export interface ScanSweep {
  readonly scanId: string;
  readonly events: readonly Section[];
  /** Tiles that stand for further events. */
  readonly tiles: readonly Section[];
  /** Lanes of tiles that features read, by feature name; empty where there are no tiles. */
  readonly states: Readonly<Record<string, TileStates>>;
  readonly features: readonly FeaturePlan[];
  /** Lanes of the events, for a bucket that has none. */
  readonly lanes: readonly LanePlan[];
  readonly queries: readonly QueryPlan[];
  /** Days (since 1970) of entity partitions that do not exist: rows that read them get null (S3.2). */
  readonly missingDays: readonly number[];
  readonly tie: string | null;
}

/** One bucket of one scan, or small ones together: events × left rows → feature columns per left partition. */
export interface SweepTask extends ScanSweep {
  readonly type: 'sweep';
  readonly id: string;
  readonly left: readonly Section[];
  /** Other scans over the same left rows, which are read and put in order once for all. */
  readonly others: readonly ScanSweep[];
  /** The first. */
  readonly bucket: number;
  /** One behind the last: of several none is cut. */
  readonly endBucket: number;
  /** There are so many in all. */
  readonly buckets: number;
  /** Null = all of the bucket. */
  readonly slice: Slice | null;
  /** It takes more than a worker's share, because one window does. */
  readonly isOversized: boolean;
  /** Rows of a partition that are put together at once. */
  readonly pieceRows: number;
  readonly strict: boolean;
}

/** Swept columns of some rows of one piece of a partition. */
export interface SweptPiece {
  /** Position of the left partition in the run. */
  readonly partition: number;
  /** Piece p holds positions [p × pieceRows, (p + 1) × pieceRows). */
  readonly piece: number;
  readonly section: Section;
}

export interface KeptColumns {
  /** Absolute path. */
  readonly file: string;
  /** Its checksum when it was planned with. */
  readonly crc?: string;
  readonly columns: readonly string[];
}

/** Feature columns of one left partition, put back in left order beside the left's own columns. */
export interface AssembleTask {
  readonly type: 'assemble';
  readonly partition: LeftPartition;
  readonly rows: number;
  readonly left: LeftScan | null;
  /** Backfill: keys come from the key table. */
  readonly grid: {
    readonly keySet: KeySetPlan;
    readonly names: readonly string[];
    readonly table: TableRef;
  } | null;
  readonly leftColumns: readonly string[];
  /** A published file of the same rows: the left's columns, and these, are taken from it; absent = none. */
  readonly kept?: KeptColumns;
  readonly limit: number | null;
  /** Blocks per scan and piece, any order; a block may be of several scans. */
  readonly blocks: Readonly<Record<string, readonly (readonly Section[])[]>>;
  readonly pieceRows: number;
  readonly features: readonly FeaturePlan[];
  /** Each after those that it reads. */
  readonly derived: readonly DerivedPlan[];
  readonly dictionaries: Readonly<Record<string, TableRef>>;
  /** Absolute path of the staged file; null = return the columns (in-memory runs). */
  readonly file: string | null;
}

/** Blocks of rows and tiles of a range of keys, by their codes in the whole part. */
export interface RangeBlocks {
  readonly events: readonly Section[];
  readonly tiles: readonly Section[];
}

/**
 * Small partitions together. Each is a single piece with rows, of left rows in Parquet files of its own, with nothing
 * derived and nothing kept; all are of one plan.
 */
export interface AssembleFewTask {
  readonly type: 'assemble-few';
  readonly members: readonly [AssembleTask, ...AssembleTask[]];
}

/** Entries of a range of keys of a part that is served by its states. */
export interface EncodeStatesTask {
  readonly type: 'encode-states';
  readonly part: ServedStates;
  /** The partition of entities. */
  readonly day: number | null;
  /** With the lanes that states are built of; rows outside its times are in no piece. */
  readonly scan: Omit<ScanPlan, 'fileIdx' | 'tiles'>;
  readonly relation: Relation;
  /** Rows of the files, by their footers. */
  readonly rows: number;
  /** Tiles that stand for further rows. */
  readonly tiles: readonly TileScan[];
  /** Keys of the whole part, sorted, and which of their codes are this task's. */
  readonly keys: TableRef;
  readonly keyTypes: readonly { readonly type: DataType }[];
  readonly range: { readonly from: number; readonly to: number };
  /** What all ranges were read into together; null = the range reads files by itself. */
  readonly blocks: RangeBlocks | null;
  readonly states: readonly StateInput[];
  readonly strings: readonly { readonly column: string; readonly isList: boolean }[];
  /** Families by axis. */
  readonly axes: readonly (readonly StateFamily[])[];
  /** By state of the part: the hashes of its families. */
  readonly served: readonly {
    readonly idx: number;
    readonly axis: number;
    readonly families: readonly string[];
  }[];
  /** Absolute path of what is written. */
  readonly file: string;
}

/** Entries of entities that are passed through: those of one partition, or of a static table. */
export interface EncodeRowsTask {
  readonly type: 'encode-rows';
  readonly part: ServedRows;
  readonly day: number | null;
  readonly scan: Omit<ScanPlan, 'fileIdx' | 'tiles'>;
  readonly relation: Relation;
  /** Of the keys, then of the columns. */
  readonly types: readonly DataType[];
  readonly file: string;
}
