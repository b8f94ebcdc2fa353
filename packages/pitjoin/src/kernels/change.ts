import { rateOfChange } from '@tessera/algebra';
import type { Ranges } from '../order/ranges.js';

/** (last − first) / |first| of every range, entries being in time order with ties in value order. */
export function ratesOfChange(values: Float64Array, { start, end }: Ranges): Float64Array {
  const out = new Float64Array(start.length);
  for (let i = 0; i < out.length; i++) {
    const s = start[i]!;
    const e = end[i]!;
    out[i] = s < e ? rateOfChange(values[s]!, values[e - 1]!, e - s) : Number.NaN;
  }
  return out;
}
