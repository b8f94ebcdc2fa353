import { type ExactSum, exactSum } from './exact/exact-sum.js';
import { roundedSums, sumReader } from './exact/read-sum.js';
import { makeSegments, type Segments } from './exact/segments.js';
import type { Input } from './input/input.js';
import { extremeEntries } from './kernels/extremes.js';
import type { PowerSum } from './kernels/moments.js';
import { type PercentileBuckets, percentileBuckets } from './kernels/percentile.js';
import { powerTerms, productTerms } from './kernels/powers.js';
import { type DistinctCodes, distinctCodes, sortGroups } from './kernels/value-order.js';
import type { Vectors } from './kernels/vectors.js';
import { lazy, memo } from './lazy.js';
import { gatherDoubles, type Lane } from './order/lane.js';
import type { Ranges } from './order/ranges.js';

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

/**
 * @param elements of the input when it is a list
 * @param weights per event row; null without a weight
 * @param together windows that share their head, whose extremes are best found in one run
 */
export function prepare(
  lane: Lane,
  { elements, weights }: { elements: Input['elements']; weights: Float64Array | null },
  together: (ranges: Ranges) => readonly Ranges[],
): Prepared {
  const input = () => {
    if (lane.input === null) throw new TypeError('an operation without an input');
    return lane.input;
  };
  const segments: () => Segments = lazy(() => makeSegments(lane.groupStart));
  const valueSum = lazy(() =>
    exactSum(
      input()
        .terms()
        .map((term) =>
          term === input().ordered() ? lane.ordered() : gatherDoubles(term, lane.items),
        ),
      segments(),
    ),
  );
  // Weak: the ranges of a chunk of buckets are used once.
  const sums = new WeakMap<Ranges, Float64Array>();
  const greatest = new WeakMap<Ranges, Int32Array>();
  const least = new WeakMap<Ranges, Int32Array>();
  const powers = new Map<1 | 2 | 3 | 4, GuardedSum>();
  const power = (k: 1 | 2 | 3 | 4): GuardedSum =>
    memo(powers, k, () => {
      if (k === 1) return { sum: exactSum([lane.doubles()], segments()), overflows: null };
      const { high, low, overflows } = powerTerms(lane.doubles(), k);
      return { sum: exactSum([high, low], segments()), overflows };
    });
  const weightOfEntry = lazy(() => gatherDoubles(weights!, lane.rows));
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
    weightedSum: lazy(() => {
      const { high, low, overflows } = productTerms(lane.doubles(), weightOfEntry());
      return { sum: exactSum([high, low], segments()), overflows };
    }),
    weightSum: lazy(() => exactSum([weightOfEntry()], segments())),
    sorted,
    codes: lazy(() => distinctCodes(lane.ordered(), lane.groupStart, sorted())),
    slots: lazy(() => gatherDoubles(input().slots(), lane.items)),
    buckets: lazy(() => percentileBuckets(lane.doubles())),
    tiedDoubles: lazy(() => gatherDoubles(input().doubles(), lane.tiedItems())),
    vectors: lazy(() => vectorsOf(lane, elements!, segments())),
  };
}

function vectorsOf(
  lane: Lane,
  { offsets, items }: NonNullable<Input['elements']>,
  segments: Segments,
): Vectors {
  const from = lane.items.map((row) => offsets[row]!);
  const length = lane.items.map((row) => offsets[row + 1]! - offsets[row]!);
  return { elements: items.doubles(), from, length, segments };
}
