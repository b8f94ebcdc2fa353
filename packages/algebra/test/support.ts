import fc from 'fast-check';

const long = process.env.TESSERA_LONG === '1';
const seed = process.env.TESSERA_SEED === undefined ? Date.now() : Number(process.env.TESSERA_SEED);

/** Runs a property; a failure prints the seed, TESSERA_SEED repeats it, TESSERA_LONG=1 searches longer. */
export function law<T extends [unknown, ...unknown[]]>(
  property: fc.IProperty<T>,
  shortRuns = 60,
): void {
  fc.assert(property, { numRuns: long ? 1000 : shortRuns, seed });
}

const bits = new DataView(new ArrayBuffer(8));

/** The value of a finite double times 2^1074: an integer. Straight from the IEEE layout, apart from the code under test. */
export function scaled(x: number): bigint {
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = (word >> 52n) & 0x7ffn;
  const fraction = word & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction + 0x10000000000000n) << (exponent - 1n);
  return word >> 63n === 1n ? -magnitude : magnitude;
}

/** The next double away from (+1) or towards (−1) zero, by the bits of a non-negative one. */
export function neighbour(x: number, step: 1 | -1): number {
  bits.setFloat64(0, Math.abs(x));
  bits.setBigUint64(0, bits.getBigUint64(0) + BigInt(step));
  return x < 0 ? -bits.getFloat64(0) : bits.getFloat64(0);
}

/** 2^1024 − 2^970: from here on a value rounds to infinity. */
const OVERFLOW = (1n << 1024n) - (1n << 970n);

/** Whether x is num/den (den > 0) rounded to nearest, ties to even: no neighbour is nearer, and at a tie x is even. */
export function isNearest(x: number, num: bigint, den: bigint): boolean {
  if (!Number.isFinite(x)) return x > 0 ? num >= OVERFLOW * den : -num >= OVERFLOW * den;
  const target = num << 1074n;
  const distance = (y: number): bigint => {
    // MAX_VALUE's outer neighbour sits at 2^1024 in the grid.
    const place = Number.isFinite(y) ? scaled(y) : BigInt(Math.sign(y)) << 2098n;
    const d = place * den - target;
    return d < 0n ? -d : d;
  };
  bits.setFloat64(0, x);
  const even = (bits.getBigUint64(0) & 1n) === 0n;
  const mine = distance(x);
  const others =
    x === 0 ? [Number.MIN_VALUE, -Number.MIN_VALUE] : [neighbour(x, 1), neighbour(x, -1)];
  return others.every((y) => mine < distance(y) || (mine === distance(y) && even));
}

/** Doubles that hurt: all magnitudes, powers of two and their neighbours, half units, subnormals, decimals, integers. */
export const adversarialDouble: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc
    .tuple(fc.integer({ min: -1074, max: 1023 }), fc.constantFrom(-1, 0, 1), fc.boolean())
    .map(([e, step, negative]) => {
      const x = e < -1022 ? 2 ** -1000 * 2 ** (e + 1000) : 2 ** e;
      const moved = step === 0 ? x : neighbour(x, step as 1 | -1);
      const safe = Number.isFinite(moved) ? moved : x;
      return negative ? -safe : safe;
    }),
  fc
    .tuple(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -4, max: 4 }))
    .map(([m, step]) => m * 2 ** (step * 53)),
  fc
    .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -2, max: 2 }))
    .map(([m, step]) => m * 2 ** (step * 53 - 1)),
  fc.constantFrom(
    1e300,
    -1e300,
    1e-300,
    -1e-300,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    1e17,
    1.1,
    0.1,
    0,
    1e308,
    -1e308,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
  ),
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -100000, max: 100000 }).map((cents) => cents / 100),
);

/** Like money, counts and measurements: where moments are well inside the range. */
export const tameDouble: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -100000, max: 100000 }).map((cents) => cents / 100),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ min: 0.999999, max: 1.000001, noNaN: true }).map((x) => x * 1e9),
);
