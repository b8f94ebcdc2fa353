import { HLL_RANKS, HLL_REGISTERS, hllEstimate } from '@tessera/algebra';
import type { Ranges } from '../order/ranges.js';

/**
 * HyperLogLog estimates of every range, sliding.
 *
 * Per register a linked list keeps the entries whose rank no later entry of that register reaches; its head is the
 * register's rank. Only how many registers hold each rank is needed for the estimate.
 *
 * Shapes   slots: M entries, register · 64 + rank
 * Returns  estimates, 0 where empty
 */
export function approxUniqueCounts(slots: Float64Array, { start, end }: Ranges): Float64Array {
  const m = slots.length;
  const next = new Int32Array(m);
  const previous = new Int32Array(m);
  const first = new Int32Array(HLL_REGISTERS).fill(-1);
  const last = new Int32Array(HLL_REGISTERS).fill(-1);
  const rankCounts = new Int32Array(HLL_RANKS);
  rankCounts[0] = HLL_REGISTERS;
  let changed = true;

  const add = (entry: number) => {
    const slot = slots[entry]!;
    const register = slot >>> 6;
    const rank = slot & 63;
    const before = first[register]! < 0 ? 0 : slots[first[register]!]! & 63;
    let at = last[register]!;
    while (at >= 0 && (slots[at]! & 63) <= rank) at = previous[at]!;
    previous[entry] = at;
    next[entry] = -1;
    last[register] = entry;
    if (at >= 0) {
      next[at] = entry;
      return;
    }
    first[register] = entry;
    if (before === rank) return;
    rankCounts[before]!--;
    rankCounts[rank]!++;
    changed = true;
  };
  const remove = (entry: number) => {
    const slot = slots[entry]!;
    const register = slot >>> 6;
    if (first[register] !== entry) return;
    const after = next[entry]!;
    first[register] = after;
    let rank = 0;
    if (after < 0) last[register] = -1;
    else {
      previous[after] = -1;
      rank = slots[after]! & 63;
    }
    rankCounts[slot & 63]!--;
    rankCounts[rank]!++;
    changed = true;
  };

  const out = new Float64Array(start.length);
  let from = 0;
  let to = 0;
  let estimate = 0;
  for (let i = 0; i < out.length; i++) {
    const s = start[i]!;
    const e = end[i]!;
    for (; from < to && from < s; from++) remove(from);
    if (s >= to) {
      from = s;
      to = s;
    }
    for (; to < e; to++) add(to);
    if (changed) {
      estimate = s < e ? hllEstimate(rankCounts) : 0;
      changed = false;
    }
    out[i] = s < e ? estimate : 0;
  }
  return out;
}
