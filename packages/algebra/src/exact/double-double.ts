import { productError } from './error-free.js';
import { canonicalExpansion, isZeroSum, leadingPair } from './expansion.js';

/**
 * Central moments in double-double arithmetic with an error bound and a rounding test: the answer is given only when
 * every value within the bound rounds to it (Ziv's strategy); otherwise NaN, and the caller goes to big integers.
 *
 * Bound    With u = 2^-53: a double-double sum or product errs by at most 3u² or 7u² relatively, a quotient by a double by
 *          at most 4u² (Joldes, Muller, Popescu 2017), an input cut to two doubles by 4u². The longest chain,
 *          3·S1⁴/n³, has three products, a factor and three quotients: below 80u². Adding at most four terms costs below
 *          12u² of the sum of their magnitudes T. So |error| ≤ 92u²·ΣT; 2^-98·ΣT = 256u²·ΣT is used.
 * Range    Every sum is 0 or within [2^-200, 2^200] and n ≤ 2^40, so no product leaves [2^-920, 2^804]; what an error term
 *          loses below 2^-1074 is far beneath the bound.
 */

const LOW = 2 ** -200;
const HIGH = 2 ** 200;
const MAX_COUNT = 2 ** 40;
const BOUND = 2 ** -98;
/** Products above this have an exact error term. */
const SMALLEST = 2 ** -960;

/** Registers of double-double values, as (high, low) pairs. */
const register = new Float64Array(16);
const S1 = 0;
const S2 = 2;
const S3 = 4;
const S4 = 6;
const TERM = 8;
const TOTAL = 10;

/** The moment m_k, correctly rounded, or NaN when that cannot be proved here. */
export function fastMoment(
  k: 2 | 3 | 4,
  n: number,
  s1: ArrayLike<number>,
  s2: ArrayLike<number>,
  s3: ArrayLike<number>,
  s4: ArrayLike<number>,
): number {
  if (n > MAX_COUNT || !load(s1, S1) || !load(s2, S2)) return Number.NaN;
  register[TOTAL] = 0;
  register[TOTAL + 1] = 0;
  let magnitude = 0;
  if (k === 2) {
    magnitude += addTerm(S2, 1);
    product(S1, S1);
    magnitude += divideAndAdd(-1, n, 1);
  } else if (k === 3) {
    if (!load(s3, S3)) return Number.NaN;
    magnitude += addTerm(S3, 1);
    product(S1, S2);
    magnitude += divideAndAdd(-3, n, 1);
    product(S1, S1);
    product(TERM, S1);
    magnitude += divideAndAdd(2, n, 2);
  } else {
    if (!load(s3, S3) || !load(s4, S4)) return Number.NaN;
    magnitude += addTerm(S4, 1);
    product(S1, S3);
    magnitude += divideAndAdd(-4, n, 1);
    product(S1, S1);
    product(TERM, S2);
    magnitude += divideAndAdd(6, n, 2);
    product(S1, S1);
    product(TERM, TERM);
    magnitude += divideAndAdd(-3, n, 3);
  }
  const high = register[TOTAL]!;
  const low = register[TOTAL + 1]!;
  const error = magnitude * BOUND;
  if (Math.abs(high) <= error) {
    return k === 2 && isZeroSecond(n, s1, s2) ? 0 : Number.NaN;
  }
  return high + (low + error) === high && high + (low - error) === high ? high : Number.NaN;
}

/** The two leading doubles of a sum into a register; false when out of range. */
function load(e: ArrayLike<number>, at: number): boolean {
  if (!leadingPair(e, register, at)) return false;
  const magnitude = Math.abs(register[at]!);
  return magnitude === 0 || (magnitude >= LOW && magnitude <= HIGH);
}

const numerator = new Float64Array(24);

/**
 * Whether n·S2 − S1² is exactly 0 (all values equal), from exact products of the components. False also when the lists
 * are long or small enough that a product's error could be lost.
 */
function isZeroSecond(n: number, sum: ArrayLike<number>, squares: ArrayLike<number>): boolean {
  const s1 = canonicalExpansion(sum);
  const s2 = canonicalExpansion(squares);
  if (s1.length > 3 || s2.length > 3) return false;
  let count = 0;
  for (let i = 0; i < s1.length; i++) {
    for (let j = 0; j < s1.length; j++) {
      const term = -s1[i]! * s1[j]!;
      if (!(Math.abs(term) > SMALLEST)) return false;
      numerator[count++] = term;
      numerator[count++] = productError(-s1[i]!, s1[j]!, term);
    }
  }
  for (let i = 0; i < s2.length; i++) {
    const term = s2[i]! * n;
    if (!(Math.abs(term) > SMALLEST)) return false;
    numerator[count++] = term;
    numerator[count++] = productError(s2[i]!, n, term);
  }
  return isZeroSum(numerator, count);
}

/** TERM = a · b. */
function product(a: number, b: number): void {
  const aHigh = register[a]!;
  const bHigh = register[b]!;
  const high = aHigh * bHigh;
  const low =
    (high === 0 ? 0 : productError(aHigh, bHigh, high)) +
    (aHigh * register[b + 1]! + register[a + 1]! * bHigh);
  const sum = high + low;
  register[TERM] = sum;
  register[TERM + 1] = low - (sum - high);
}

/** TOTAL += factor · TERM / n^power; returns the magnitude of what was added. */
function divideAndAdd(factor: number, n: number, power: 1 | 2 | 3): number {
  if (factor === 3 || factor === -3 || factor === 6) {
    // 3·(h, l): exact product of the high part, the rest below.
    const h = register[TERM]!;
    const l = register[TERM + 1]!;
    const high = h * factor;
    const low = productError(h, factor, high) + l * factor;
    const sum = high + low;
    register[TERM] = sum;
    register[TERM + 1] = low - (sum - high);
    factor = 1;
  }
  for (let i = 0; i < power; i++) divide(n);
  return addTerm(TERM, factor);
}

/** TERM /= n. */
function divide(n: number): void {
  const h = register[TERM]!;
  const l = register[TERM + 1]!;
  const quotient = h / n;
  const back = quotient * n;
  const error = productError(quotient, n, back);
  const rest = (h - back - error + l) / n;
  const sum = quotient + rest;
  register[TERM] = sum;
  register[TERM + 1] = rest - (sum - quotient);
}

/** TOTAL += factor · register, with factor a power of two or its negative; returns the magnitude of what was added. */
function addTerm(at: number, factor: number): number {
  const h = register[at]! * factor;
  const l = register[at + 1]! * factor;
  const H = register[TOTAL]!;
  const L = register[TOTAL + 1]!;
  const high = H + h;
  const highPart = high - H;
  const highError = H - (high - highPart) + (h - highPart);
  const low = L + l;
  const lowPart = low - L;
  const lowError = L - (low - lowPart) + (l - lowPart);
  const c = highError + low;
  const v = high + c;
  const w = c - (v - high) + lowError;
  const sum = v + w;
  register[TOTAL] = sum;
  register[TOTAL + 1] = w - (sum - v);
  return Math.abs(h);
}
