import type { KeyTimeOrder, RowCompare } from '@tessera/columnar';
import { lazy } from '../lazy.js';

/**
 * Events in the order a sweep runs over them: by (group, time, tie). A group is one key, or one (key, bucket) when a
 * feature has a bucket.
 */
export interface EventView {
  /** Sorted position → event row. */
  readonly order: Int32Array;
  readonly timeMs: Float64Array;
  /** Key code of each of the G groups, ascending (repeated over the buckets of a key). */
  readonly groupCode: Int32Array;
  /** Group g holds positions groupStart[g] … groupStart[g + 1] - 1. */
  readonly groupStart: Int32Array;
  /** Half-open runs of two or more positions with equal (group, time, tie): [start, end, start, end, …]. */
  readonly ties: () => Int32Array;
}

/** @param tie order of event rows by their tieBreaker; null when none is declared */
export function keyView(sorted: KeyTimeOrder, tie: RowCompare | null): EventView {
  return {
    order: sorted.order,
    timeMs: sorted.timeMs,
    groupCode: sorted.keyCode,
    groupStart: sorted.keyStart,
    ties: lazy(() => tiedRuns(sorted.order, sorted.timeMs, sorted.keyStart, tie)),
  };
}

/**
 * Split every key's events by bucket, keeping (time, tie) order inside each.
 *
 * Shapes   rank: per event row, the dense rank of its bucket; -1 = null bucket, dropped
 * Returns  groups ordered by (key, bucket)
 */
export function bucketView(
  view: EventView,
  rank: Int32Array,
  ranks: number,
  tie: RowCompare | null,
): EventView {
  const { order, groupCode, groupStart } = view;
  const rankAt = ranksAt(rank, order);
  const most = order.length;
  const split = { order: new Int32Array(most), timeMs: new Float64Array(most) };
  const starts = new Int32Array(most + 1);
  const codes = new Int32Array(most);
  const cursor = new Int32Array(ranks);
  const found = new Int32Array(ranks);
  let kept = 0;
  let groups = 0;
  for (let k = 0; k < groupCode.length; k++) {
    const first = groupStart[k]!;
    const end = groupStart[k + 1]!;
    const count = countRanks(rankAt, first, end, cursor, found);
    sortFirst(found, count);
    for (let i = 0; i < count; i++) {
      const rows = cursor[found[i]!]!;
      cursor[found[i]!] = kept;
      starts[groups] = kept;
      codes[groups++] = groupCode[k]!;
      kept += rows;
    }
    placeByRank(view, rankAt, first, end, cursor, split);
    for (let i = 0; i < count; i++) cursor[found[i]!] = 0;
  }
  starts[groups] = kept;
  const newOrder = split.order.subarray(0, kept);
  const newMs = split.timeMs.subarray(0, kept);
  const newStart = starts.slice(0, groups + 1);
  return {
    order: newOrder,
    timeMs: newMs,
    groupCode: codes.slice(0, groups),
    groupStart: newStart,
    ties: lazy(() => tiedRuns(newOrder, newMs, newStart, tie)),
  };
}

// A loop each, and no closures made anew at every call: what V8 made of the loops holds from one call to the next.

function ranksAt(rank: Int32Array, order: Int32Array): Int32Array {
  const out = new Int32Array(order.length);
  for (let p = 0; p < out.length; p++) out[p] = rank[order[p]!]!;
  return out;
}

/** Counts the rows of each rank and writes which ranks these are. Returns how many. */
function countRanks(
  rankAt: Int32Array,
  first: number,
  end: number,
  counts: Int32Array,
  found: Int32Array,
): number {
  let count = 0;
  for (let p = first; p < end; p++) {
    const r = rankAt[p]!;
    if (r >= 0 && counts[r]!++ === 0) found[count++] = r;
  }
  return count;
}

/** There are few as a rule: the library's sort would take longer to begin. */
function sortFirst(values: Int32Array, count: number): void {
  if (count > 32) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

function placeByRank(
  { order, timeMs }: EventView,
  rankAt: Int32Array,
  first: number,
  end: number,
  cursor: Int32Array,
  to: { readonly order: Int32Array; readonly timeMs: Float64Array },
): void {
  for (let p = first; p < end; p++) {
    const r = rankAt[p]!;
    if (r < 0) continue;
    const at = cursor[r]!++;
    to.order[at] = order[p]!;
    to.timeMs[at] = timeMs[p]!;
  }
}

function tiedRuns(
  order: Int32Array,
  timeMs: Float64Array,
  groupStart: Int32Array,
  tie: RowCompare | null,
): Int32Array {
  const runs: number[] = [];
  for (let g = 0; g + 1 < groupStart.length; g++) {
    const end = groupStart[g + 1]!;
    for (let p = groupStart[g]!; p < end; ) {
      let q = p + 1;
      while (
        q < end &&
        timeMs[q] === timeMs[p] &&
        (tie === null || tie(order[q]!, order[p]!) === 0)
      ) {
        q++;
      }
      if (q - p > 1) runs.push(p, q);
      p = q;
    }
  }
  return Int32Array.from(runs);
}
