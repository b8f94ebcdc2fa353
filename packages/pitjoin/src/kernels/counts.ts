import type { Ranges } from '../order/ranges.js';

/** Entries of every range. */
export function counts({ start, end }: Ranges): Float64Array {
  const out = new Float64Array(start.length);
  for (let i = 0; i < out.length; i++) out[i] = end[i]! - start[i]!;
  return out;
}
