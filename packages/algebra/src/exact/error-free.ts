/**
 * Error-free transforms: the rounded result of one operation and its exact error, as two doubles. JavaScript has no fused
 * multiply-add, so products are split by Veltkamp's trick.
 *
 * Source   Dekker 1971; Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997), theorems 7 and 18.
 */

const SPLITTER = 134217729; // 2^27 + 1

/**
 * `out[0] = RN(a + b)`, `out[1] = a + b - out[0]` exactly. No order of magnitudes is needed; neither argument may be so
 * large that the sum overflows.
 */
export function twoSum(a: number, b: number, out: Float64Array | number[]): void {
  const sum = a + b;
  const bRounded = sum - a;
  out[0] = sum;
  out[1] = a - (sum - bRounded) + (b - bRounded);
}

/**
 * The exact error of `product = RN(a * b)`.
 *
 * Needs    |a|, |b| < 2^990 and |product| in {0} ∪ [2^-960, 2^1000], so that neither the splitting overflows nor the error
 *          falls below the smallest double. Outside of that use the BigInt path (see terms.ts).
 */
export function productError(a: number, b: number, product: number): number {
  const aBig = SPLITTER * a;
  const aHigh = aBig - (aBig - a);
  const aLow = a - aHigh;
  const bBig = SPLITTER * b;
  const bHigh = bBig - (bBig - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** `out[0] = RN(a · b)`, `out[1]` its exact error. Range as for `productError`. */
export function twoProduct(a: number, b: number, out: Float64Array | number[]): void {
  const product = a * b;
  out[0] = product;
  out[1] = productError(a, b, product);
}
