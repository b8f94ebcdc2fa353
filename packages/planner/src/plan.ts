import type { DataType, Expression, Operation, SourceSpec } from '@tessera/api';
import type { InputFile } from './facts.js';
import type { Runs } from './runs.js';
import type { BlockLevel } from './timeline.js';

/**
 * The physical plan: plain JSON-safe data that any executor can run. Names in it (`lane`, `query`, dictionary ids) are
 * local to the plan.
 */
export interface PhysicalPlan {
  readonly kind: 'train-set' | 'backfill';
  readonly name: string;
  readonly definitionHash: string;
  readonly left: LeftPlan;
  /** In the join's order; a backfill has one. */
  readonly parts: readonly PartPlan[];
  readonly keySets: readonly KeySetPlan[];
  readonly scans: readonly ScanPlan[];
  readonly features: readonly FeaturePlan[];
  /** Each after those that it reads. */
  readonly derived: readonly DerivedPlan[];
  readonly dictionaries: readonly DictionaryPlan[];
  readonly buckets: number;
  /** Inputs that there are, by path, each once; partitions name them by position. */
  readonly files: readonly InputFile[];
  readonly partitions: readonly PartitionPlan[];
  /** Columns that are taken from what is published, in output order, before those of `features`; absent = none. */
  readonly kept?: readonly string[];
  /** Published partitions that the run covers and that are no more: to be removed. */
  readonly removed: readonly string[];
  /** Published partitions outside the run, of another definition or meaning than what it builds, and of which. */
  readonly outdated: { readonly reason: string; readonly days: readonly string[] } | null;
}

/** Where left rows come from: a source, or (backfill) every key of the groupBy at the end of each day. */
export type LeftPlan =
  | {
      readonly kind: 'source';
      readonly source: SourceSpec;
      readonly sourceId: string;
      readonly hive: boolean;
    }
  | { readonly kind: 'grid'; readonly keySet: string };

/** A part of the join. Elsewhere in the plan it is known by its position: names may repeat, positions do not. */
export interface PartPlan {
  /** For people: its prefix and groupBy, with the source where that leaves two parts alike. */
  readonly name: string;
  readonly scan: string;
  readonly missing: 'error' | 'null';
  /** It is a label's. */
  readonly isLabel?: true;
}

/** Left columns that identify a key; `snapshotLagMs` adds the day of the entity partition that a row reads (S3.2). */
export interface KeySetPlan {
  readonly id: string;
  readonly columns: readonly string[];
  readonly types: readonly DataType[];
  readonly snapshotLagMs: number | null;
}

/** One pass over one source for one key set, shared by all parts that ask for it. */
export interface ScanPlan {
  readonly id: string;
  readonly source: SourceSpec;
  readonly sourceId: string;
  readonly keySet: string;
  /** Right columns, in the key set's order. */
  readonly keys: readonly string[];
  /** The partition label is part of the key (entities). */
  readonly byPartition: boolean;
  /** Half-open; null = no limit on that side. Rows outside cannot be seen by any window. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Positions in the source's files. */
  readonly fileIdx: readonly number[];
  readonly lanes: readonly LanePlan[];
  readonly tie: string | null;
  readonly queries: readonly QueryPlan[];
  /** One row per key and partition is required (S3.3). */
  readonly uniqueKeys: boolean;
  /** The rows have no time: all of a partition count (S3.2). */
  readonly timeless: boolean;
  /** Positions of the parts that share it. */
  readonly parts: readonly number[];
  /** What is read as tiles instead of `fileIdx`, and which tiles are built before; null = nothing. */
  readonly tiles: ScanTiles | null;
  /** Why rows alone are read; null where tiles are, or where nothing was known of tiles. */
  readonly whyRows: string | null;
}

/** Lengths of tiles; 8 and 64 days are on the grid of days since 1970. */
export type TileLevel = '5m' | '1h' | '1d' | '8d' | '64d';

/** Rows of a scan that are read as what they add up to. */
export interface ScanTiles {
  /** Hash of the tile set. */
  readonly set: string;
  /** Hashes of the states that the scan's features need. */
  readonly states: readonly string[];
  /** By level, fine to coarse; a label is a partition's `ds`, or the first day of a block of them. */
  readonly reads: readonly TileRead[];
  readonly builds: readonly TileBuild[];
  readonly blockBuilds: readonly BlockBuild[];
}

/** Tiles of a block of partitions, made of theirs. */
export interface BlockBuild {
  readonly level: BlockLevel;
  /** Its first day. */
  readonly label: string;
  /** States that are missing. */
  readonly states: readonly string[];
  /** Nothing of what is there can be kept. */
  readonly isFresh: boolean;
  readonly reason: string;
}

export interface TileRead {
  readonly level: TileLevel;
  readonly label: string;
  /** Tiles; null where they are yet to be built. */
  readonly rows: number | null;
  /** Size of the files read; null where they are yet to be built. */
  readonly bytes: number | null;
  /** Positions of the files whose rows they stand for. */
  readonly fileIdx: readonly number[];
}

/** Tiles of all levels up to a day, of one partition. */
export interface TileBuild {
  readonly ds: string;
  readonly fileIdx: readonly number[];
  /** States that are missing. */
  readonly states: readonly string[];
  /** Nothing of what is there can be kept. */
  readonly isFresh: boolean;
  readonly reason: string;
}

/** How a lane of the event batch is read. */
export interface LanePlan {
  readonly name: string;
  readonly read:
    | { readonly how: 'column'; readonly column: string }
    | { readonly how: 'not-null'; readonly column: string }
    | { readonly how: 'code'; readonly column: string; readonly dictionary: string }
    | { readonly how: 'hll'; readonly column: string }
    | { readonly how: 'double'; readonly column: string }
    | {
        readonly how: 'true-where';
        readonly where: Expression | null;
        readonly notNull: readonly string[];
      };
  readonly type: DataType;
}

/** Query time of a part: lag first, then snapshot, then +1 ms for inclusive (S2.6). */
export interface QueryPlan {
  readonly name: string;
  readonly lagMs: number;
  readonly snapshot: boolean;
  readonly inclusive: boolean;
  /** Of a label (S2.7): a query beyond it, where the source's data end, is not answered. Absent = every query is. */
  readonly untilMs?: number;
}

/** Same shape as pitjoin's FeatureSpec, plus where it belongs. */
export interface FeaturePlan {
  readonly scan: string;
  /** Position of its part. */
  readonly partIdx: number;
  /** Position in the output; -1 = computed but not written: read by derived columns, or (`isPresence`) by a backfill. */
  readonly outputIdx: number;
  /** Of a backfill: says whether a feature had something to aggregate (S3.4). */
  readonly isPresence?: true;
  readonly name: string;
  readonly operation: Operation;
  readonly inputType: DataType | null;
  readonly input: string | null;
  readonly outputType: DataType;
  /** Dictionary of the strings that come out, where there are any: of values, and of bucket keys. */
  readonly dictionary: string | null;
  readonly byDictionary: string | null;
  readonly k?: number;
  readonly percentiles?: readonly number[];
  readonly maxDistinct?: number;
  readonly weight?: string;
  readonly where?: string;
  readonly by?: { readonly lane: string; readonly type: DataType };
  readonly windowMs: number | null;
  readonly tail: 'sawtooth' | 'exact';
  readonly query: string;
  readonly empty: 'zero' | 'null';
}

/** A derived column (S7): an expression over left columns or keys, `ds`, features and derived columns before it. */
export interface DerivedPlan {
  readonly name: string;
  readonly type: DataType;
  readonly expression: Expression;
  /** Position in the output; -1 = only read by others. */
  readonly outputIdx: number;
}

/** Distinct strings of one column of one source, in UTF-8 order: position = code. */
export interface DictionaryPlan {
  readonly id: string;
  readonly scan: string;
  readonly column: string;
  readonly isList: boolean;
  /**
   * Key columns of the scan, where strings only order rows of one key and one time (S5.4): where rows alone are read, those
   * that have a time of their own need none, and those are nearly all. Absent where strings come out.
   */
  readonly tiedBy?: readonly string[];
}

export interface PartitionPlan {
  readonly ds: string;
  readonly fileIdx: readonly number[];
  readonly rows: number;
  /** Every file it could read: positions in the plan's files. */
  readonly inputs: Runs;
  /** What its labels depend on beside that; absent where there are none. */
  readonly labels?: LabelInputs;
  /** Null = up to date. */
  readonly reason: string | null;
  /** Its features are up to date: of its labels alone the reason speaks. */
  readonly onlyLabels?: true;
}

export interface LabelInputs {
  /** Those of the `inputs` that the left and the features read. */
  readonly features: Runs;
  /** Per label, in their order, up to which query its rows were answered: the same again leaves them as they are. */
  readonly until: readonly number[];
}
