import { addBinary, type Binary, doubleToBinary, multiplyBinary, roundBinary } from './binary.js';
import { productError } from './error-free.js';

/**
 * The terms that exact sums are made of: a power or a product as two doubles, the second correctly rounded (S5.2).
 */

/** Within this range no product of `powerTerm` up to x⁴ over- or underflows, down to the last bit of its error. */
const POWER_LOW = 2 ** -200;
const POWER_HIGH = 2 ** 249;
const PRODUCT_LOW = 2 ** -960;
const PRODUCT_HIGH = 2 ** 1000;
const FACTOR_HIGH = 2 ** 990;

/**
 * x^k as two doubles: `out[0] = RN(x^k)`, `out[1] = RN(x^k - out[0])`, both to nearest even.
 *
 * For k = 1 and 2 (|x| ≥ 2^-484) the pair is exact; for 3 and 4 it is rounded once, equally everywhere.
 * Returns  false when RN(x^k) overflows (the caller counts such terms apart, S5.2); `out` is then unspecified.
 */
export function powerTerm(x: number, k: 1 | 2 | 3 | 4, out: Float64Array): boolean {
  if (k === 1 || x === 0) {
    out[0] = x + 0;
    out[1] = 0;
    return true;
  }
  const magnitude = Math.abs(x);
  if (!(magnitude > POWER_LOW && magnitude < POWER_HIGH)) return exactPower(x, k, out);
  const square = x * x;
  const squareLow = productError(x, x, square);
  if (k === 2) {
    out[0] = square;
    out[1] = squareLow;
    return true;
  }
  return k === 3 ? cube(x, square, squareLow, out) : fourth(x, square, squareLow, out);
}

/** x·w as two doubles, as `powerTerm` gives x². Exact when |x·w| ≥ 2^-960 or 0. Returns false on overflow. */
export function productTerm(x: number, w: number, out: Float64Array): boolean {
  const product = x * w;
  const magnitude = Math.abs(product);
  if (
    magnitude > PRODUCT_LOW &&
    magnitude < PRODUCT_HIGH &&
    Math.abs(x) < FACTOR_HIGH &&
    Math.abs(w) < FACTOR_HIGH
  ) {
    out[0] = product;
    out[1] = productError(x, w, product);
    return true;
  }
  if (x === 0 || w === 0) {
    out[0] = 0;
    out[1] = 0;
    return true;
  }
  return splitBinary(multiplyBinary(doubleToBinary(x), doubleToBinary(w)), out);
}

function cube(x: number, square: number, squareLow: number, out: Float64Array): boolean {
  // x³ = (square + squareLow) · x = p + e + q + f, exactly.
  const p = square * x;
  const e = productError(square, x, p);
  const q = squareLow * x;
  const f = q === 0 ? 0 : productError(squareLow, x, q);
  const s = e + q;
  const sPart = s - e;
  const t = e - (s - sPart) + (q - sPart);
  const u = t + f;
  const uPart = u - t;
  const v = t - (u - uPart) + (f - uPart);
  return roundPair(p, s, u, v, 0, 0, out) || exactPower(x, 3, out);
}

function fourth(x: number, h: number, l: number, out: Float64Array): boolean {
  // x⁴ = (h + l)² = h² + 2hl + l² = p + e + q + f + g + r, exactly.
  const p = h * h;
  const e = productError(h, h, p);
  const twiceL = 2 * l;
  const q = h * twiceL;
  const f = l === 0 ? 0 : productError(h, twiceL, q);
  const g = l * l;
  const r = l === 0 ? 0 : productError(l, l, g);
  const s = e + q;
  const sPart = s - e;
  const t = e - (s - sPart) + (q - sPart);
  const fg = f + g;
  const fgPart = fg - f;
  const a = f - (fg - fgPart) + (g - fgPart);
  const u = t + fg;
  const uPart = u - t;
  const b = t - (u - uPart) + (fg - uPart);
  return roundPair(p, s, u, a, b, r, out) || exactPower(x, 4, out);
}

/**
 * p + s + u + a + b + c (falling magnitudes; a, b, c of the lowest) rounded to two doubles, when that can be proved with
 * what is here: every value within the error bound must round the same way (Ziv's test). Returns false when it cannot.
 */
function roundPair(
  p: number,
  s: number,
  u: number,
  a: number,
  b: number,
  c: number,
  out: Float64Array,
): boolean {
  const high = p + s;
  const rest = s - (high - p);
  const low = rest + u;
  const lowPart = low - rest;
  const lost = rest - (low - lowPart) + (u - lowPart);
  const below = lost + a + b + c;
  const slack = (Math.abs(lost) + Math.abs(a) + Math.abs(b) + Math.abs(c)) * 2 ** -48;
  if (low + (below + slack) !== low || low + (below - slack) !== low) return false;
  const wide = low * (1 + 2 ** -40);
  if (high + wide !== high) return false;
  out[0] = high;
  out[1] = low;
  return true;
}

function exactPower(x: number, k: 2 | 3 | 4, out: Float64Array): boolean {
  const base = doubleToBinary(x);
  return splitBinary({ mantissa: base.mantissa ** BigInt(k), exponent: base.exponent * k }, out);
}

function splitBinary(value: Binary, out: Float64Array): boolean {
  const high = roundBinary(value);
  if (!Number.isFinite(high)) return false;
  out[0] = high + 0;
  out[1] = roundBinary(addBinary(value, doubleToBinary(-high))) + 0;
  return true;
}
