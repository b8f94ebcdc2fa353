import { windowStartMs } from '@tessera/api';
import { type Column, concat, gather, type KeyTimeOrder } from '@tessera/columnar';
import { evaluate, type RowReport } from './evaluate.js';
import { int32Growable } from './kernels/growable.js';
import { filledRows } from './output.js';
import type { Prepared } from './prepared.js';
import type { FeatureSpec } from './sweep-spec.js';

/** Pairs of a left row and a bucket that are evaluated at a time: bounds memory, decides nothing. */
const PAIRS_AT_ONCE = 1 << 20;

/** Ranks of values in ascending order, per row; -1 = null. */
export function denseRanks(values: Float64Array): { rank: Int32Array; size: number } {
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
 * A feature with `by` (S5.6): every left row is evaluated once per bucket that has an entry in its window, and the
 * results are gathered into maps, buckets ascending.
 *
 * Shapes   prepared: a lane over a view whose groups are (key, bucket); left: N rows
 * Returns  N maps; a row whose window holds no bucket is null.
 */
export function evaluateByBucket(
  feature: FeatureSpec,
  prepared: Prepared,
  left: KeyTimeOrder,
  bucketColumn: Column,
  report: RowReport,
  pairsAtOnce = PAIRS_AT_ONCE,
): Column {
  const keys = keysOf(prepared, left);
  const chunks: Column[] = [];
  const n = left.order.length;
  let from = 0;
  do {
    const to = chunkEnd(left, keys, from, pairsAtOnce);
    chunks.push(evaluateChunk(feature, prepared, left, keys, { from, to }, bucketColumn, report));
    from = to;
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

function chunkEnd(left: KeyTimeOrder, keys: KeyGroups, from: number, most: number): number {
  let k = keyOfRow(left, from);
  let pairs = 0;
  let row = from;
  for (; row < left.order.length; row++) {
    while (left.keyStart[k + 1]! <= row) k++;
    pairs += keys.endGroup[k]! - keys.firstGroup[k]!;
    if (pairs > most && row > from) break;
  }
  return row;
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
  chunk: { readonly from: number; readonly to: number },
  bucketColumn: Column,
  report: RowReport,
): Column {
  const pairs = pairsOf(feature, prepared, left, keys, chunk);
  const results = evaluate(feature, prepared, pairs, {
    problem: (pair, kind, detail) => report.problem(pairs.row[pair]!, kind, detail),
    tooManyDistinct: (pair, n) => report.tooManyDistinct(pairs.row[pair]!, n),
  });
  // Pairs come by (key, bucket, query): dealing them out to their rows keeps each row's buckets ascending.
  const rows = chunk.to - chunk.from;
  const offsets = new Int32Array(rows + 1);
  for (const row of pairs.row) offsets[row - chunk.from + 1]!++;
  for (let i = 0; i < rows; i++) offsets[i + 1]! += offsets[i]!;
  const cursor = offsets.slice(0, rows);
  const byRow = new Int32Array(pairs.row.length);
  pairs.row.forEach((row, pair) => {
    byRow[cursor[row - chunk.from]!++] = pair;
  });
  const { order, groupStart } = prepared.lane.view;
  const bucketRow = byRow.map((pair) => order[groupStart[pairs.group[pair]!]!]!);
  return {
    kind: 'map',
    offsets,
    valid: filledRows(offsets),
    keys: gather(bucketColumn, bucketRow),
    values: gather(results, byRow),
  };
}

/** (left row, group) pairs whose window holds an entry, in (group, query) order, with their ranges. */
interface Pairs {
  readonly row: Int32Array;
  readonly group: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

function pairsOf(
  { windowMs, tail }: FeatureSpec,
  { lane }: Prepared,
  left: KeyTimeOrder,
  { firstGroup, endGroup }: KeyGroups,
  { from, to }: { readonly from: number; readonly to: number },
): Pairs {
  const { timeMs, groupStart } = lane.view;
  const { offsets } = lane;
  const row = int32Growable();
  const group = int32Growable();
  const start = int32Growable();
  const end = int32Growable();
  const startMs = new Float64Array(to - from);
  for (let i = from; i < to; i++) {
    startMs[i - from] = windowStartMs(left.timeMs[i]!, windowMs, tail);
  }
  for (let k = keyOfRow(left, from); k < left.keyCode.length && left.keyStart[k]! < to; k++) {
    const firstRow = Math.max(from, left.keyStart[k]!);
    const endRow = Math.min(to, left.keyStart[k + 1]!);
    for (let g = firstGroup[k]!; g < endGroup[k]!; g++) {
      const stop = groupStart[g + 1]!;
      let s = groupStart[g]!;
      let e = s;
      for (let i = firstRow; i < endRow; i++) {
        while (e < stop && timeMs[e]! < left.timeMs[i]!) e++;
        while (s < stop && timeMs[s]! < startMs[i - from]!) s++;
        const first = offsets === null ? s : offsets[s]!;
        const last = offsets === null ? e : offsets[e]!;
        if (first >= last) continue;
        row.push(i);
        group.push(g);
        start.push(first);
        end.push(last);
      }
    }
  }
  return { row: row.take(), group: group.take(), start: start.take(), end: end.take() };
}
