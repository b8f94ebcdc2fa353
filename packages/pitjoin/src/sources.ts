import type { Segments } from './exact/segments.js';
import type { Input } from './input/input.js';
import { bucketNumbers } from './kernels/percentile.js';
import { powerTerms, productTerms, type Terms } from './kernels/powers.js';
import { type Vectors, vectorsOfLists } from './kernels/vectors.js';
import { lazy } from './lazy.js';
import { gatherDoubles, type Lane } from './order/lane.js';

/**
 * What kernels read of a lane's entries beside their values, whether they come from raw rows or from states. Each call
 * makes it anew.
 */
export interface EntrySources {
  /** Arrays of one double per entry, whose sum is the entry's value exactly. */
  readonly valueTerms: () => readonly Float64Array[];
  /** Terms of x^k, k being a power that the operation asks for. */
  readonly powerTerms: (k: 1 | 2 | 3 | 4) => SumTerms;
  /** Terms of x·w. */
  readonly productTerms: () => SumTerms;
  /** Terms of w. */
  readonly weightTerms: () => readonly Float64Array[];
  readonly slots: () => Float64Array;
  /** Numbers of sketch buckets. */
  readonly bucketNumbers: () => Int32Array;
  readonly vectors: (segments: Segments) => Vectors;
}

/** Terms of an exact sum, some of which may have overflowed. */
export interface SumTerms {
  readonly terms: readonly Float64Array[];
  /** Overflows before each entry, M + 1 of them; null = none. */
  readonly overflows: Int32Array | null;
}

/**
 * @param elements of the input when it is a list
 * @param weights per event row; null without a weight
 */
export function rawSources(
  lane: Lane,
  { elements, weights }: { elements: Input['elements']; weights: Float64Array | null },
): EntrySources {
  const input = () => {
    if (lane.input === null) throw new TypeError('an operation without an input');
    return lane.input;
  };
  const weightOfEntry = lazy(() => gatherDoubles(weights!, lane.rows));
  return {
    valueTerms: () =>
      input()
        .terms()
        .map((term) =>
          term === input().ordered() ? lane.ordered() : gatherDoubles(term, lane.items),
        ),
    powerTerms: (k) =>
      k === 1
        ? { terms: [lane.doubles()], overflows: null }
        : sumTerms(powerTerms(lane.doubles(), k)),
    productTerms: () => sumTerms(productTerms(lane.doubles(), weightOfEntry())),
    weightTerms: () => [weightOfEntry()],
    slots: () => gatherDoubles(input().slots(), lane.items),
    bucketNumbers: () => bucketNumbers(lane.doubles()),
    vectors: (segments) => vectorsOfLists(elements!, lane.items, segments),
  };
}

export function sumTerms({ high, low, overflows }: Terms): SumTerms {
  return { terms: [high, low], overflows };
}
