import {
  type CountState,
  type DistinctState,
  type Expansion,
  expansionToBigInt,
  HLL_REGISTERS,
  type HyperLogLogState,
  type MomentState,
  type Operation,
  type PercentileState,
  percentileRank,
  percentilesOf,
  type RateState,
  roundExpansion,
  roundRational,
  rowValue,
  type SumState,
  scaleOf,
  type VectorState,
  type WeightedState,
} from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import type { Merge } from './explanation.js';

const SHOWN_VALUES = 20;

interface About {
  /** Values that went in. */
  readonly values: number;
  /** Of them those that tiles kept of more. */
  readonly kept: number;
  /** Of the values; null for COUNT of rows. */
  readonly type: DataType | null;
  readonly percentiles: readonly number[] | null;
}

/** What a state holds, in words for people. The state is one of `aggregateState(operation, …)`. */
export function mergeOf(operation: Operation, state: unknown, about: About): Merge {
  const { values, kept, type } = about;
  if (values === 0) return { how: 'nothing' };
  switch (operation) {
    case 'COUNT':
      return { how: 'count', values: (state as CountState).n };
    case 'SUM':
    case 'AVERAGE':
      return { how: 'sum', values, sum: rounded((state as SumState).sum, type) };
    case 'WEIGHTED_AVERAGE': {
      const { weighted, weights } = state as WeightedState;
      return {
        how: 'weighted',
        values,
        weighted: roundExpansion(weighted),
        weights: roundExpansion(weights),
      };
    }
    case 'VARIANCE':
    case 'STDDEV':
    case 'VARIANCE_SAMPLE':
    case 'STDDEV_SAMPLE':
    case 'SKEW':
    case 'KURTOSIS':
      return {
        how: 'powers',
        values,
        sums: (state as MomentState).sums.map((sum) => roundExpansion(sum)),
      };
    case 'UNIQUE_COUNT':
    case 'HISTOGRAM':
    case 'DIVERSITY':
    case 'TOP_K_FREQUENT':
      return distinct(state as DistinctState, about);
    case 'APPROX_UNIQUE_COUNT':
      return { how: 'registers', used: used(state as HyperLogLogState), registers: HLL_REGISTERS };
    case 'APPROX_PERCENTILE':
      return ranks(state as PercentileState, about);
    case 'RATE_OF_CHANGE': {
      const { first, last } = state as RateState;
      const shown = (value: Parameters<typeof rowValue>[1] | undefined) =>
        type === null || value === undefined ? null : rowValue(type, value, 'bigint');
      return { how: 'change', values, first: shown(first?.value), last: shown(last?.value) };
    }
    case 'VECTOR_SUM':
    case 'VECTOR_AVERAGE': {
      const [length = 0] = (state as VectorState).byLength.keys();
      return { how: 'vectors', values, length };
    }
    default:
      return { how: 'chosen', from: values, ...(kept > 0 && { kept }) };
  }
}

function rounded(sum: Expansion, type: DataType | null): number {
  const scale = type === null ? 0 : scaleOf(type);
  return scale === 0
    ? roundExpansion(sum)
    : roundRational(expansionToBigInt(sum), 10n ** BigInt(scale));
}

function distinct(state: DistinctState, { values, type }: About): Merge {
  // Entries came in time order; the sort keeps it among equals.
  const most = [...state].sort(([, a], [, b]) => b - a).slice(0, SHOWN_VALUES);
  return {
    how: 'distinct',
    values,
    distinct: state.size,
    counts: most.map(([value, count]) => ({
      value: type === null ? null : rowValue(type, value, 'bigint'),
      count,
    })),
  };
}

function used({ slots, ranks }: HyperLogLogState): number {
  return ranks === null ? slots.length : ranks.reduce((n, rank) => n + (rank > 0 ? 1 : 0), 0);
}

function ranks(state: PercentileState, { values, percentiles }: About): Merge {
  const buckets = Float64Array.from(state.keys()).sort();
  const counts = buckets.map((bucket) => state.get(bucket) ?? 0);
  return {
    how: 'percentiles',
    values,
    ranks: (percentiles ?? []).map((percentile) => ({
      percentile,
      rank: percentileRank(percentile, values),
      answer: percentilesOf(buckets, counts, values, [percentile])[0]!,
    })),
  };
}
