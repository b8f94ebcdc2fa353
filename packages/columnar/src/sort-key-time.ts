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
  const maxCode = greatest(code);
  // A bucket holds few of many codes: a counting array of all of them would cost more than the rows.
  const sparse = maxCode > 16 * n + 65_536;
  const present = sparse ? Int32Array.from(new Set(code.subarray())).sort() : null;
  const dense = present === null ? code : ranksIn(present, code);
  const slots = present === null ? maxCode + 1 : present.length;

  const cursor = new Int32Array(slots + 1);
  const kept = countRows(code, timeMs, dense, cursor);
  const { keyCode, keyStart } = keysOf(present, cursor);
  const order = new Int32Array(kept);
  const sortedMs = new Float64Array(kept);
  placeRows({ code, timeMs, dense }, cursor, order, sortedMs);
  const sort = rangeSorter({ rows: order, key: sortedMs }, tie === null ? null : rowCompare(tie));
  sortEach(keyStart, sort);
  return { order, timeMs: sortedMs, keyCode, keyStart };
}

// A loop each: V8 compiles a small function once, and the later loops of a long one anew each time it is called.

function greatest(code: Int32Array): number {
  let most = -1;
  for (let i = 0; i < code.length; i++) if (code[i]! > most) most = code[i]!;
  return most;
}

/** Rows of each code into `cursor`, one further. Returns how many there are. */
function countRows(
  code: Int32Array,
  timeMs: Float64Array,
  dense: Int32Array,
  cursor: Int32Array,
): number {
  let kept = 0;
  for (let i = 0; i < code.length; i++) {
    if (code[i]! < 0 || Number.isNaN(timeMs[i]!)) continue;
    cursor[dense[i]! + 1]!++;
    kept++;
  }
  return kept;
}

/** The codes that occur, and where each begins; `cursor` becomes where each code begins. */
function keysOf(
  present: Int32Array | null,
  cursor: Int32Array,
): Pick<KeyTimeOrder, 'keyCode' | 'keyStart'> {
  const keys = occurring(cursor);
  const keyCode = new Int32Array(keys);
  const keyStart = new Int32Array(keys + 1);
  fillKeys(cursor, keyCode, keyStart);
  if (present !== null) for (let k = 0; k < keys; k++) keyCode[k] = present[keyCode[k]!]!;
  return { keyCode, keyStart };
}

function occurring(cursor: Int32Array): number {
  let keys = 0;
  for (let c = 1; c < cursor.length; c++) if (cursor[c]! > 0) keys++;
  return keys;
}

function fillKeys(cursor: Int32Array, keyCode: Int32Array, keyStart: Int32Array): void {
  const slots = cursor.length - 1;
  for (let c = 0, k = 0; c < slots; c++) {
    const rows = cursor[c + 1]!;
    if (rows > 0) {
      keyCode[k] = c;
      keyStart[k + 1] = keyStart[k]! + rows;
      k++;
    }
    cursor[c + 1] = rows + cursor[c]!;
  }
}

interface Rows {
  readonly code: Int32Array;
  readonly timeMs: Float64Array;
  readonly dense: Int32Array;
}

/** Every row to the next place of its code. */
function placeRows(
  { code, timeMs, dense }: Rows,
  cursor: Int32Array,
  order: Int32Array,
  sortedMs: Float64Array,
): void {
  for (let i = 0; i < code.length; i++) {
    const t = timeMs[i]!;
    if (code[i]! < 0 || Number.isNaN(t)) continue;
    const at = cursor[dense[i]!]!++;
    order[at] = i;
    sortedMs[at] = t;
  }
}

function sortEach(keyStart: Int32Array, sort: (start: number, end: number) => void): void {
  for (let k = 0; k + 1 < keyStart.length; k++) sort(keyStart[k]!, keyStart[k + 1]!);
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
