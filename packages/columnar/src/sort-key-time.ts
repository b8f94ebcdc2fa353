import type { Column } from './column.js';
import { rowCompare } from './compare.js';
import { rangeSorter } from './sort-range.js';

/** Rows in (key code, time[, tie]) order. */
export interface KeyTimeOrder {
  /** Sorted position → input row. */
  readonly order: Int32Array;
  /** Time at each sorted position. */
  readonly timeMs: Float64Array;
  /** The K codes that occur, ascending. */
  readonly keyCode: Int32Array;
  /** Key k holds sorted positions keyStart[k] … keyStart[k + 1] - 1; K + 1 entries. */
  readonly keyStart: Int32Array;
}

/**
 * Stable sort of rows by (code, time, tie). Rows with a negative code or a NaN time are left out.
 *
 * Shapes   code, timeMs: N rows; tie: N rows or null
 * Cost     O(N + codes) when rows of each key come in time order, as scans of day partitions do; else a natural merge
 *          sort inside the keys that are out of order.
 */
export function sortByKeyTime(
  code: Int32Array,
  timeMs: Float64Array,
  tie: Column | null = null,
): KeyTimeOrder {
  const n = code.length;
  let maxCode = -1;
  for (let i = 0; i < n; i++) if (code[i]! > maxCode) maxCode = code[i]!;
  // A bucket holds few of many codes: a counting array of all of them would cost more than the rows.
  const sparse = maxCode > 16 * n + 65_536;
  const present = sparse ? Int32Array.from(new Set(code.subarray())).sort() : null;
  const dense = present === null ? code : ranksIn(present, code);
  const slots = present === null ? maxCode + 1 : present.length;

  const cursor = new Int32Array(slots + 1);
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const t = timeMs[i]!;
    if (code[i]! < 0 || Number.isNaN(t)) continue;
    cursor[dense[i]! + 1]!++;
    kept++;
  }
  let keys = 0;
  for (let c = 1; c <= slots; c++) if (cursor[c]! > 0) keys++;
  const keyCode = new Int32Array(keys);
  const keyStart = new Int32Array(keys + 1);
  for (let c = 0, k = 0; c < slots; c++) {
    if (cursor[c + 1]! > 0) {
      keyCode[k] = present === null ? c : present[c]!;
      keyStart[k + 1] = keyStart[k]! + cursor[c + 1]!;
      k++;
    }
    cursor[c + 1]! += cursor[c]!;
  }

  const order = new Int32Array(kept);
  const sortedMs = new Float64Array(kept);
  for (let i = 0; i < n; i++) {
    const t = timeMs[i]!;
    if (code[i]! < 0 || Number.isNaN(t)) continue;
    const at = cursor[dense[i]!]!++;
    order[at] = i;
    sortedMs[at] = t;
  }
  const sort = rangeSorter({ rows: order, key: sortedMs }, tie === null ? null : rowCompare(tie));
  for (let k = 0; k < keys; k++) sort(keyStart[k]!, keyStart[k + 1]!);
  return { order, timeMs: sortedMs, keyCode, keyStart };
}

/** Position of each code in the sorted list of codes that occur. */
function ranksIn(present: Int32Array, code: Int32Array): Int32Array {
  const out = new Int32Array(code.length);
  for (let i = 0; i < code.length; i++) {
    let lo = 0;
    let hi = present.length - 1;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (present[mid]! < code[i]!) lo = mid + 1;
      else hi = mid;
    }
    out[i] = lo;
  }
  return out;
}
