import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerTerm, productTerm } from '../src/index.js';
import { adversarialDouble, isNearest, law, scaled, tameDouble } from './support.js';

const out = new Float64Array(2);

/** `out` must be num/den rounded to nearest, and the rest rounded to nearest. */
function checkPair(fits: boolean, num: bigint, den: bigint): void {
  if (!fits) {
    const magnitude = num < 0n ? -num : num;
    expect(magnitude >= ((1n << 1024n) - (1n << 970n)) * den).toBe(true);
    return;
  }
  const [high = Number.NaN, low = Number.NaN] = out;
  expect(isNearest(high, num, den)).toBe(true);
  const rest = (num << 1074n) - scaled(high) * den;
  expect(isNearest(low, rest, den << 1074n)).toBe(true);
}

describe('terms of exact sums (S5.2)', () => {
  // With so few bits a power fills its two doubles nearly exactly: rounding the second is often a tie, or close to one.
  const short = fc
    .tuple(
      fc.integer({ min: 24, max: 40 }),
      fc.double({ min: 1, max: 2, noNaN: true }),
      fc.integer({ min: -300, max: 200 }),
    )
    .map(([bits, x, e]) => Math.floor(x * 2 ** bits) * 2 ** (e - bits));
  const anyDouble = fc.oneof(adversarialDouble, tameDouble, short, short, short);
  for (const k of [1, 2, 3, 4] as const) {
    it(`x^${k} is two doubles, each rounded to nearest`, () => {
      law(
        fc.property(anyDouble, (x) => {
          checkPair(powerTerm(x, k, out), scaled(x) ** BigInt(k), 1n << (1074n * BigInt(k)));
        }),
        800,
      );
    });
  }

  it('x² is exact', () => {
    law(
      fc.property(tameDouble, (x) => {
        powerTerm(x, 2, out);
        if (Math.abs(x) < 2 ** -400 && x !== 0) return;
        expect((scaled(out[0]!) + scaled(out[1]!)) << 1074n).toBe(scaled(x) ** 2n);
      }),
      200,
    );
  });

  it('a product is two doubles, each rounded to nearest', () => {
    law(
      fc.property(anyDouble, anyDouble, (x, w) => {
        checkPair(productTerm(x, w, out), scaled(x) * scaled(w), 1n << 2148n);
      }),
      500,
    );
  });

  it('x³ when what is left of it is a hair beside half a unit', () => {
    // x³ ≡ 2^51 + r (mod 2^52) has one odd solution; bit by bit.
    for (let r = -199n; r < 200n; r += 2n) {
      const target = (1n << 51n) + r;
      let x = 1n;
      for (let bit = 1n; bit < 52n; bit++) {
        const mask = (1n << (bit + 1n)) - 1n;
        if (((x ** 3n) & mask) !== (target & mask)) x += 1n << bit;
      }
      expect((x ** 3n - target) & ((1n << 52n) - 1n)).toBe(0n);
      const value = Number(x + (1n << 52n));
      checkPair(powerTerm(value, 3, out), BigInt(value) ** 3n, 1n);
    }
  });

  it('a product near the bottom of the range too', () => {
    const full = fc.double({ min: 1, max: 2, noNaN: true });
    law(
      fc.property(full, full, fc.integer({ min: -1080, max: -940 }), (x, w, e) => {
        const small = w * 2 ** (e + 500);
        checkPair(
          productTerm(x * 2 ** -500, small, out),
          scaled(x * 2 ** -500) * scaled(small),
          1n << 2148n,
        );
      }),
      200,
    );
  });

  it('says when a term overflows', () => {
    expect(powerTerm(1e200, 2, out)).toBe(false);
    expect(powerTerm(1e100, 3, out)).toBe(true);
    expect(powerTerm(-1e110, 3, out)).toBe(false);
    expect(powerTerm(1e78, 4, out)).toBe(false);
    expect(productTerm(1e300, 1e9, out)).toBe(false);
    expect(productTerm(1e300, 0, out)).toBe(true);
    expect([...out]).toEqual([0, 0]);
  });

  it('reads -0 as 0', () => {
    powerTerm(-0, 3, out);
    expect(Object.is(out[0], 0)).toBe(true);
    productTerm(-0, 5, out);
    expect(Object.is(out[0], 0)).toBe(true);
  });
});
