import { percentileBucket, percentileRank, percentileValue } from '@tessera/algebra';
import type { Ranges } from '../order/ranges.js';
import { counters, countIn, type EntryWeights } from '../order/weights.js';

/** Sketch buckets of a lane: dense, ascending. */
export interface PercentileBuckets {
  /** Per entry, its bucket's position in `value`. */
  readonly code: Int32Array;
  /** What each bucket answers with, ascending. */
  readonly value: Float64Array;
  readonly weights: EntryWeights | null;
}

/** Each value's bucket. */
export function bucketNumbers(values: Float64Array): Int32Array {
  const out = new Int32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = percentileBucket(values[i]!);
  return out;
}

/** @param numbers of the entries' buckets, which become positions in place */
export function percentileBuckets(
  numbers: Int32Array,
  weights: EntryWeights | null,
): PercentileBuckets {
  const dense = new Map<number, number>();
  for (let i = 0; i < numbers.length; i++) dense.set(numbers[i]!, 0);
  const sorted = [...dense.keys()].sort((a, b) => a - b);
  sorted.forEach((bucket, at) => {
    dense.set(bucket, at);
  });
  for (let i = 0; i < numbers.length; i++) numbers[i] = dense.get(numbers[i]!)!;
  return { code: numbers, value: Float64Array.from(sorted, percentileValue), weights };
}

/**
 * Percentiles of every range: P values a row, NaN where empty. Counts of the window's buckets are kept in a Fenwick tree.
 *
 * Cost     O((M + N·P)·log buckets)
 */
export function percentiles(
  { code, value, weights }: PercentileBuckets,
  { start, end }: Ranges,
  ps: readonly number[],
): Float64Array {
  const size = value.length;
  const top = 2 ** Math.floor(Math.log2(Math.max(1, size)));
  const tree = counters(weights, size + 1);
  const add = (bucket: number, by: number) => {
    for (let i = bucket + 1; i <= size; i += i & -i) tree[i]! += by;
  };
  /** Position of the bucket that holds the `rank`-th value, from 0. */
  const find = (rank: number) => {
    let at = 0;
    let rest = rank;
    for (let step = top; step > 0; step >>>= 1) {
      const to = at + step;
      if (to <= size && tree[to]! <= rest) {
        at = to;
        rest -= tree[to]!;
      }
    }
    return at;
  };

  const of = weights?.of ?? null;
  const width = ps.length;
  const out = new Float64Array(start.length * width);
  let from = 0;
  let to = 0;
  for (let i = 0; i < start.length; i++) {
    const s = start[i]!;
    const e = end[i]!;
    const at = i * width;
    if (i > 0 && s === start[i - 1] && e === end[i - 1]) {
      out.copyWithin(at, at - width, at);
      continue;
    }
    for (; from < to && from < s; from++) add(code[from]!, of === null ? -1 : -of[from]!);
    if (s >= to) {
      from = s;
      to = s;
    }
    for (; to < e; to++) add(code[to]!, of === null ? 1 : of[to]!);
    const n = countIn(weights, s, e);
    for (let p = 0; p < width; p++) {
      out[at + p] = n <= 0 ? Number.NaN : value[find(percentileRank(ps[p]!, n))]!;
    }
  }
  return out;
}
