import type { Ranges } from '../order/ranges.js';
import { int32Growable, type PickedLists } from './growable.js';

/** First entry of every range; -1 where empty. */
export function firstEntries({ start, end }: Ranges): Int32Array {
  const out = new Int32Array(start.length);
  for (let i = 0; i < out.length; i++) out[i] = start[i]! < end[i]! ? start[i]! : -1;
  return out;
}

/** Last entry of every range; -1 where empty. */
export function lastEntries({ start, end }: Ranges): Int32Array {
  const out = new Int32Array(start.length);
  for (let i = 0; i < out.length; i++) out[i] = start[i]! < end[i]! ? end[i]! - 1 : -1;
  return out;
}

/** The first k entries of every range, oldest first. */
export function firstKEntries({ start, end }: Ranges, k: number): PickedLists {
  const entries = int32Growable();
  const offsets = new Int32Array(start.length + 1);
  for (let i = 0; i < start.length; i++) {
    const stop = Math.min(end[i]!, start[i]! + k);
    for (let j = start[i]!; j < stop; j++) entries.push(j);
    offsets[i + 1] = entries.length();
  }
  return { offsets, entries: entries.take() };
}

/** The last k entries of every range, newest first. */
export function lastKEntries({ start, end }: Ranges, k: number): PickedLists {
  const entries = int32Growable();
  const offsets = new Int32Array(start.length + 1);
  for (let i = 0; i < start.length; i++) {
    const stop = Math.max(start[i]!, end[i]! - k);
    for (let j = end[i]! - 1; j >= stop; j--) entries.push(j);
    offsets[i + 1] = entries.length();
  }
  return { offsets, entries: entries.take() };
}
