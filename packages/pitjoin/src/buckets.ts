import { windowStartMs } from '@tessera/api';
import { type Column, concat, gather, type KeyTimeOrder } from '@tessera/columnar';
import { evaluate, type RowReport } from './evaluate.js';
import type { Lane } from './order/lane.js';
import { filledRows } from './output.js';
import type { Prepared } from './prepared.js';
import type { FeatureSpec } from './sweep-spec.js';

// Loops have functions of their own: V8 compiles a small function once, and later loops of a long one anew at each call.

/** Pairs of a left row and a bucket that are evaluated at a time: bounds memory, decides nothing. */
const PAIRS_AT_ONCE = 1 << 20;

/** Ranks of values in ascending order, per row; -1 = null. */
export function denseRanks(values: Float64Array): { rank: Int32Array; size: number } {
  const table = new Int32Array(values.length);
  const most = markCounts(values, table);
  if (most !== null) {
    const size = numberMarks(table.subarray(0, most + 1));
    return { rank: ranksInTable(values, table), size };
  }
  const distinct = new Set(values);
  distinct.delete(Number.NaN);
  const sorted = Float64Array.from(distinct).sort();
  const rankOf = new Map<number, number>();
  sorted.forEach((v, r) => {
    rankOf.set(v, r);
  });
  const rank = new Int32Array(values.length);
  for (let i = 0; i < rank.length; i++) rank[i] = rankOf.get(values[i]!) ?? -1;
  return { rank, size: sorted.length };
}

/**
 * Puts a 1 at each value that occurs.
 *
 * Returns  the greatest, -1 = none; null when one is not a place of the table, as codes mostly are
 */
function markCounts(values: Float64Array, marks: Int32Array): number | null {
  let most = -1;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (Number.isNaN(v)) continue;
    if (!(v >= 0 && v < marks.length && Math.floor(v) === v)) return null;
    marks[v] = 1;
    if (v > most) most = v;
  }
  return most;
}

/** Marks become their ranks. Returns how many there are. */
function numberMarks(marks: Int32Array): number {
  let size = 0;
  for (let v = 0; v < marks.length; v++) if (marks[v] === 1) marks[v] = size++;
  return size;
}

function ranksInTable(values: Float64Array, rankOf: Int32Array): Int32Array {
  const rank = new Int32Array(values.length);
  for (let i = 0; i < rank.length; i++) {
    const v = values[i]!;
    rank[i] = Number.isNaN(v) ? -1 : rankOf[v]!;
  }
  return rank;
}

/**
 * A feature with `by` (S5.6): every left row is evaluated once per bucket that has an entry in its window, and the
 * results are gathered into maps, buckets ascending.
 *
 * Shapes   prepared: a lane over a view whose groups are (key, bucket); left: N rows; buckets: one for each group
 * Returns  N maps; a row whose window holds no bucket is null.
 */
export function evaluateByBucket(
  feature: FeatureSpec,
  prepared: Prepared,
  left: KeyTimeOrder,
  buckets: Column,
  report: RowReport,
  pairsAtOnce = PAIRS_AT_ONCE,
): Column {
  const keys = keysOf(prepared, left);
  const chunks: Column[] = [];
  const n = left.order.length;
  let from = 0;
  do {
    const chunk = chunkFrom(left, keys, from, pairsAtOnce);
    chunks.push(evaluateChunk(feature, prepared, left, keys, chunk, buckets, report));
    from = chunk.to;
  } while (from < n);
  return concat(chunks);
}

/** Groups of each left key: group firstGroup[k] … endGroup[k] - 1. */
interface KeyGroups {
  readonly firstGroup: Int32Array;
  readonly endGroup: Int32Array;
}

function keysOf(prepared: Prepared, left: KeyTimeOrder): KeyGroups {
  const { groupCode } = prepared.lane.view;
  const firstGroup = new Int32Array(left.keyCode.length);
  const endGroup = new Int32Array(left.keyCode.length);
  let g = 0;
  for (let k = 0; k < left.keyCode.length; k++) {
    const code = left.keyCode[k]!;
    while (g < groupCode.length && groupCode[g]! < code) g++;
    firstGroup[k] = g;
    while (g < groupCode.length && groupCode[g] === code) g++;
    endGroup[k] = g;
  }
  return { firstGroup, endGroup };
}

/** Left rows that are evaluated together, and how many pairs they have if every window holds every bucket of its key. */
interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly mostPairs: number;
}

function chunkFrom(left: KeyTimeOrder, keys: KeyGroups, from: number, pairsAtOnce: number): Chunk {
  let mostPairs = 0;
  for (let k = keyOfRow(left, from); k < left.keyCode.length; k++) {
    const first = Math.max(from, left.keyStart[k]!);
    const groups = keys.endGroup[k]! - keys.firstGroup[k]!;
    const pairs = groups * (left.keyStart[k + 1]! - first);
    if (mostPairs + pairs > pairsAtOnce) {
      const fitting = Math.floor((pairsAtOnce - mostPairs) / groups);
      const rows = first === from ? Math.max(1, fitting) : fitting;
      return { from, to: first + rows, mostPairs: mostPairs + groups * rows };
    }
    mostPairs += pairs;
  }
  return { from, to: left.order.length, mostPairs };
}

function keyOfRow(left: KeyTimeOrder, row: number): number {
  let lo = 0;
  let hi = left.keyCode.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (left.keyStart[mid + 1]! <= row) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

function evaluateChunk(
  feature: FeatureSpec,
  prepared: Prepared,
  left: KeyTimeOrder,
  keys: KeyGroups,
  chunk: Chunk,
  buckets: Column,
  report: RowReport,
): Column {
  const pairs = pairsOf(feature, prepared.lane, left, keys, chunk);
  const rowOf = (pair: number) => chunk.from + pairs.row[pair]!;
  const results = evaluate(feature, prepared, pairs, {
    problem: (pair, kind, detail) => report.problem(rowOf(pair), kind, detail),
    tooManyDistinct: (pair, n) => report.tooManyDistinct(rowOf(pair), n),
  });
  const offsets = offsetsOf(pairs, chunk.to - chunk.from);
  const { pair, group } = dealtOut(pairs, offsets);
  return {
    kind: 'map',
    offsets,
    valid: filledRows(offsets),
    keys: gather(buckets, group),
    values: gather(results, pair),
  };
}

function offsetsOf({ row }: Pairs, rows: number): Int32Array {
  const offsets = new Int32Array(rows + 1);
  countPairs(row, offsets);
  addUp(offsets);
  return offsets;
}

/** Pairs of each row, one further. */
function countPairs(row: Int32Array, counts: Int32Array): void {
  for (let p = 0; p < row.length; p++) counts[row[p]! + 1]!++;
}

function addUp(counts: Int32Array): void {
  for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
}

/** Pairs come by (key, bucket, query): dealing them out to their rows keeps each row's buckets ascending. */
function dealtOut(
  { row, group }: Pairs,
  offsets: Int32Array,
): { pair: Int32Array; group: Int32Array } {
  const next = offsets.slice();
  const dealt = { pair: new Int32Array(row.length), group: new Int32Array(row.length) };
  for (let p = 0; p < row.length; p++) {
    const at = next[row[p]!]!++;
    dealt.pair[at] = p;
    dealt.group[at] = group[p]!;
  }
  return dealt;
}

/** (left row of a chunk, group) pairs whose window holds an entry, in (group, query) order, with their ranges. */
interface Pairs {
  readonly row: Int32Array;
  readonly group: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

function pairsOf(
  feature: FeatureSpec,
  lane: Lane,
  left: KeyTimeOrder,
  keys: KeyGroups,
  { from, to, mostPairs }: Chunk,
): Pairs {
  const windows = windowsOf(feature, left.timeMs.subarray(from, to));
  const found: Pairs = {
    row: new Int32Array(mostPairs),
    group: new Int32Array(mostPairs),
    start: new Int32Array(mostPairs),
    end: new Int32Array(mostPairs),
  };
  const count = findPairs(lane, left, keys, windows, from, found);
  return {
    row: found.row.subarray(0, count),
    group: found.group.subarray(0, count),
    start: found.start.subarray(0, count),
    end: found.end.subarray(0, count),
  };
}

/** Of each left row of a chunk. */
interface Windows {
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
}

function windowsOf({ windowMs, tail }: FeatureSpec, endMs: Float64Array): Windows {
  const startMs = new Float64Array(endMs.length);
  for (let i = 0; i < startMs.length; i++) startMs[i] = windowStartMs(endMs[i]!, windowMs, tail);
  return { startMs, endMs };
}

/** Writes the pairs of the left rows from `from` on. Returns how many there are. */
function findPairs(
  { view: { timeMs, groupStart }, offsets }: Lane,
  left: KeyTimeOrder,
  { firstGroup, endGroup }: KeyGroups,
  { startMs, endMs }: Windows,
  from: number,
  { row, group, start, end }: Pairs,
): number {
  const { keyStart } = left;
  const rows = endMs.length;
  let count = 0;
  let firstRow = 0;
  for (let k = keyOfRow(left, from); firstRow < rows; k++) {
    const endRow = Math.min(rows, keyStart[k + 1]! - from);
    for (let g = firstGroup[k]!; g < endGroup[k]!; g++) {
      const stop = groupStart[g + 1]!;
      let s = groupStart[g]!;
      let e = s;
      for (let i = firstRow; i < endRow; i++) {
        const until = endMs[i]!;
        const since = startMs[i]!;
        while (e < stop && timeMs[e]! < until) e++;
        while (s < stop && timeMs[s]! < since) s++;
        const first = offsets === null ? s : offsets[s]!;
        const last = offsets === null ? e : offsets[e]!;
        if (first >= last) continue;
        row[count] = i;
        group[count] = g;
        start[count] = first;
        end[count++] = last;
      }
    }
    firstRow = endRow;
  }
  return count;
}
