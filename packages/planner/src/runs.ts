/**
 * Positions in a list, as runs of neighbours: `[first, how many]`. What partitions read is nearly always a few stretches
 * of an ordered list, however many files these are.
 */
export type Run = readonly [first: number, count: number];

/** Ascending, no run touches the next: equal positions are equal runs. */
export type Runs = readonly Run[];

/** The positions of runs in any order, overlapping or not. */
export function mergeRuns(runs: readonly Run[]): Runs {
  const sorted = isAscending(runs) ? runs : [...runs].sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  let end = -1;
  for (const [first, count] of sorted) {
    if (count === 0) continue;
    const last = merged.at(-1);
    if (last === undefined || first > end) merged.push([first, count]);
    else last[1] = Math.max(end, first + count) - last[0];
    end = Math.max(end, first + count);
  }
  return merged;
}

function isAscending(runs: readonly Run[]): boolean {
  for (let i = 1; i < runs.length; i++) if (runs[i]![0] < runs[i - 1]![0]) return false;
  return true;
}

/** Each position by itself, ascending. */
export function positionsOf(runs: Runs): number[] {
  const positions: number[] = [];
  for (const [first, count] of runs)
    for (let at = first; at < first + count; at++) positions.push(at);
  return positions;
}

export function isIn(runs: Runs, position: number): boolean {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [first, count] = runs[middle]!;
    if (position < first) high = middle;
    else if (position < first + count) return true;
    else low = middle + 1;
  }
  return false;
}

/** The least position of `runs` that is not in `others`; -1 when all are. */
export function firstOutside(runs: Runs, others: Runs): number {
  let other = 0;
  for (const [first, count] of runs) {
    let at = first;
    for (; other < others.length; other++) {
      const [start, length] = others[other]!;
      if (start > at) break;
      if (start + length > at) at = start + length;
      if (at >= first + count) break;
    }
    if (at < first + count) return at;
  }
  return -1;
}
