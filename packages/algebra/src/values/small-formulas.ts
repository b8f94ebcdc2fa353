/**
 * Shannon entropy in nats, −Σ (c/n)·ln(c/n), added in ascending order of the counts so that it depends on nothing else
 * (S5, DIVERSITY). One distinct value gives exactly 0.
 *
 * Shapes   counts ascending, each ≥ 1, adding up to n.
 */
export function entropyOf(sortedAscendingCounts: ArrayLike<number>, n: number): number {
  let entropy = 0;
  for (let i = 0; i < sortedAscendingCounts.length; i++) {
    const share = sortedAscendingCounts[i]! / n;
    entropy += -share * Math.log(share);
  }
  return entropy;
}

/** (last − first) / |first|; NaN (null) where first = 0, n < 2, or not finite. */
export function rateOfChange(first: number, last: number, n: number): number {
  if (n < 2 || first === 0) return Number.NaN;
  const rate = (last - first) / Math.abs(first);
  return Number.isFinite(rate) ? rate + 0 : Number.NaN;
}
