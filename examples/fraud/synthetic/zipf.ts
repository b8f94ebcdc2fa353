import type { Random } from './random.js';

/**
 * Draws ranks 0 … n - 1 with weight 1 / (rank + shift) ^ exponent, in constant time. `shift` flattens the very top, so
 * that the busiest ranks are busy and not absurd.
 *
 * Cost     O(n) to build, two uniform numbers per draw.
 * Source   Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
 */
export function zipf(n: number, exponent: number, shift: number): (random: Random) => number {
  const weights = new Float64Array(n);
  let total = 0;
  for (let rank = 0; rank < n; rank++) {
    const weight = (rank + shift) ** -exponent;
    weights[rank] = weight;
    total += weight;
  }
  const accept = new Float64Array(n);
  const alias = new Int32Array(n);
  const small: number[] = [];
  const large: number[] = [];
  for (let rank = 0; rank < n; rank++) {
    const scaled = (weights[rank]! * n) / total;
    weights[rank] = scaled;
    (scaled < 1 ? small : large).push(rank);
  }
  while (small.length > 0 && large.length > 0) {
    const low = small.pop()!;
    const high = large.pop()!;
    accept[low] = weights[low]!;
    alias[low] = high;
    weights[high] = weights[high]! + weights[low]! - 1;
    (weights[high]! < 1 ? small : large).push(high);
  }
  // What is left over by rounding stands for itself.
  for (const rank of [...small, ...large]) accept[rank] = 1;

  return (random) => {
    const rank = random.below(n);
    return random.next() < accept[rank]! ? rank : alias[rank]!;
  };
}
