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
  const { order, timeMs, groupStart, groupCode } = view;
  const cursor = new Int32Array(ranks + 1);
  let kept = 0;
  for (const row of order) {
    const r = rank[row]!;
    if (r < 0) continue;
    cursor[r + 1]!++;
    kept++;
  }
  for (let r = 0; r < ranks; r++) cursor[r + 1]! += cursor[r]!;
  // Two stable counting passes, by bucket and then by key, leave (key, bucket, time, tie).
  const byBucket = new Int32Array(kept);
  const groups = groupCode.length;
  const keyCursor = new Int32Array(groups + 1);
  const keyOf = new Int32Array(order.length);
  for (let g = 0; g < groups; g++) {
    for (let p = groupStart[g]!; p < groupStart[g + 1]!; p++) {
      const r = rank[order[p]!]!;
      if (r < 0) continue;
      byBucket[cursor[r]!++] = p;
      keyOf[p] = g;
      keyCursor[g + 1]!++;
    }
  }
  for (let g = 0; g < groups; g++) keyCursor[g + 1]! += keyCursor[g]!;
  const newOrder = new Int32Array(kept);
  const newMs = new Float64Array(kept);
  for (const p of byBucket) {
    const at = keyCursor[keyOf[p]!]!++;
    newOrder[at] = order[p]!;
    newMs[at] = timeMs[p]!;
  }
  const starts: number[] = [];
  const codes: number[] = [];
  // After the pass keyCursor[g] is the end of key g.
  for (let g = 0; g < groups; g++) {
    let last = -1;
    for (let p = g === 0 ? 0 : keyCursor[g - 1]!; p < keyCursor[g]!; p++) {
      const r = rank[newOrder[p]!]!;
      if (r === last) continue;
      last = r;
      starts.push(p);
      codes.push(groupCode[g]!);
    }
  }
  starts.push(kept);
  const newStart = Int32Array.from(starts);
  return {
    order: newOrder,
    timeMs: newMs,
    groupCode: Int32Array.from(codes),
    groupStart: newStart,
    ties: lazy(() => tiedRuns(newOrder, newMs, newStart, tie)),
  };
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
