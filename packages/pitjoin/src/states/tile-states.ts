import type { Operation } from '@tessera/api';

/** Lanes of a state that keeps events: three lists of equal lengths, one item per event. */
export interface EventLanes {
  /** list<f64>: epoch ms of the event itself, inside the tile's hop. */
  readonly t: string;
  /** list of the kind of lane `tie`; absent when no tieBreaker is declared. */
  readonly tie?: string;
  /** list of the input's kind. */
  readonly value: string;
}

/**
 * The states of tiles, as lanes of their batch by name. `n` counts the values that a state holds (f64 or i64); a
 * state of nothing has n = 0 or null, or an empty or null list. Terms are exact sums as expansions (S5.2), in the form of
 * @tessera/algebra, sums beyond a double too. Codes are of the input's dictionary.
 *
 * | operations                                   | kind                 |
 * | -------------------------------------------- | -------------------- |
 * | COUNT                                        | count                |
 * | SUM, AVERAGE                                 | sum, isum            |
 * | VARIANCE … KURTOSIS                          | moments              |
 * | WEIGHTED_AVERAGE                             | wsum                 |
 * | MIN; MAX                                     | min; max             |
 * | FIRST, FIRST_K; LAST, LAST_K                 | first; last          |
 * | RATE_OF_CHANGE                               | rate                 |
 * | TOP_K; BOTTOM_K                              | top; bottom          |
 * | UNIQUE_COUNT, HISTOGRAM, TOP_K_FREQUENT, DIVERSITY | distinct       |
 * | APPROX_UNIQUE_COUNT                          | hll                  |
 * | APPROX_PERCENTILE                            | percentile           |
 * | VECTOR_SUM, VECTOR_AVERAGE                   | vector               |
 */
export type TileStates = StateLanes & {
  /**
   * With `by`: list of buckets, each once. Every other lane is then a list beside it, item i being the state of bucket i
   * (a list lane becomes a list of lists).
   */
  readonly buckets?: string;
};

export type StateLanes =
  | { readonly kind: 'count'; readonly n: string }
  /** terms: list<f64>. Any numeric input; decimals sum unscaled. */
  | { readonly kind: 'sum'; readonly n: string; readonly terms: string }
  /** sum: f64, i64 or i128. For inputs whose sums i128 always holds: decimals above 28 digits need `sum`. */
  | { readonly kind: 'isum'; readonly n: string; readonly sum: string }
  /**
   * sums: list<f64> of Σx, Σx² …, as many as the operation needs and no more. overflows: values with a power that
   * overflows, which are in none of the sums (S5.2).
   */
  | {
      readonly kind: 'moments';
      readonly n: string;
      readonly overflows: string;
      readonly sums: readonly string[];
    }
  /** weighted, weights: list<f64>, terms of Σwx and Σw. */
  | {
      readonly kind: 'wsum';
      readonly n: string;
      readonly overflows: string;
      readonly weighted: string;
      readonly weights: string;
    }
  | { readonly kind: 'min' | 'max'; readonly value: string }
  /** The k earliest or latest events (S5.4), or all when there are fewer; in any order. */
  | ({ readonly kind: 'first' | 'last' } & EventLanes)
  /** The earliest event, the latest, and how many there are. */
  | {
      readonly kind: 'rate';
      readonly n: string;
      readonly first: EventLanes;
      readonly last: EventLanes;
    }
  /** list of the k greatest or least values, duplicates kept, or all when there are fewer; in any order. */
  | { readonly kind: 'top' | 'bottom'; readonly value: string }
  /** Lists of distinct values and how often each occurs. */
  | { readonly kind: 'distinct'; readonly value: string; readonly n: string }
  /** list<f64>: register · 64 + rank, one per register in use. */
  | { readonly kind: 'hll'; readonly slots: string }
  /** Lists of sketch buckets (their numbers) and how many values are in each. */
  | { readonly kind: 'percentile'; readonly bucket: string; readonly n: string }
  /** length: of every vector, or UNEQUAL_LENGTHS, or NULL_ELEMENT (which goes first). terms: per element list<f64>. */
  | {
      readonly kind: 'vector';
      readonly n: string;
      readonly length: string;
      readonly terms: string;
    };

/** Vectors of two lengths are in the tile: every window that holds it has that problem. */
export const UNEQUAL_LENGTHS = -1;
/** A vector with a null element is in the tile. */
export const NULL_ELEMENT = -2;

const KINDS: Readonly<Record<Operation, readonly StateLanes['kind'][]>> = {
  COUNT: ['count'],
  SUM: ['sum', 'isum'],
  AVERAGE: ['sum', 'isum'],
  WEIGHTED_AVERAGE: ['wsum'],
  VARIANCE: ['moments'],
  STDDEV: ['moments'],
  VARIANCE_SAMPLE: ['moments'],
  STDDEV_SAMPLE: ['moments'],
  SKEW: ['moments'],
  KURTOSIS: ['moments'],
  MIN: ['min'],
  MAX: ['max'],
  FIRST: ['first'],
  LAST: ['last'],
  FIRST_K: ['first'],
  LAST_K: ['last'],
  RATE_OF_CHANGE: ['rate'],
  TOP_K: ['top'],
  BOTTOM_K: ['bottom'],
  UNIQUE_COUNT: ['distinct'],
  HISTOGRAM: ['distinct'],
  TOP_K_FREQUENT: ['distinct'],
  DIVERSITY: ['distinct'],
  APPROX_UNIQUE_COUNT: ['hll'],
  APPROX_PERCENTILE: ['percentile'],
  VECTOR_SUM: ['vector'],
  VECTOR_AVERAGE: ['vector'],
};

/** Whether an operation can be answered from such states. */
export function answers(states: StateLanes, operation: Operation): boolean {
  if (!KINDS[operation].includes(states.kind)) return false;
  if (states.kind !== 'moments') return true;
  const powers = operation === 'KURTOSIS' ? 4 : operation === 'SKEW' ? 3 : 2;
  return states.sums.length === powers;
}
