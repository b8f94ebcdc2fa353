import { exactSum } from '../exact/exact-sum.js';
import { roundedSums } from '../exact/read-sum.js';
import type { Segments } from '../exact/segments.js';
import type { Ranges } from '../order/ranges.js';
import { quotient } from '../quotient.js';

/** Vectors of a lane: entry j holds elements from[j] … from[j] + length[j] - 1; null elements are NaN. */
export interface Vectors {
  readonly elements: Float64Array;
  readonly from: Int32Array;
  readonly length: Int32Array;
  readonly segments: Segments;
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
  const { elements, from, length, segments } = vectors;
  const n = start.length;
  const m = from.length;
  const changedAt = lastChange(length);
  const nullsBefore = nullVectors(vectors);
  const valid = new Uint8Array(n);
  const offsets = new Int32Array(n + 1);
  let widest = 0;
  for (let i = 0; i < n; i++) {
    const s = start[i]!;
    const e = end[i]!;
    let width = 0;
    if (s < e) {
      if (nullsBefore[e]! > nullsBefore[s]!) onFault(i, 'VECTOR_NULL');
      else if (changedAt[e - 1]! > s) onFault(i, 'VECTOR_LENGTH');
      else {
        valid[i] = 1;
        width = length[s]!;
      }
    }
    widest = Math.max(widest, width);
    offsets[i + 1] = offsets[i]! + width;
  }
  const values = new Float64Array(offsets[n]!);
  const position = new Float64Array(m);
  for (let d = 0; d < widest; d++) {
    for (let j = 0; j < m; j++) {
      const v = d < length[j]! ? elements[from[j]! + d]! : 0;
      position[j] = Number.isNaN(v) ? 0 : v;
    }
    const sums = roundedSums(exactSum([position], segments), ranges);
    for (let i = 0; i < n; i++) {
      if (offsets[i]! + d >= offsets[i + 1]!) continue;
      values[offsets[i]! + d] =
        operation === 'sum' ? sums[i]! : quotient(sums[i]!, end[i]! - start[i]!);
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

/** Vectors with a null element before each entry. */
function nullVectors({ elements, from, length }: Vectors): Int32Array {
  const out = new Int32Array(from.length + 1);
  for (let j = 0; j < from.length; j++) {
    let has = 0;
    for (let d = 0; d < length[j]!; d++) if (Number.isNaN(elements[from[j]! + d])) has = 1;
    out[j + 1] = out[j]! + has;
  }
  return out;
}
