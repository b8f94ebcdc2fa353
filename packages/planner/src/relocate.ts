import { mergeRuns, type Run, type Runs } from './runs.js';

/** Where the positions of one list are in another. */
export interface Relocation {
  /** Position there; -1 = nowhere. */
  readonly to: Int32Array;
  /** First position behind the stretch that moves as one. */
  readonly until: Int32Array;
}

export function relocation(to: Int32Array): Relocation {
  const until = new Int32Array(to.length);
  for (let at = to.length - 1; at >= 0; at--) {
    const follows = at + 1 < to.length && to[at]! >= 0 && to[at + 1]! === to[at]! + 1;
    until[at] = follows ? until[at + 1]! : at + 1;
  }
  return { to, until };
}

/**
 * Runs of the one list as runs of the other, without what is nowhere.
 *
 * Cost     the stretches that the runs fall into, not their positions
 */
export function relocate(runs: readonly Run[], { to, until }: Relocation): Runs {
  const moved: Run[] = [];
  for (const [first, count] of runs) {
    const end = first + count;
    for (let at = first; at < end; ) {
      const next = Math.min(end, until[at]!);
      if (to[at]! >= 0) moved.push([to[at]!, next - at]);
      at = next;
    }
  }
  return mergeRuns(moved);
}
