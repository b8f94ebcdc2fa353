/** Picked members of each group, best first. */
export interface Picked {
  readonly offsets: Int32Array;
  readonly members: Int32Array;
}

/**
 * The k best members of each group.
 *
 * @param compare sign of the order of two members: the best is the least
 *
 * Cost  one comparison per member for k = 1, a binary search among k otherwise
 */
export function pickBest(
  start: Int32Array,
  k: number,
  compare: (a: number, b: number) => number,
): Picked {
  const groups = start.length - 1;
  const offsets = new Int32Array(groups + 1);
  for (let g = 0; g < groups; g++) {
    offsets[g + 1] = offsets[g]! + Math.min(k, start[g + 1]! - start[g]!);
  }
  const members = new Int32Array(offsets[groups]!);
  for (let g = 0; g < groups; g++) {
    const from = offsets[g]!;
    const room = offsets[g + 1]! - from;
    let kept = 0;
    for (let i = start[g]!; i < start[g + 1]!; i++) {
      if (kept === room) {
        if (compare(i, members[from + kept - 1]!) >= 0) continue;
      } else kept++;
      // The last place is free now, or its member falls off.
      let low = 0;
      let high = kept - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compare(i, members[from + middle]!) < 0) high = middle;
        else low = middle + 1;
      }
      members.copyWithin(from + low + 1, from + low, from + kept - 1);
      members[from + low] = i;
    }
  }
  return { offsets, members };
}
