import { rangeSorter } from '@tessera/columnar';
import type { EntryWeights } from '../order/weights.js';

/** Entries of every group sorted by value; groups stay where they are, and equal values in their order. */
export function sortGroups(values: Float64Array, groupStart: Int32Array): Int32Array {
  const end = endOfIntegers(values, COUNTED_AT_LEAST + COUNTED_PER_VALUE * values.length);
  return end === null ? byComparing(values, groupStart) : byCounting(values, groupStart, end);
}

/** So many integers are counted, however few values there are, and so many for each. */
const COUNTED_AT_LEAST = 1024;
const COUNTED_PER_VALUE = 2;

/** One more than the largest value, where all are integers from 0 and below `most`, as codes of strings are; else null. */
function endOfIntegers(values: Float64Array, most: number): number | null {
  let end = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value < most) || Math.trunc(value) !== value) return null;
    if (value >= end) end = value + 1;
  }
  return end;
}

/** All values at once, then each to its group: no value is compared with another. */
function byCounting(values: Float64Array, groupStart: Int32Array, end: number): Int32Array {
  const place = new Int32Array(end + 1);
  for (let i = 0; i < values.length; i++) place[values[i]! + 1]!++;
  for (let v = 1; v < end; v++) place[v]! += place[v - 1]!;
  const ascending = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) ascending[place[values[i]!]!++] = i;
  const groupOf = new Int32Array(values.length);
  for (let g = 0; g + 1 < groupStart.length; g++)
    groupOf.fill(g, groupStart[g]!, groupStart[g + 1]!);
  const next = groupStart.slice();
  const rows = new Int32Array(values.length);
  for (let i = 0; i < ascending.length; i++) {
    const here = ascending[i]!;
    rows[next[groupOf[here]!]!++] = here;
  }
  return rows;
}

function byComparing(values: Float64Array, groupStart: Int32Array): Int32Array {
  const rows = new Int32Array(values.length);
  for (let i = 0; i < rows.length; i++) rows[i] = i;
  const sort = rangeSorter({ rows, key: values.slice() }, null);
  for (let g = 0; g + 1 < groupStart.length; g++) sort(groupStart[g]!, groupStart[g + 1]!);
  return rows;
}

/**
 * Codes that number the distinct values of each group in ascending order. Two groups share no code, which no kernel
 * minds: a window never spans two.
 */
export interface DistinctCodes {
  /** Per entry. */
  readonly code: Int32Array;
  /** Distinct (group, value) pairs. */
  readonly size: number;
  /** Code → one entry that holds the value. */
  readonly entry: Int32Array;
  readonly weights: EntryWeights | null;
}

export function distinctCodes(
  values: Float64Array,
  groupStart: Int32Array,
  sorted: Int32Array,
  weights: EntryWeights | null,
): DistinctCodes {
  const code = new Int32Array(values.length);
  const entry = new Int32Array(values.length);
  let size = 0;
  for (let g = 0; g + 1 < groupStart.length; g++) {
    const first = groupStart[g]!;
    for (let i = first; i < groupStart[g + 1]!; i++) {
      const here = sorted[i]!;
      if (i === first || values[here] !== values[sorted[i - 1]!]) entry[size++] = here;
      code[here] = size - 1;
    }
  }
  return { code, size, entry: entry.subarray(0, size), weights };
}
