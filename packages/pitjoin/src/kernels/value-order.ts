import { rangeSorter } from '@tessera/columnar';
import type { EntryWeights } from '../order/weights.js';

/** Entries of every group sorted by value; groups stay where they are. */
export function sortGroups(values: Float64Array, groupStart: Int32Array): Int32Array {
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
