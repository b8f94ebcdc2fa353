import type { TileLevel } from '@tessera/planner';
import type { Value } from '../values/from-column.js';

/** Rows of the key that were read as what they add up to. */
export interface TilePiece {
  readonly kind: 'tile';
  /** Position among all pieces, from 0. */
  readonly idx: number;
  readonly level: TileLevel;
  /** First instant of the hop, and the first one after it. */
  readonly start: string;
  readonly end: string;
  /** The partition whose rows it is made of (a late row is in the tile of its own hop), or the first day of a block of them. */
  readonly label: string;
  /** Rows of the source in it, whether or not they count for the column. */
  readonly n: number;
  readonly state: ShownState;
  /** Below the output folder. */
  readonly files: readonly string[];
  /** The result over this piece and those before it; null for results that are lists or maps. */
  readonly soFar: Value;
}

/** Entries of a state, in its own order. */
export interface Listed<T> {
  readonly count: number;
  /** The first ones, all where they fit the limit. */
  readonly shown: readonly T[];
}

export interface ShownEvent {
  readonly time: string;
  readonly tieBreaker: Value;
  readonly value: Value;
}

/** Doubles that add up to an exact sum, least first; `Infinity`, beyond which a sum has parts no double holds, is text. */
export type ShownTerms = readonly (number | 'Infinity')[];

/**
 * What a tile holds for a column: enough to compute the column's value again. `n` counts the values that went in, list
 * elements one by one.
 */
export type ShownState =
  | { readonly kind: 'count'; readonly n: number }
  /** `terms` are there where `sum` is rounded. */
  | {
      readonly kind: 'sum';
      readonly n: number;
      readonly sum: Value;
      readonly terms?: ShownTerms;
    }
  /** Σx, Σx² … of the values of which no power overflows. */
  | {
      readonly kind: 'moments';
      readonly n: number;
      readonly overflows: number;
      readonly sums: readonly number[];
      readonly terms: readonly ShownTerms[];
    }
  | {
      readonly kind: 'wsum';
      readonly n: number;
      readonly overflows: number;
      readonly weighted: number;
      readonly weights: number;
      readonly terms: { readonly weighted: ShownTerms; readonly weights: ShownTerms };
    }
  | { readonly kind: 'min' | 'max'; readonly value: Value }
  /** Oldest first, newest first. */
  | { readonly kind: 'first' | 'last'; readonly events: Listed<ShownEvent> }
  | {
      readonly kind: 'rate';
      readonly n: number;
      readonly first: ShownEvent;
      readonly last: ShownEvent;
    }
  /** Best first. */
  | { readonly kind: 'top' | 'bottom'; readonly values: Listed<Value> }
  | {
      readonly kind: 'distinct';
      readonly n: number;
      readonly values: Listed<{ readonly value: Value; readonly n: number }>;
    }
  | {
      readonly kind: 'hll';
      readonly registers: Listed<{ readonly register: number; readonly rank: number }>;
    }
  | {
      readonly kind: 'percentile';
      readonly n: number;
      readonly buckets: Listed<{ readonly bucket: number; readonly n: number }>;
    }
  /** `length` null: vectors that have no sum, since lengths differ or elements are null. */
  | {
      readonly kind: 'vector';
      readonly n: number;
      readonly length: number | null;
      readonly sums: readonly number[];
      readonly terms: readonly ShownTerms[];
    }
  /** `by`: a state each. */
  | {
      readonly kind: 'buckets';
      readonly buckets: Listed<{ readonly bucket: Value; readonly state: ShownState }>;
    };

/** Where tiles were read, and what they stand for. */
export interface TilesRead {
  /** Folder of the tile set, below the output folder. */
  readonly set: string;
  /** Fine to coarse: partitions or blocks that were looked into, and tiles of the key that lie in the window. */
  readonly levels: readonly {
    readonly level: TileLevel;
    readonly places: number;
    readonly tiles: number;
  }[];
  /** Tiles among the pieces: those whose state holds anything. */
  readonly pieces: number;
  /** Files of the source that they stand for, and rows of the key in the window. */
  readonly files: number;
  readonly rows: number;
  /** The events themselves, of which the value was computed once more: files with any, and rows of the key in them. */
  readonly checked: { readonly files: number; readonly rowsOfKey: number };
}
