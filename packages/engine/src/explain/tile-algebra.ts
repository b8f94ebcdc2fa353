import {
  bigintToExpansion,
  type CountState,
  type DistinctState,
  type HyperLogLogState,
  type MomentState,
  type PercentileState,
  type RateState,
  type ScalarValue,
  type SumState,
  type VectorState,
  type WeightedState,
} from '@tessera/algebra';
import { NULL_ELEMENT } from '@tessera/tiling';
import type { StateRow } from './tile-state.js';

/** A tile's share of an aggregate: a state to merge, and how many values are in it. */
export interface TileShare {
  /** Of `aggregateState(operation, …)`. */
  readonly state: unknown;
  readonly values: number;
  /** False where tiles keep the best of their values and do not say how many there were. */
  readonly isCounted: boolean;
}

/**
 * The states of a tile as the algebra's own: what would be there had the tile's values been added one by one.
 *
 * @param rows one, or those of RATE_OF_CHANGE: first, last, count
 */
export function tileShare(rows: readonly StateRow[]): TileShare {
  const [state, last, count] = rows;
  if (state?.kind === 'first' && last?.kind === 'last' && count?.kind === 'count') {
    const [first = null] = state.events;
    const rate: RateState = { n: count.n, first, last: last.events[0] ?? null };
    return counted(rate, count.n);
  }
  if (state === undefined || rows.length !== 1) throw new TypeError('states of no operation');
  switch (state.kind) {
    case 'count':
      return counted<CountState>({ n: state.n }, state.n);
    case 'sum':
      return counted<SumState>({ n: state.n, sum: state.terms }, state.n);
    case 'isum':
      return counted<SumState>({ n: state.n, sum: bigintToExpansion(state.sum) }, state.n);
    case 'moments': {
      const { n, overflows, sums } = state;
      return counted<MomentState>({ n, overflowed: overflows, sums }, n);
    }
    case 'wsum': {
      const { n, overflows, weighted, weights } = state;
      return counted<WeightedState>({ n, overflowed: overflows, weighted, weights }, n);
    }
    case 'min':
    case 'max':
      return kept({ value: state.value }, state.value === null ? 0 : 1);
    case 'first':
    case 'last':
      return kept({ kept: state.events }, state.events.length);
    case 'top':
    case 'bottom':
      return kept({ kept: state.values }, state.values.length);
    case 'distinct': {
      // Values of a state are never null.
      const counts = state.values.map(({ value, n }) => [value as ScalarValue, n] as const);
      return counted<DistinctState>(new Map(counts), sumOf(state.values));
    }
    case 'hll': {
      const own: HyperLogLogState = { slots: [...state.slots], ranks: null };
      return kept(own, state.slots.length);
    }
    case 'percentile': {
      const counts = state.buckets.map(({ bucket, n }) => [bucket, n] as const);
      return counted<PercentileState>(new Map(counts), sumOf(state.buckets));
    }
    case 'vector':
      return counted(vectors(state), state.n);
  }
}

function counted<S>(state: S, values: number): TileShare {
  return { state, values, isCounted: true };
}

function kept(state: unknown, values: number): TileShare {
  return { state, values, isCounted: false };
}

function sumOf(entries: readonly { readonly n: number }[]): number {
  return entries.reduce((sum, { n }) => sum + n, 0);
}

/** Lengths that no vector has stand for those that a tile no longer knows: two of them are what the algebra refuses. */
const UNKNOWN_LENGTHS = [-1, -2] as const;

function vectors({ n, length, sums }: StateRow & { readonly kind: 'vector' }): VectorState {
  if (n === 0) return { byLength: new Map(), withNull: 0 };
  if (length === NULL_ELEMENT) return { byLength: new Map(), withNull: n };
  if (length < 0) {
    const unknown = UNKNOWN_LENGTHS.map((one) => [one, { n, sums: [] }] as const);
    return { byLength: new Map(unknown), withNull: 0 };
  }
  return { byLength: new Map([[length, { n, sums }]]), withNull: 0 };
}
