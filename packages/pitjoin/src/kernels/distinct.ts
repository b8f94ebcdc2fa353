import { entropyOf } from '@tessera/algebra';
import type { Ranges } from '../order/ranges.js';
import { counters, countIn, type EntryWeights } from '../order/weights.js';
import { float64Growable, int32Growable, type PickedLists } from './growable.js';
import type { DistinctCodes } from './value-order.js';

/** How often each distinct value occurs in the range last sought. Ranges never step back. */
interface WindowCounts {
  readonly count: Int32Array | Float64Array;
  /** Codes inside the window, in no order: the first `size()` of them. */
  readonly active: Int32Array;
  readonly size: () => number;
  readonly seek: (start: number, end: number) => void;
}

/** Two loops, since the plain one is half of the time of most kernels here. */
function windowCounts({ code, size, weights }: DistinctCodes): WindowCounts {
  const count = counters(weights, size);
  const active = new Int32Array(size);
  const position = new Int32Array(size);
  let live = 0;
  let from = 0;
  let to = 0;
  const enter = (c: number) => {
    position[c] = live;
    active[live++] = c;
  };
  const leave = (c: number) => {
    const moved = active[--live]!;
    active[position[c]!] = moved;
    position[moved] = position[c]!;
  };
  const jump = (start: number) => {
    if (start < to) return;
    from = start;
    to = start;
  };
  const seek = (start: number, end: number) => {
    for (; from < to && from < start; from++) if (--count[code[from]!]! === 0) leave(code[from]!);
    jump(start);
    for (; to < end; to++) if (count[code[to]!]!++ === 0) enter(code[to]!);
  };
  const seekWeighted = (of: EntryWeights['of']) => (start: number, end: number) => {
    for (; from < to && from < start; from++) {
      if ((count[code[from]!]! -= of[from]!) === 0) leave(code[from]!);
    }
    jump(start);
    for (; to < end; to++) {
      if (count[code[to]!] === 0) enter(code[to]!);
      count[code[to]!]! += of[to]!;
    }
  };
  return {
    count,
    active,
    size: () => live,
    seek: weights === null ? seek : seekWeighted(weights.of),
  };
}

/** Number of distinct values in every range. */
export function uniqueCounts(codes: DistinctCodes, { start, end }: Ranges): Float64Array {
  const window = windowCounts(codes);
  const out = new Float64Array(start.length);
  for (let i = 0; i < out.length; i++) {
    window.seek(start[i]!, end[i]!);
    out[i] = window.size();
  }
  return out;
}

/** Distinct values of every range in ascending order (as entries that hold them) with their counts. */
export interface Histograms extends PickedLists {
  readonly counts: Float64Array;
}

export function histograms(codes: DistinctCodes, { start, end }: Ranges): Histograms {
  const window = windowCounts(codes);
  const entries = int32Growable();
  const counts = float64Growable();
  const offsets = new Int32Array(start.length + 1);
  const sorted = new Int32Array(codes.size);
  let live = 0;
  for (let i = 0; i < start.length; i++) {
    if (i === 0 || start[i] !== start[i - 1] || end[i] !== end[i - 1]) {
      window.seek(start[i]!, end[i]!);
      live = window.size();
      sorted.set(window.active.subarray(0, live));
      sorted.subarray(0, live).sort();
    }
    for (let j = 0; j < live; j++) {
      entries.push(codes.entry[sorted[j]!]!);
      counts.push(window.count[sorted[j]!]!);
    }
    offsets[i + 1] = entries.length();
  }
  return { offsets, entries: entries.take(), counts: counts.take() };
}

/**
 * The k most frequent values of every range: count descending, then value ascending.
 *
 * @param maxDistinct ranges with more distinct values give nothing, and are told to `onTooMany`
 */
export function topFrequent(
  codes: DistinctCodes,
  { start, end }: Ranges,
  k: number,
  maxDistinct: number,
  onTooMany: (row: number, distinct: number) => void,
): PickedLists {
  const window = windowCounts(codes);
  const entries = int32Growable();
  const offsets = new Int32Array(start.length + 1);
  const best = new Int32Array(Math.min(k, codes.size));
  let taken = 0;
  for (let i = 0; i < start.length; i++) {
    if (i === 0 || start[i] !== start[i - 1] || end[i] !== end[i - 1]) {
      window.seek(start[i]!, end[i]!);
      taken = window.size() > maxDistinct ? 0 : pickFrequent(window, best);
    }
    if (window.size() > maxDistinct) onTooMany(i, window.size());
    for (let j = 0; j < taken; j++) entries.push(codes.entry[best[j]!]!);
    offsets[i + 1] = entries.length();
  }
  return { offsets, entries: entries.take() };
}

/** Insertion into a short sorted list; most candidates fail its last element. */
function pickFrequent({ count, active, size }: WindowCounts, best: Int32Array): number {
  const k = best.length;
  const live = size();
  let taken = 0;
  for (let a = 0; a < live; a++) {
    const c = active[a]!;
    const n = count[c]!;
    let j = taken;
    while (j > 0) {
      const other = best[j - 1]!;
      const m = count[other]!;
      if (m > n || (m === n && other < c)) break;
      j--;
    }
    if (j >= k) continue;
    if (taken < k) taken++;
    best.copyWithin(j + 1, j, taken - 1);
    best[j] = c;
  }
  return taken;
}

/** Shannon entropy of every range, over its counts in ascending order; NaN where empty. */
export function diversities(codes: DistinctCodes, { start, end }: Ranges): Float64Array {
  const window = windowCounts(codes);
  const out = new Float64Array(start.length);
  const sorted = counters(codes.weights, codes.size);
  for (let i = 0; i < out.length; i++) {
    if (i > 0 && start[i] === start[i - 1] && end[i] === end[i - 1]) {
      out[i] = out[i - 1]!;
      continue;
    }
    window.seek(start[i]!, end[i]!);
    const live = window.size();
    for (let a = 0; a < live; a++) sorted[a] = window.count[window.active[a]!]!;
    const ascending = sorted.subarray(0, live).sort();
    out[i] =
      live === 0 ? Number.NaN : entropyOf(ascending, countIn(codes.weights, start[i]!, end[i]!));
  }
  return out;
}
