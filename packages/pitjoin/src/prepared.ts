import { type ExactSum, exactSum } from './exact/exact-sum.js';
import { roundedSums, sumReader } from './exact/read-sum.js';
import { makeSegments, type Segments } from './exact/segments.js';
import { extremeEntries } from './kernels/extremes.js';
import type { PowerSum } from './kernels/moments.js';
import { type PercentileBuckets, percentileBuckets } from './kernels/percentile.js';
import { type DistinctCodes, distinctCodes, sortGroups } from './kernels/value-order.js';
import type { Vectors } from './kernels/vectors.js';
import { lazy, memo } from './lazy.js';
import { gatherDoubles, type Lane } from './order/lane.js';
import type { Ranges } from './order/ranges.js';
import type { EntrySources, SumTerms } from './sources.js';

/** A sum whose terms may overflow. */
export interface GuardedSum {
  readonly sum: ExactSum;
  readonly overflows: Int32Array | null;
}

/**
 * A lane with everything that several features over it can share, each made when first asked for.
 */
export interface Prepared {
  readonly lane: Lane;
  /** Σ of the values themselves: integers exactly, also those wider than a double. */
  readonly valueSum: () => ExactSum;
  /** Σ of the values, rounded, per range. */
  readonly sums: (ranges: Ranges) => Float64Array;
  /** Where the greatest (1) or least (-1) value of each range is. */
  readonly extremes: (ranges: Ranges, sign: 1 | -1) => Int32Array;
  /** Σx^k of the nearest doubles. A fresh reader at every call. */
  readonly powerSum: (k: 1 | 2 | 3 | 4) => PowerSum;
  readonly weightedSum: () => GuardedSum;
  readonly weightSum: () => ExactSum;
  readonly sorted: () => Int32Array;
  readonly codes: () => DistinctCodes;
  readonly slots: () => Float64Array;
  readonly buckets: () => PercentileBuckets;
  /** The nearest doubles with ties in value order. */
  readonly tiedDoubles: () => Float64Array;
  readonly vectors: () => Vectors;
}

/** @param together windows that share their head, whose extremes are best found in one run */
export function prepare(
  lane: Lane,
  sources: EntrySources,
  together: (ranges: Ranges) => readonly Ranges[],
): Prepared {
  const segments: () => Segments = lazy(() => makeSegments(lane.groupStart));
  const valueSum = lazy(() => exactSum(sources.valueTerms(), segments()));
  // Weak: the ranges of a chunk of buckets are used once.
  const sums = new WeakMap<Ranges, Float64Array>();
  const greatest = new WeakMap<Ranges, Int32Array>();
  const least = new WeakMap<Ranges, Int32Array>();
  const powers = new Map<1 | 2 | 3 | 4, GuardedSum>();
  const guarded = ({ terms, overflows }: SumTerms): GuardedSum => ({
    sum: exactSum(terms, segments()),
    overflows,
  });
  const power = (k: 1 | 2 | 3 | 4) => memo(powers, k, () => guarded(sources.powerTerms(k)));
  const sorted = lazy(() => sortGroups(lane.ordered(), lane.groupStart));
  return {
    lane,
    valueSum,
    sums: (ranges) => memo(sums, ranges, () => roundedSums(valueSum(), ranges)),
    extremes: (ranges, sign) => {
      const known = sign === 1 ? greatest : least;
      if (!known.has(ranges)) {
        const windows = together(ranges);
        const found = extremeEntries(lane.ordered(), windows, sign);
        windows.forEach((w, i) => {
          known.set(w, found[i]!);
        });
      }
      return known.get(ranges)!;
    },
    powerSum: (k) => ({ reader: sumReader(power(k).sum), overflows: power(k).overflows }),
    weightedSum: lazy(() => guarded(sources.productTerms())),
    weightSum: lazy(() => exactSum(sources.weightTerms(), segments())),
    sorted,
    codes: lazy(() => distinctCodes(lane.ordered(), lane.groupStart, sorted(), lane.weights)),
    slots: lazy(sources.slots),
    buckets: lazy(() => percentileBuckets(sources.bucketNumbers(), lane.weights)),
    tiedDoubles: lazy(() => gatherDoubles(lane.input!.doubles(), lane.tiedItems())),
    vectors: lazy(() => sources.vectors(segments())),
  };
}
