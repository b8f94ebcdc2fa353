import { add, type Dyadic, exact, mul, power, round, scale, sum } from './exact.js';
import type { Operation } from './types.js';

/** x^k as S5.2 counts it: exact for k <= 2, two doubles hi + lo for k >= 3; null where it overflows a double. */
function term(x: number, k: number): Dyadic | null {
  const whole = power(exact(x), k);
  const hi = round(whole);
  if (!Number.isFinite(hi)) return null;
  if (k <= 2) return whole;
  const lo = round(add(whole, scale(exact(hi), -1n)));
  return add(exact(hi), exact(lo));
}

/** Σx^k, or null where one term overflows (S5.2: counted apart, the result is null). */
function powerSum(xs: readonly number[], k: number): Dyadic | null {
  const terms = xs.map((x) => term(x, k));
  return terms.includes(null) ? null : sum(terms as Dyadic[]);
}

/** S5.1: the operations on central moments. m_k is the sum of (x - mean)^k, from the power sums, rounded once. */
export function moment(operation: Operation, xs: readonly number[]): number | null {
  const n = xs.length;
  const N = BigInt(n);
  const minus = (a: Dyadic): Dyadic => scale(a, -1n);
  const s1 = powerSum(xs, 1);
  const s2 = powerSum(xs, 2);
  if (s1 === null || s2 === null) return null;
  // m2 = S2 - S1²/n
  const m2 = round(add(scale(s2, N), minus(mul(s1, s1))), N);
  switch (operation) {
    case 'VARIANCE':
      return m2 / n;
    case 'STDDEV':
      return Math.sqrt(m2 / n);
    case 'VARIANCE_SAMPLE':
      return n < 2 ? null : m2 / (n - 1);
    case 'STDDEV_SAMPLE':
      return n < 2 ? null : Math.sqrt(m2 / (n - 1));
    default:
  }
  const s3 = powerSum(xs, 3);
  if (s3 === null || m2 === 0) return null;
  if (operation === 'SKEW') {
    if (n < 3) return null;
    // m3 = S3 - 3·S1·S2/n + 2·S1³/n²
    const top = sum([scale(s3, N * N), scale(mul(s1, s2), -3n * N), scale(power(s1, 3), 2n)]);
    const m3 = round(top, N * N);
    return (Math.sqrt(n) * m3) / (m2 * Math.sqrt(m2));
  }
  const s4 = powerSum(xs, 4);
  if (s4 === null || n < 4) return null;
  // m4 = S4 - 4·S1·S3/n + 6·S1²·S2/n² - 3·S1⁴/n³
  const top = sum([
    scale(s4, N ** 3n),
    scale(mul(s1, s3), -4n * N * N),
    scale(mul(power(s1, 2), s2), 6n * N),
    scale(power(s1, 4), -3n),
  ]);
  const m4 = round(top, N ** 3n);
  return (n * m4) / (m2 * m2) - 3;
}
