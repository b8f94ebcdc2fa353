import { type Arena, openArena } from './arena.js';
import type { Column } from './column.js';
import { rowCompare } from './compare.js';
import { KERNELS } from './generated/kernels.js';
import type { Kernels } from './kernels.js';
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
 * Shapes   code, timeMs: N rows; tie: N rows or null. Where an arena is open, what is returned lies in it.
 * Cost     O(N + codes) when rows of each key come in time order, as scans of day partitions do; else a natural merge
 *          sort inside the keys that are out of order.
 */
export function sortByKeyTime(
  code: Int32Array,
  timeMs: Float64Array,
  tie: Column | null = null,
): KeyTimeOrder {
  const { dense, present, slots } = denseCodes(code);
  const arena = openArena();
  const placed =
    (arena?.hasMemory && placedInArena(arena, dense, timeMs, slots)) ||
    placedHere(dense, timeMs, slots);
  const { order, timeMs: sortedMs, keyCode, keyStart, nextFalling } = placed;
  const sort = rangeSorter({ rows: order, key: sortedMs }, tie === null ? null : rowCompare(tie));
  if (tie !== null || nextFalling === null) sortEach(keyStart, sort);
  else
    for (let k = nextFalling(0); k < keyCode.length; k = nextFalling(k + 1))
      sort(keyStart[k]!, keyStart[k + 1]!);
  if (present !== null) for (let k = 0; k < keyCode.length; k++) keyCode[k] = present[keyCode[k]!]!;
  return { order, timeMs: sortedMs, keyCode, keyStart };
}

/** Codes of which most occur: a bucket holds few of many, and counting all of those would cost more than the rows. */
function denseCodes(code: Int32Array): {
  readonly dense: Int32Array;
  /** What they stand for; null = themselves. */
  readonly present: Int32Array | null;
  readonly slots: number;
} {
  const slots = greatest(code) + 1;
  if (slots <= 16 * code.length + 65_537) return { dense: code, present: null, slots };
  const present = Int32Array.from(new Set(code.filter((one) => one >= 0))).sort();
  return { dense: ranksIn(present, code), present, slots: present.length };
}

interface Placed extends KeyTimeOrder {
  /** The first key from one on whose rows are not in time order, the number of keys if there is none; null = not known. */
  readonly nextFalling: ((from: number) => number) | null;
}

function placedHere(code: Int32Array, timeMs: Float64Array, slots: number): Placed {
  const cursor = new Int32Array(slots + 1);
  const kept = countRows(code, timeMs, cursor);
  const keys = occurring(cursor);
  const keyCode = new Int32Array(keys);
  const keyStart = new Int32Array(keys + 1);
  fillKeys(cursor, keyCode, keyStart);
  const order = new Int32Array(kept);
  const sortedMs = new Float64Array(kept);
  placeRows(code, timeMs, cursor, order, sortedMs);
  return { order, timeMs: sortedMs, keyCode, keyStart, nextFalling: null };
}

/** The same in WebAssembly; null when there is no room. */
function placedInArena(
  arena: Arena,
  code: Int32Array,
  timeMs: Float64Array,
  slots: number,
): Placed | null {
  const n = code.length;
  const [order, sortedMs] = [arena.integers(n), arena.doubles(n)];
  const keys = Math.min(n, slots);
  const [keyCode, keyStart] = [arena.integers(keys), arena.integers(keys + 1)];
  if (order === null || sortedMs === null || keyCode === null || keyStart === null) return null;
  const kernels = arena.kernels<Kernels>(KERNELS);
  const counted = arena.scoped(() => {
    const cursor = arena.integers(slots + 1);
    const [codes, times] = [arena.addressOf(code), arena.addressOf(timeMs)];
    if (cursor === null || codes === 0 || times === 0) return null;
    cursor.fill(0);
    const at = cursor.byteOffset;
    const rows = kernels.countRows(codes, times, n, at);
    const found = kernels.occurringCodes(at, slots, keyCode.byteOffset, keyStart.byteOffset);
    kernels.placeByCode(codes, times, n, at, order.byteOffset, sortedMs.byteOffset);
    return { rows, found };
  });
  if (counted === null) return null;
  const { rows, found } = counted;
  return {
    order: order.subarray(0, rows),
    timeMs: sortedMs.subarray(0, rows),
    keyCode: keyCode.subarray(0, found),
    keyStart: keyStart.subarray(0, found + 1),
    nextFalling: (from) =>
      kernels.firstFalling(sortedMs.byteOffset, keyStart.byteOffset, from, found),
  };
}

// A loop each: V8 compiles a small function once, and the later loops of a long one anew each time it is called.

function greatest(code: Int32Array): number {
  let most = -1;
  for (let i = 0; i < code.length; i++) if (code[i]! > most) most = code[i]!;
  return most;
}

/** Rows of each code into `cursor`, one further. Returns how many there are. */
function countRows(code: Int32Array, timeMs: Float64Array, cursor: Int32Array): number {
  let kept = 0;
  for (let i = 0; i < code.length; i++) {
    if (code[i]! < 0 || Number.isNaN(timeMs[i]!)) continue;
    cursor[code[i]! + 1]!++;
    kept++;
  }
  return kept;
}

function occurring(cursor: Int32Array): number {
  let keys = 0;
  for (let c = 1; c < cursor.length; c++) if (cursor[c]! > 0) keys++;
  return keys;
}

/** The codes that occur, and where each begins; `cursor` becomes where each code begins. */
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

/** Every row to the next place of its code. */
function placeRows(
  code: Int32Array,
  timeMs: Float64Array,
  cursor: Int32Array,
  order: Int32Array,
  sortedMs: Float64Array,
): void {
  for (let i = 0; i < code.length; i++) {
    const t = timeMs[i]!;
    if (code[i]! < 0 || Number.isNaN(t)) continue;
    const at = cursor[code[i]!]!++;
    order[at] = i;
    sortedMs[at] = t;
  }
}

function sortEach(keyStart: Int32Array, sort: (start: number, end: number) => void): void {
  for (let k = 0; k + 1 < keyStart.length; k++) sort(keyStart[k]!, keyStart[k + 1]!);
}

/** Position of each code in the sorted list of codes that occur; -1 stays. */
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
    out[i] = code[i]! < 0 ? -1 : lo;
  }
  return out;
}
