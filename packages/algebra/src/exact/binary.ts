/**
 * Exact values as big integers: the slow, obviously right path under every fast one in this folder, and the home of
 * correct rounding.
 */

/** The value `mantissa · 2^exponent`, exactly. */
export interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const scratch = new DataView(new ArrayBuffer(8));

/** `2^exponent` as a double; exact for -1074 … 1023. */
export function powerOfTwo(exponent: number): number {
  if (exponent >= -1022) {
    scratch.setUint32(0, (exponent + 1023) << 20);
    scratch.setUint32(4, 0);
  } else {
    scratch.setBigUint64(0, 1n << BigInt(exponent + 1074));
  }
  return scratch.getFloat64(0);
}

/** A finite double as an exact binary number. Throws RangeError for NaN and ±Infinity. */
export function doubleToBinary(x: number): Binary {
  if (!Number.isFinite(x)) throw new RangeError(`not a finite number: ${x}`);
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  const field = (high >>> 20) & 0x7ff;
  const fraction = (high & 0xfffff) * 0x100000000 + scratch.getUint32(4);
  const magnitude = BigInt(field === 0 ? fraction : fraction + 0x10000000000000);
  return {
    mantissa: high >>> 31 === 1 ? -magnitude : magnitude,
    exponent: field === 0 ? -1074 : field - 1075,
  };
}

/** A finite double as an exact fraction (not reduced); `den` is a power of two. */
export function doubleToRational(x: number): { num: bigint; den: bigint } {
  const { mantissa, exponent } = doubleToBinary(x);
  return exponent >= 0
    ? { num: mantissa << BigInt(exponent), den: 1n }
    : { num: mantissa, den: 1n << BigInt(-exponent) };
}

/** The exact sum of binary numbers. */
export function addBinary(a: Binary, b: Binary): Binary {
  if (a.mantissa === 0n) return b;
  if (b.mantissa === 0n) return a;
  const exponent = Math.min(a.exponent, b.exponent);
  return {
    mantissa:
      (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent)),
    exponent,
  };
}

export function multiplyBinary(a: Binary, b: Binary): Binary {
  return { mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent };
}

function bitLength(positive: bigint): number {
  const hex = positive.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)) + 28;
}

/** `mantissa · 2^exponent` to the nearest double, ties to even, subnormals included; beyond the range ±Infinity. */
export function roundBinary(value: Binary): number {
  const { mantissa, exponent } = value;
  if (mantissa === 0n) return 0;
  const magnitude = mantissa < 0n ? -mantissa : mantissa;
  const top = bitLength(magnitude) - 1 + exponent;
  if (top > 1023) return mantissa < 0n ? -Infinity : Infinity;
  const unit = Math.max(top - 52, -1074);
  const drop = unit - exponent;
  let kept: bigint;
  if (drop <= 0) {
    kept = magnitude << BigInt(-drop);
  } else {
    kept = magnitude >> BigInt(drop);
    const rest = magnitude - (kept << BigInt(drop));
    const half = 1n << BigInt(drop - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  }
  // kept ≤ 2^53, so the product is exact, or overflows exactly where rounding to nearest does.
  const rounded = Number(kept) * powerOfTwo(unit);
  return mantissa < 0n ? -rounded : rounded;
}

/** `numerator / divisor` to the nearest double; `divisor > 0`. */
export function roundBinaryQuotient(numerator: Binary, divisor: bigint): number {
  const { mantissa, exponent } = numerator;
  if (mantissa === 0n) return 0;
  const negative = mantissa < 0n;
  const magnitude = negative ? -mantissa : mantissa;
  // Enough quotient bits that the sticky bit lies below every half-way point, for subnormal results as well.
  const shift = Math.max(0, 68 - (bitLength(magnitude) - bitLength(divisor)));
  const scaled = magnitude << BigInt(shift);
  const quotient = scaled / divisor;
  const sticky = quotient * divisor === scaled ? 0n : 1n;
  const withSticky = (quotient << 1n) | sticky;
  return roundBinary({
    mantissa: negative ? -withSticky : withSticky,
    exponent: exponent - shift - 1,
  });
}

/** `num / den` to the nearest double, ties to even, subnormals included; beyond the range ±Infinity. Throws on den = 0. */
export function roundRational(num: bigint, den: bigint): number {
  if (den === 0n) throw new RangeError('division by zero');
  return den < 0n
    ? roundBinaryQuotient({ mantissa: -num, exponent: 0 }, -den)
    : roundBinaryQuotient({ mantissa: num, exponent: 0 }, den);
}
