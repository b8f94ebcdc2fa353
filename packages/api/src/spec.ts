import type { DataType } from './data-type.js';
import type { Expression } from './expression/tree.js';

/**
 * Definitions as plain data: what `events`, `groupBy`, `join` … return at run time (beside their inferred types), what is
 * hashed, planned and sent to workers. No functions, no handles, JSON-safe.
 */

export interface ColumnSpec {
  readonly name: string;
  readonly type: DataType;
  /** False when the user wrote `'string!'`. */
  readonly nullable: boolean;
  /** Computed from columns before it, where it is not in the files (`select`, inputs of aggregations). */
  readonly expression?: Expression;
}

export interface SourceSpec {
  readonly kind: 'events' | 'entities';
  readonly name: string;
  /** Relative to the lake folder (`--lake`), or absolute. One file, a folder, or a folder of `ds=YYYY-MM-DD`. */
  readonly path: string;
  readonly format: 'parquet' | 'csv';
  readonly columns: readonly ColumnSpec[];
  /** Name of the time column; its declared type says how it is read (S1.1). */
  readonly time?: string;
  /** Entities only: the key columns of a row. */
  readonly keys?: readonly string[];
  readonly tieBreaker?: string;
  readonly eventId?: string;
  readonly where?: Expression;
  readonly allowPre1970?: boolean;
  /** Entities only: one file that holds for every day (S1.6). */
  readonly static?: boolean;
  readonly dedupe?: { readonly orderBy: string };
  readonly deprecated?: string;
}

export const OPERATIONS = [
  'COUNT',
  'SUM',
  'AVERAGE',
  'WEIGHTED_AVERAGE',
  'VARIANCE',
  'STDDEV',
  'VARIANCE_SAMPLE',
  'STDDEV_SAMPLE',
  'SKEW',
  'KURTOSIS',
  'MIN',
  'MAX',
  'FIRST',
  'LAST',
  'FIRST_K',
  'LAST_K',
  'TOP_K',
  'BOTTOM_K',
  'UNIQUE_COUNT',
  'APPROX_UNIQUE_COUNT',
  'HISTOGRAM',
  'TOP_K_FREQUENT',
  'DIVERSITY',
  'APPROX_PERCENTILE',
  'RATE_OF_CHANGE',
  'VECTOR_AVERAGE',
  'VECTOR_SUM',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface AggregationSpec {
  readonly operation: Operation;
  /** A column of the source; what an expression gives is one too (`input-columns.ts`). */
  readonly input?: string;
  /** Each window as text (`'7d'`); null = unbounded. Never empty. */
  readonly windows: readonly (string | null)[];
  readonly k?: number;
  /** 0-100, as in the column name: 50 → p50. */
  readonly percentiles?: readonly number[];
  /** TOP_K_FREQUENT: the stated number of distinct values above which the answer is null (S5). */
  readonly maxDistinct?: number;
  /** WEIGHTED_AVERAGE: the weight column, as `input`. */
  readonly weight?: string;
  readonly where?: Expression;
  readonly by?: string;
  readonly as?: string;
  readonly tail?: 'sawtooth' | 'exact';
}

/** A derived column: an expression over columns of its row (S7). */
export interface DerivationSpec {
  readonly name: string;
  readonly expression: Expression;
  readonly type: DataType;
}

export interface GroupBySpec {
  readonly kind: 'groupBy';
  readonly name: string;
  readonly source: SourceSpec;
  readonly keys: readonly string[];
  /** Empty = entities passed through (S3.3). */
  readonly aggregations: readonly AggregationSpec[];
  readonly accuracy: 'temporal' | 'snapshot';
  readonly tail: 'sawtooth' | 'exact';
  /** What counts of nothing are (S5). */
  readonly empty: 'zero' | 'null';
  readonly online: boolean;
  /** Over its keys, its features by their names without the groupBy's, and each other. Absent where there is none. */
  readonly derive?: readonly DerivationSpec[];
  /** The features and derived columns that come out, by the same names. Absent = all. */
  readonly only?: readonly string[];
  readonly owner?: string;
  readonly description?: string;
  readonly version?: string;
  readonly deprecated?: string;
}

export interface PartSpec {
  /** A pass-through source is wrapped in a groupBy without aggregations, named after the source. */
  readonly groupBy: GroupBySpec;
  /** Left column → key of the groupBy; every key of the groupBy appears once, in the groupBy's order. */
  readonly keys: readonly { readonly left: string; readonly right: string }[];
  readonly prefix?: string;
  readonly lagMs: number;
  readonly at: 'strict' | 'inclusive';
  readonly missing: 'error' | 'null';
  /** It looks ahead: a column of a label, and no feature (S2.7). */
  readonly ahead?: AheadSpec;
}

export interface AheadSpec {
  readonly windowMs: number;
  /** The instant up to which the source's events are known; absent = the end of its data. */
  readonly asOfMs?: number;
}

/**
 * One column of a label (S2.7): one aggregation over one window `q <= t < q + W`. That is the exact window of length W at
 * `q + W`, so `lagMs` is `-W` and all else is as for any part.
 */
export interface LabelSpec extends PartSpec {
  readonly ahead: AheadSpec;
}

export interface JoinSpec {
  readonly kind: 'join';
  readonly name: string;
  readonly left: SourceSpec;
  readonly parts: readonly PartSpec[];
  /** Over left columns, `ds`, features and each other, in output order. Absent where there is none. */
  readonly derive?: readonly DerivationSpec[];
  /** The features and derived columns that come out. Absent = all. */
  readonly only?: readonly string[];
  /** Left columns that a request brings when the join is served. Absent where there is none. */
  readonly request?: readonly ColumnSpec[];
  /** A label of several windows is as many of these. Absent where there is none. */
  readonly labels?: readonly LabelSpec[];
  /** Served whole. Absent where it is not. */
  readonly online?: true;
  readonly owner?: string;
  readonly description?: string;
  readonly version?: string;
  readonly deprecated?: string;
}

/** One column of a groupBy or join, resolved: name (S6), type, and where it comes from. */
export interface OutputColumn {
  readonly name: string;
  readonly type: DataType;
  /** Position in `joinParts(join)`: labels follow the parts. -1 for a derived column. */
  readonly partIdx: number;
  /** Position in `groupBy.aggregations`; -1 for a passed-through or derived column. */
  readonly aggregationIdx: number;
  /** The passed-through column, or the aggregation's input. */
  readonly input?: string;
  readonly window: string | null;
  /** Of a derived column: over left columns, `ds` and columns by their names in the row. */
  readonly expression?: Expression;
  /** 128-bit content hash, hex: what the value means, without names and descriptions. */
  readonly hash: string;
}
