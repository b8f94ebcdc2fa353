import { powerOfTwo } from '../exact/binary.js';

/**
 * Relative-error quantiles: values are counted in buckets cut from their IEEE bits (sign, exponent, top 6 mantissa bits), so
 * no logarithm decides a bucket. A bucket [lo, hi) with hi ≤ lo·(1 + 1/64) answers with 2·lo·hi/(lo + hi), which is
 * within (hi − lo)/(hi + lo) < 0.79 % of every value in it.
 */

export const PERCENTILE_ERROR_BOUND = 0.01;

const view = new DataView(new ArrayBuffer(8));
/** Subnormals are scaled by 2^54 to be normal; this many buckets keeps them below the normal ones. */
const SUBNORMAL_SHIFT = 54 * 64;
const TWO_54 = 2 ** 54;

/** The bucket of a finite double: a small integer, monotone in x, mirrored for negatives, 0 for 0. */
export function percentileBucket(x: number): number {
  if (x === 0) return 0;
  view.setFloat64(0, x);
  const high = view.getUint32(0) & 0x7fffffff;
  let bucket: number;
  if (high >= 0x100000) bucket = (high >>> 14) + SUBNORMAL_SHIFT;
  else {
    view.setFloat64(0, x * TWO_54);
    bucket = (view.getUint32(0) & 0x7fffffff) >>> 14;
  }
  return x < 0 ? -bucket : bucket;
}

/** The value a bucket answers with. */
export function percentileValue(bucket: number): number {
  if (bucket === 0) return 0;
  const magnitude = Math.abs(bucket);
  const step = magnitude & 63;
  const low = 1 + step / 64;
  const high = low + 1 / 64;
  // The exponent field is that of the value times 2^54, and may pass 2046: multiply in two exact steps.
  const exponent = (magnitude >>> 6) - 1023 - 54;
  const fraction = (2 * low * high) / (low + high);
  const value =
    exponent < -1000
      ? fraction * powerOfTwo(-1000) * powerOfTwo(exponent + 1000)
      : fraction * powerOfTwo(exponent);
  return bucket < 0 ? -value : value;
}

/** The 0-based rank in a sorted sample of n that percentile p (0-100) stands for: nearest rank, lower. */
export function percentileRank(p: number, n: number): number {
  // p·(n − 1) first: 29/100·100 would give 28.
  return Math.floor((p * (n - 1)) / 100);
}

/**
 * Percentiles of a sketch.
 *
 * Shapes   sortedBuckets ascending, counts beside it, adding up to n ≥ 1; ps in any order, 0-100.
 * Returns  one value per p, each within 1 % of the sample's value at that rank.
 */
export function percentilesOf(
  sortedBuckets: ArrayLike<number>,
  counts: ArrayLike<number>,
  n: number,
  ps: readonly number[],
): number[] {
  return ps.map((p) => {
    const rank = percentileRank(p, n);
    let seen = 0;
    for (let i = 0; i < sortedBuckets.length; i++) {
      seen += counts[i]!;
      if (rank < seen) return percentileValue(sortedBuckets[i]!);
    }
    return Number.NaN;
  });
}
