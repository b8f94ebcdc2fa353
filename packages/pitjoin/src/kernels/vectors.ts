import { exactSum } from '../exact/exact-sum.js';
import { roundedSums } from '../exact/read-sum.js';
import type { Segments } from '../exact/segments.js';
import type { Input } from '../input/input.js';
import type { Ranges } from '../order/ranges.js';
import { countIn, type EntryWeights } from '../order/weights.js';
import { quotient } from '../quotient.js';

/** Vectors of a lane, or sums of vectors. */
export interface Vectors {
  /** Per entry. */
  readonly length: Int32Array;
  /** 1 where a vector has a null element. */
  readonly hasNull: Uint8Array;
  /** 1 where an entry is a sum of vectors of several lengths; null = none is. */
  readonly unequal: Uint8Array | null;
  readonly weights: EntryWeights | null;
  readonly segments: Segments;
  /** Arrays of terms of every entry's element d, 0 where it has none. Valid until the next call. */
  readonly position: (d: number) => readonly Float64Array[];
}

/** Vectors as a column has them: entry j is row rows[j]. */
export function vectorsOfLists(
  { offsets, items }: NonNullable<Input['elements']>,
  rows: Int32Array,
  segments: Segments,
): Vectors {
  const elements = items.doubles();
  const m = rows.length;
  const from = rows.map((row) => offsets[row]!);
  const length = rows.map((row) => offsets[row + 1]! - offsets[row]!);
  const hasNull = new Uint8Array(m);
  for (let j = 0; j < m; j++) {
    for (let d = 0; d < length[j]!; d++) if (Number.isNaN(elements[from[j]! + d])) hasNull[j] = 1;
  }
  const position = new Float64Array(m);
  return {
    length,
    hasNull,
    unequal: null,
    weights: null,
    segments,
    position: (d) => {
      for (let j = 0; j < m; j++) {
        const v = d < length[j]! ? elements[from[j]! + d]! : 0;
        position[j] = Number.isNaN(v) ? 0 : v;
      }
      return [position];
    },
  };
}

export interface VectorResults {
  readonly offsets: Int32Array;
  /** 0 where the range is empty or has a fault. */
  readonly valid: Uint8Array;
  readonly values: Float64Array;
}

export type VectorFault = (row: number, kind: 'VECTOR_LENGTH' | 'VECTOR_NULL') => void;

/**
 * Element-wise sums or averages of every range. All vectors in one range must have one length and no null element; a range
 * that breaks this is told to `onFault`. Judged per range, so that it cannot depend on which keys were swept together.
 *
 * Cost     O(D·(M + N)), one element position at a time.
 */
export function vectorResults(
  vectors: Vectors,
  ranges: Ranges,
  operation: 'sum' | 'average',
  onFault: VectorFault,
): VectorResults {
  const { start, end } = ranges;
  const { length, segments, weights } = vectors;
  const n = start.length;
  const changedAt = lastChange(length);
  const nullsBefore = marksBefore(vectors.hasNull);
  const unequalBefore = vectors.unequal === null ? null : marksBefore(vectors.unequal);
  const valid = new Uint8Array(n);
  const offsets = new Int32Array(n + 1);
  let widest = 0;
  for (let i = 0; i < n; i++) {
    const s = start[i]!;
    const e = end[i]!;
    let width = 0;
    if (s < e) {
      if (nullsBefore[e]! > nullsBefore[s]!) onFault(i, 'VECTOR_NULL');
      else if (
        changedAt[e - 1]! > s ||
        (unequalBefore !== null && unequalBefore[e]! > unequalBefore[s]!)
      )
        onFault(i, 'VECTOR_LENGTH');
      else {
        valid[i] = 1;
        width = length[s]!;
      }
    }
    widest = Math.max(widest, width);
    offsets[i + 1] = offsets[i]! + width;
  }
  const values = new Float64Array(offsets[n]!);
  for (let d = 0; d < widest; d++) {
    const sums = roundedSums(exactSum(vectors.position(d), segments), ranges);
    for (let i = 0; i < n; i++) {
      if (offsets[i]! + d >= offsets[i + 1]!) continue;
      values[offsets[i]! + d] =
        operation === 'sum' ? sums[i]! : quotient(sums[i]!, countIn(weights, start[i]!, end[i]!));
    }
  }
  return { offsets, valid, values };
}

/** Per entry, the last one at or before it whose length differs from the one before. */
function lastChange(length: Int32Array): Int32Array {
  const out = new Int32Array(length.length);
  for (let j = 1; j < out.length; j++) out[j] = length[j] === length[j - 1] ? out[j - 1]! : j;
  return out;
}

/** Marked entries before each, M + 1 of them. */
function marksBefore(marks: Uint8Array): Int32Array {
  const out = new Int32Array(marks.length + 1);
  for (let j = 0; j < marks.length; j++) out[j + 1] = out[j]! + marks[j]!;
  return out;
}
