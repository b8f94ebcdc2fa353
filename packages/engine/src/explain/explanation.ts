import type { DataType, ErrorCode, Operation } from '@tessera/api';
import type { Value } from '../values/from-column.js';
import type { TilePiece, TilesRead } from './tile-piece.js';

/** One cell of a training set and all that it was made of: plain data. Instants are ISO text, UTC. */
export interface Explanation {
  readonly join: string;
  readonly column: string;
  readonly type: DataType;
  readonly outcome: Outcome;
  /** In a sentence: why the value is what it is, with the rule of SEMANTICS. */
  readonly why: string;
  readonly origin: ColumnOrigin;
  readonly keys: readonly AskedKey[];
  readonly query: QueryTime;
  /** Null for a passed-through column and for rows without a time: all of a partition count. */
  readonly window: WindowBounds | null;
  /** Null over events. */
  readonly snapshot: SnapshotRead | null;
  readonly read: RowsRead;
  /** Absent where rows alone were read. */
  readonly tiles?: TilesRead;
  /** Why that is, where the source has tiles for these keys. */
  readonly whyRows?: string;
  /** Rows of the key that were read and do not count, by the first reason that applies; reasons without rows are absent. */
  readonly leftOut: readonly { readonly reason: LeftOutReason; readonly rows: number }[];
  /** What counts, in time order. */
  readonly pieces: Pieces;
  readonly merge: Merge;
}

/** The value, or the error that a training set with this row ends with. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: Value }
  | {
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | null;
    };

/** Where a column comes from, in the words of its definition. */
export interface ColumnOrigin {
  readonly part: string;
  readonly prefix: string | null;
  readonly groupBy: string;
  readonly source: string;
  readonly sourceKind: 'events' | 'entities';
  /** Null for a passed-through column. */
  readonly operation: Operation | null;
  readonly input: string | null;
  readonly where: string | null;
  /** The `where` of the source itself. */
  readonly sourceWhere: string | null;
  readonly by: string | null;
  readonly weight: string | null;
  readonly k: number | null;
  readonly percentiles: readonly number[] | null;
  readonly maxDistinct: number | null;
  readonly window: string | null;
  readonly tail: 'sawtooth' | 'exact' | null;
  readonly accuracy: 'temporal' | 'snapshot';
  readonly lagMs: number;
  /** Of a label (S2.7); absent otherwise. */
  readonly ahead?: {
    readonly windowMs: number;
    /** The end of its source's data; null = there are none. */
    readonly dataEnd: string | null;
  };
  readonly at: 'strict' | 'inclusive';
  readonly missing: 'error' | 'null';
  readonly empty: 'zero' | 'null';
  readonly tieBreaker: string | null;
  readonly eventId: string | null;
}

export interface AskedKey {
  /** Column of the left. */
  readonly left: string;
  /** Key of the groupBy. */
  readonly right: string;
  readonly type: DataType;
  readonly value: Value;
}

/** S2.6: each step is applied to the one before it; steps that change nothing are absent. */
export interface QueryTime {
  readonly asked: string;
  readonly steps: readonly {
    readonly step: 'lag' | 'ahead' | 'snapshot' | 'inclusive';
    readonly at: string;
  }[];
  /** Where windows end: an event at this instant does not count any more. */
  readonly effective: string;
}

export interface WindowBounds {
  /** Null: unbounded. */
  readonly window: string | null;
  readonly tail: 'sawtooth' | 'exact' | null;
  /** The grid on which a sawtooth window begins. */
  readonly hopMs: number | null;
  /** First instant that counts; null: no limit. */
  readonly start: string | null;
  /** First instant that counts no more. */
  readonly end: string;
}

/** S3.2. */
export interface SnapshotRead {
  /** The partition; null for a static source, which is one state for every day. */
  readonly ds: string | null;
  readonly exists: boolean;
}

export interface RowsRead {
  /** Files that may hold a row that counts, as they are named below the lake, and how many the source has. */
  readonly files: readonly string[];
  readonly totalFiles: number;
  /** Rows of those files by their footers. */
  readonly rows: number;
  /** Those with the key. */
  readonly rowsOfKey: number;
}

export type LeftOutReason =
  /** S1.5, S3.3: the same event, or another row of the key in its dump. */
  | 'repeat'
  /** `where` of the source. */
  | 'source-where'
  /** A dump of another day. */
  | 'other-partition'
  /** S1.3. */
  | 'no-time'
  /** Before the window. */
  | 'too-early'
  /** At the effective query time or after it. */
  | 'too-late'
  /** `where` of the aggregation is not true. */
  | 'where'
  | 'null-bucket'
  | 'null-input'
  /** S4.4. */
  | 'infinite-input'
  | 'null-weight'
  /**
   * In a tile whose state does not count them, for which of the reasons above it does not tell. A state that keeps the best of
   * its values says so only where it has none.
   */
  | 'in-tile';

export interface Pieces {
  /** How many there are. */
  readonly count: number;
  /** The first ones and the last ones, all where they fit the limit. */
  readonly shown: readonly ExplainPiece[];
  /** Left out between `shown[gapAt - 1]` and `shown[gapAt]`. */
  readonly omitted: number;
  readonly gapAt: number;
}

/** What was merged, told apart by `kind`. A tile stands at its start, before an event of that instant. */
export type ExplainPiece = EventPiece | TilePiece;

export interface EventPiece {
  readonly kind: 'event';
  /** Position among all pieces, from 0. */
  readonly idx: number;
  /** Below the lake. */
  readonly file: string;
  /** From 0 in its file, as DuckDB's `file_row_number`; null where it cannot be told. */
  readonly row: number | null;
  /** Null for entities without a time. */
  readonly time: string | null;
  /** The input; null for COUNT of rows. */
  readonly value: Value;
  readonly weight: number | null;
  readonly bucket: Value;
  readonly tieBreaker: Value;
  /** The result over this piece and those before it (of its bucket); null for results that are lists or maps. */
  readonly soFar: Value;
}

/** What is left of the pieces before the result is read from it. `values` counts list elements one by one. */
export type Merge =
  | { readonly how: 'nothing' }
  | { readonly how: 'count'; readonly values: number }
  | { readonly how: 'sum'; readonly values: number; readonly sum: number }
  | {
      readonly how: 'weighted';
      readonly values: number;
      readonly weighted: number;
      readonly weights: number;
    }
  | { readonly how: 'powers'; readonly values: number; readonly sums: readonly number[] }
  | {
      readonly how: 'distinct';
      readonly values: number;
      readonly distinct: number;
      /** Most frequent first. */
      readonly counts: readonly { readonly value: Value; readonly count: number }[];
    }
  | { readonly how: 'registers'; readonly used: number; readonly registers: number }
  | {
      readonly how: 'percentiles';
      readonly values: number;
      readonly ranks: readonly {
        readonly percentile: number;
        /** From 0 in the sorted values. */
        readonly rank: number;
        readonly answer: number;
      }[];
    }
  | { readonly how: 'change'; readonly values: number; readonly first: Value; readonly last: Value }
  | { readonly how: 'vectors'; readonly values: number; readonly length: number }
  /** The result is one of the values, or some of them; `kept`: those that tiles kept of all of theirs. */
  | { readonly how: 'chosen'; readonly from: number; readonly kept?: number }
  | {
      readonly how: 'buckets';
      readonly buckets: readonly { readonly bucket: Value; readonly merge: Merge }[];
      readonly omitted: number;
    };

/** What is asked about. */
export interface ExplainOptions {
  /** Folder that relative source paths start from. Default: the working directory. */
  readonly lake?: string;
  /** Left columns that are keys of the column's part, as text of their type; null is a null key. */
  readonly keys: Readonly<Record<string, string | null>>;
  /** Instant of the left row: ISO text in UTC, epoch ms, or a Date. */
  readonly at: string | number | Date;
  readonly column: string;
  /** Pieces that are given at most, half from either end, and entries of a tile's state. Default 1,000. */
  readonly limit?: number;
  /** Folder that has tiles. Default: `out`. */
  readonly out?: string;
  /**
   * `auto` (default): tiles among the pieces where fresh ones are there that stand for several events of the key, of the levels
   * that a training set of this one row and column reads; `off`: events only. The value never depends on it.
   */
  readonly tiles?: 'auto' | 'off';
  readonly signal?: AbortSignal;
}
