import type { Ranges } from '../order/ranges.js';
import type { EntryWeights } from '../order/weights.js';

/** Values in every range: its entries, or their weights. */
export function counts({ start, end }: Ranges, weights: EntryWeights | null): Float64Array {
  const out = new Float64Array(start.length);
  if (weights === null) {
    for (let i = 0; i < out.length; i++) out[i] = end[i]! - start[i]!;
    return out;
  }
  const { before } = weights;
  for (let i = 0; i < out.length; i++) out[i] = before[end[i]!]! - before[start[i]!]!;
  return out;
}
