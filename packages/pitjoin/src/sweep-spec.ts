import type { DataType, Operation } from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import type { LeftOrders } from './order/left-orders.js';
import type { TileStates } from './states/tile-states.js';

/**
 * One feature column to compute in a sweep, as plain data. Lanes are columns of the event batch, by name.
 */
export interface FeatureSpec {
  /** Output column name, unique in the sweep. */
  readonly name: string;
  readonly operation: Operation;
  /** Logical type of the input lane (after S5.6's explode it is the list that is given here, not its element). */
  readonly inputType: DataType | null;
  /** Lane holding the input; null for COUNT without input. */
  readonly input: string | null;
  readonly outputType: DataType;
  readonly k?: number;
  readonly percentiles?: readonly number[];
  readonly maxDistinct?: number;
  /** Lane (f64, already double) of the weight. */
  readonly weight?: string;
  /** Lane (f64 0/1): only rows where it is 1 are seen. */
  readonly where?: string;
  /** Lane of the bucket, with its type: the result is a map (S5.6). */
  readonly by?: { readonly lane: string; readonly type: DataType };
  /**
   * Lanes of the tiles' states, which hold what the operation needs of the same input, where, by and weight. Without them no
   * window of the feature may hold a tile.
   */
  readonly states?: TileStates;
  /** Milliseconds; null = unbounded. */
  readonly windowMs: number | null;
  readonly tail: 'sawtooth' | 'exact';
  /** Which query lane of the left batch this feature is evaluated at. */
  readonly query: string;
  readonly empty: 'zero' | 'null';
}

/**
 * Events of one bucket: `code` (Int32, dense key code, never -1), `timeMs` (f64), optionally `tie` (code/f64/i64 lane; the
 * declared tieBreaker), and the lanes that features name. Rows in any order.
 *
 * Tiles of the bucket, each for all events of a key in a hop that no window cuts: `code`, `timeMs` (the hop's start), and
 * the lanes of states. Rows in any order, several of one hop too.
 *
 * Left rows of one bucket in left order: `code` (Int32; -1 = null key → all features null) and one f64 lane per distinct
 * query rule, already lagged, snapshotted and (for inclusive) +1 ms; NaN = no time → all features null.
 */
export interface SweepInput {
  readonly events: Batch;
  /** None when absent. */
  readonly tiles?: Batch;
  readonly left: Batch;
  /** Orders of the same left rows, for sweeps of several batches of events over them; absent = of this sweep alone. */
  readonly orders?: LeftOrders;
  readonly features: readonly FeatureSpec[];
  /** S4.4: STRICT makes ±Infinity in a numeric input an error; otherwise it is null and counted. */
  readonly strict: boolean;
}

export interface SweepOutput {
  /** One column per feature, in the left batch's row order or that of `orders`. int64 outputs may be f64 (all below 2^53) or i64. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly counts: SweepCounts;
  /** Set when a value cannot be given (S5.3, vectors of another length …): the first by (code, query). */
  readonly problem: SweepProblem | null;
}

export interface SweepCounts {
  /** Rows, a tile being one. */
  readonly events: number;
  readonly leftRows: number;
  /** Input values of events that were ±Infinity, per lane; those in tiles were counted when the tiles were made. */
  readonly infinite: Readonly<Record<string, number>>;
  /** TOP_K_FREQUENT windows above maxDistinct, per feature. */
  readonly tooManyDistinct: Readonly<Record<string, number>>;
}

export interface SweepProblem {
  readonly kind:
    | 'SUM_OVERFLOW'
    | 'VECTOR_LENGTH'
    | 'VECTOR_NULL'
    | 'INFINITE_INPUT'
    | 'TOO_MANY_DISTINCT';
  readonly feature: string;
  readonly keyCode: number;
  readonly detail: string;
  /** The events' lane that is to blame, where it is one. */
  readonly lane?: string;
}
