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
  const anyDouble = fc.oneof(adversarialDouble, tameDouble);
  for (const k of [1, 2, 3, 4] as const) {
    it(`x^${k} is two doubles, each rounded to nearest`, () => {
      law(
        fc.property(anyDouble, (x) => {
          checkPair(powerTerm(x, k, out), scaled(x) ** BigInt(k), 1n << (1074n * BigInt(k)));
        }),
        500,
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
