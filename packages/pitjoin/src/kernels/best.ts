import type { Ranges } from '../order/ranges.js';
import { int32Growable, type PickedLists } from './growable.js';
import { makeRankSet } from './rank-set.js';

/**
 * The k greatest (or least) entries of every range, best first, duplicates kept.
 *
 * Shapes   sorted: M entries in ascending order of value inside each group
 * Cost     O(M + N·k) bit operations: ranks of the window's entries are bits of a hierarchical set.
 */
export function bestEntries(
  sorted: Int32Array,
  { start, end }: Ranges,
  k: number,
  which: 'greatest' | 'least',
): PickedLists {
  const m = sorted.length;
  const byRank = which === 'least' ? sorted : sorted.slice().reverse();
  const rankOf = new Int32Array(m);
  for (let r = 0; r < m; r++) rankOf[byRank[r]!] = r;
  const inside = makeRankSet(m);
  const entries = int32Growable();
  const offsets = new Int32Array(start.length + 1);
  let from = 0;
  let to = 0;
  for (let i = 0; i < start.length; i++) {
    const s = start[i]!;
    const e = end[i]!;
    for (; from < to && from < s; from++) inside.remove(rankOf[from]!);
    if (s >= to) {
      from = s;
      to = s;
    }
    for (; to < e; to++) inside.add(rankOf[to]!);
    let taken = 0;
    for (let r = inside.next(-1); r >= 0 && taken < k; r = inside.next(r), taken++) {
      entries.push(byRank[r]!);
    }
    offsets[i + 1] = entries.length();
  }
  return { offsets, entries: entries.take() };
}
