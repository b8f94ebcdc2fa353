/**
 * Exact sums and products of doubles: a number is m · 2^e with a BigInt m, so nothing is ever lost; the one rounding
 * happens in `roundRatio`, to nearest, ties to even, subnormals included.
 */
export interface Dyadic {
  readonly m: bigint;
  readonly e: number;
}

export const ZERO: Dyadic = { m: 0n, e: 0 };

const view = new DataView(new ArrayBuffer(8));

/** The exact value of a finite double. */
export function exact(x: number): Dyadic {
  if (!Number.isFinite(x)) throw new Error(`not a finite double: ${x}`);
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { m: bits >> 63n === 1n ? -m : m, e: Math.max(exponent, 1) - 1075 };
}

export function add(a: Dyadic, b: Dyadic): Dyadic {
  const e = Math.min(a.e, b.e);
  return { m: (a.m << BigInt(a.e - e)) + (b.m << BigInt(b.e - e)), e };
}

export function mul(a: Dyadic, b: Dyadic): Dyadic {
  return { m: a.m * b.m, e: a.e + b.e };
}

export function scale(a: Dyadic, by: bigint): Dyadic {
  return { m: a.m * by, e: a.e };
}

export function power(a: Dyadic, k: number): Dyadic {
  let result: Dyadic = { m: 1n, e: 0 };
  for (let i = 0; i < k; i++) result = mul(result, a);
  return result;
}

export function sum(terms: readonly Dyadic[]): Dyadic {
  return terms.reduce(add, ZERO);
}

/** a / den, rounded once to the nearest double; ±Infinity beyond the greatest one; never -0. */
export function round(a: Dyadic, den = 1n): number {
  return a.e >= 0 ? roundRatio(a.m << BigInt(a.e), den) : roundRatio(a.m, den << BigInt(-a.e));
}

/** num / den (den > 0), rounded once to the nearest double. */
export function roundRatio(num: bigint, den: bigint): number {
  if (num === 0n) return 0;
  if (num < 0n) return -roundRatio(-num, den) + 0;
  // The quotient must have 53 bits, unless it is subnormal: then its last bit is 2^-1074.
  let e = bitLength(num) - bitLength(den) - 53;
  if (num >= shifted(den, e + 53)) e += 1;
  e = Math.max(e, -1074);
  const top = e >= 0 ? num : num << BigInt(-e);
  const bottom = e >= 0 ? den << BigInt(e) : den;
  let quotient = top / bottom;
  const twice = 2n * (top - quotient * bottom);
  if (twice > bottom || (twice === bottom && quotient % 2n === 1n)) quotient += 1n;
  if (e > 971) return Number.POSITIVE_INFINITY;
  return Number(quotient) * powerOfTwo(e);
}

/** den · 2^k, floored where k is negative: only used where the comparison cannot be wrong by that floor. */
function shifted(den: bigint, k: number): bigint {
  if (k >= 0) return den << BigInt(k);
  // num >= den · 2^k with a whole num is num >= ceil(den · 2^k).
  const unit = 1n << BigInt(-k);
  return (den + unit - 1n) / unit;
}

function bitLength(x: bigint): number {
  return x.toString(2).length;
}

/** 2^e as a double, from its bits, for -1074 <= e <= 1023. */
function powerOfTwo(e: number): number {
  view.setBigUint64(0, e >= -1022 ? BigInt(e + 1023) << 52n : 1n << BigInt(e + 1074));
  return view.getFloat64(0);
}
