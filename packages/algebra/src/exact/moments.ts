import { addBinary, type Binary, multiplyBinary, roundBinaryQuotient } from './binary.js';
import { fastMoment } from './double-double.js';
import { expansionToBinary, roundExpansion } from './expansion.js';

/**
 * Finalisers from exact sums: central moments formed exactly from Σx … Σx⁴, each rounded once to double, then put in the
 * formula with correctly rounded operations only (S5.1, S5.2). NaN stands for null.
 *
 *   m2 = S2 − S1²/n
 *   m3 = S3 − 3·S1·S2/n + 2·S1³/n²
 *   m4 = S4 − 4·S1·S3/n + 6·S1²·S2/n² − 3·S1⁴/n³
 */

export type Divisor = 'population' | 'sample';

/** How often each way of forming a moment was taken: proved in double-double, or by big integers. For route tests. */
export interface MomentRoutes {
  fast: number;
  exact: number;
}

export const momentRoutes: MomentRoutes = { fast: 0, exact: 0 };

/** m2 / n or m2 / (n − 1); NaN for n = 0, for a sample below n = 2, and when not finite. */
export function varianceOf(
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  divisor: Divisor,
): number {
  const over = divisor === 'population' ? n : n - 1;
  return over < 1 ? Number.NaN : finite(secondMoment(n, s1, s2) / over);
}

/** The square root of `varianceOf`. */
export function stddevOf(
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  divisor: Divisor,
): number {
  return Math.sqrt(varianceOf(n, s1, s2, divisor));
}

/** √n·m3 / (m2·√m2); NaN where m2 = 0, n < 3, or not finite. */
export function skewOf(
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  s3: ArrayLike<number>,
): number {
  if (n < 3) return Number.NaN;
  const m2 = secondMoment(n, s1, s2);
  if (m2 === 0) return Number.NaN;
  const m3 = roundedMoment(3, n, s1, s2, s3, []);
  return finite((Math.sqrt(n) * m3) / (m2 * Math.sqrt(m2)));
}

/** n·m4 / (m2·m2) − 3; NaN where m2 = 0, n < 4, or not finite. */
export function kurtosisOf(
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  s3: ArrayLike<number>,
  s4: ArrayLike<number>,
): number {
  if (n < 4) return Number.NaN;
  const m2 = secondMoment(n, s1, s2);
  if (m2 === 0) return Number.NaN;
  const m4 = roundedMoment(4, n, s1, s2, s3, s4);
  return finite((n * m4) / (m2 * m2) - 3);
}

/** RN(RN(sum) / n); NaN for n = 0 and when the sum is beyond a double. */
export function averageOf(n: number, sum: ArrayLike<number>): number {
  return n === 0 ? Number.NaN : finite(roundExpansion(sum) / n);
}

/** RN(RN(Σwx) / RN(Σw)); NaN where Σw is 0 or a sum is beyond a double. */
export function weightedAverageOf(
  weightedSum: ArrayLike<number>,
  weightSum: ArrayLike<number>,
): number {
  return finite(roundExpansion(weightedSum) / roundExpansion(weightSum));
}

/**
 * The central moment Σ(x − mean)^k of exact sums, correctly rounded. `exactMoment` is its oracle.
 *
 * Unused sums may be empty. Only for k = 2 with squares below 2^-968 can a rounded term make the exact form negative; it
 * is then taken as 0.
 */
export function roundedMoment(
  k: 2 | 3 | 4,
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  s3: ArrayLike<number>,
  s4: ArrayLike<number>,
): number {
  const fast = fastMoment(k, n, s1, s2, s3, s4);
  if (!Number.isNaN(fast)) {
    momentRoutes.fast++;
    return fast;
  }
  momentRoutes.exact++;
  return exactMoment(k, n, s1, s2, s3, s4);
}

function secondMoment(n: number, s1: ArrayLike<number>, s2: ArrayLike<number>): number {
  if (n === 1) return 0;
  const m2 = roundedMoment(2, n, s1, s2, [], []);
  return Math.max(m2, 0);
}

/** The same as `roundedMoment`, always by big integers. */
export function exactMoment(
  k: 2 | 3 | 4,
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  s3: ArrayLike<number>,
  s4: ArrayLike<number>,
): number {
  const count = BigInt(n);
  const a = expansionToBinary(s1);
  const b = expansionToBinary(s2);
  const aa = multiplyBinary(a, a);
  if (k === 2) return roundBinaryQuotient(addBinary(times(b, count), times(aa, -1n)), count);
  const c = expansionToBinary(s3);
  if (k === 3) {
    const cubed = times(multiplyBinary(aa, a), 2n);
    const mixed = times(multiplyBinary(a, b), -3n * count);
    const plain = times(c, count * count);
    return roundBinaryQuotient(addBinary(addBinary(plain, mixed), cubed), count * count);
  }
  const d = expansionToBinary(s4);
  const fourth = times(multiplyBinary(aa, aa), -3n);
  const squared = times(multiplyBinary(aa, b), 6n * count);
  const mixed = times(multiplyBinary(a, c), -4n * count * count);
  const cube = count * count * count;
  const sum = addBinary(addBinary(addBinary(times(d, cube), mixed), squared), fourth);
  return roundBinaryQuotient(sum, cube);
}

function times(value: Binary, factor: bigint): Binary {
  return { mantissa: value.mantissa * factor, exponent: value.exponent };
}

function finite(x: number): number {
  // -0 is no value of ours (S4.4).
  return Number.isFinite(x) ? x + 0 : Number.NaN;
}
