/**
 * Groups of a lane packed into segments, so that prefix sums start again often enough to stay exact, and not so often
 * that every small group pays for it.
 */
export interface Segments {
  /** First entry of each segment, and the lane's length at the end. */
  readonly start: Int32Array;
  /** Most entries in one segment. */
  readonly capacity: number;
}

/** More entries cost bits of every grid; fewer cost memory for restarts. */
const LEAST_CAPACITY = 1024;

export function makeSegments(groupStart: Int32Array): Segments {
  let capacity = LEAST_CAPACITY;
  for (let g = 0; g + 1 < groupStart.length; g++) {
    capacity = Math.max(capacity, groupStart[g + 1]! - groupStart[g]!);
  }
  const starts = [0];
  let first = 0;
  for (let g = 0; g + 1 < groupStart.length; g++) {
    if (groupStart[g + 1]! - first <= capacity) continue;
    first = groupStart[g]!;
    starts.push(first);
  }
  starts.push(groupStart[groupStart.length - 1]!);
  return { start: Int32Array.from(starts), capacity };
}
