import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToExpansion,
  bigintToExpansion,
  canonicalExpansion,
  doubleToRational,
  type Expansion,
  expansionToBigInt,
  mergeExpansion,
  roundExpansion,
  roundRational,
  twoProduct,
  twoSum,
} from '../src/index.js';
import { adversarialDouble, isNearest, law, scaled } from './support.js';

const UNIT = 1n << 1074n;
const total = (xs: readonly number[]): bigint => xs.reduce((sum, x) => sum + scaled(x), 0n);

function sumOf(xs: readonly number[]): Expansion {
  const e: Expansion = [];
  for (const x of xs) addToExpansion(e, x);
  return e;
}

/** The value of an expansion, read by its documented layout. */
function exactValue(e: Expansion): bigint {
  return e.at(-1) === Infinity ? total(e.slice(0, -2)) + (BigInt(e.at(-2)!) << 2098n) : total(e);
}

describe('expansions (S5.2)', () => {
  it('1e17, 1, then evict 1e17 gives 1', () => {
    const e = sumOf([1e17, 1, -1e17]);
    expect(e).toEqual([1]);
    expect(roundExpansion(e)).toBe(1);
  });

  it.each([
    [[], 0],
    [[-0], 0],
    [[1, 2 ** -53], 1],
    [[1, 2 ** -53, 2 ** -120], 1 + 2 ** -52],
    [[1, 2 ** -53, -(2 ** -120)], 1],
    [[1 + 2 ** -52, 2 ** -53, -(2 ** -1074)], 1 + 2 ** -52],
    [[1, -(2 ** -54), -(2 ** -1074)], 1 - 2 ** -53],
    [[1e308, 1e308, -1e308], 1e308],
    [[1e308, 1e308], Infinity],
    [[-1e308, -1e308], -Infinity],
    [[1e300, 1, -1e300], 1],
    [[5e-324, 5e-324], 1e-323],
    [[Number.MAX_VALUE, 2 ** 970], Infinity],
    [[Number.MAX_VALUE, 2 ** 970, -5e-324], Number.MAX_VALUE],
  ])('%j adds up to %d', (xs, expected) => {
    expect(roundExpansion(xs)).toBe(expected);
    expect(roundExpansion(sumOf(xs))).toBe(expected);
  });

  it('reads only the first `length` doubles', () => {
    expect(roundExpansion([1, 2, 4, 8], 3)).toBe(7);
    expect(roundExpansion(Float64Array.of(1, 2, 4), 1)).toBe(1);
  });

  it('holds exactly the sum, and rounds it to nearest even', () => {
    law(
      fc.property(fc.array(adversarialDouble, { maxLength: 40 }), (xs) => {
        const e = sumOf(xs);
        expect(exactValue(e)).toBe(total(xs));
        expect(isNearest(roundExpansion(e), total(xs), UNIT)).toBe(true);
        expect(roundExpansion(xs)).toBe(roundExpansion(e));
      }),
      300,
    );
  });

  it('is non-overlapping, of rising magnitude, without zeros', () => {
    law(
      fc.property(fc.array(adversarialDouble, { maxLength: 40 }), (xs) => {
        const e = sumOf(xs);
        const plain = e.at(-1) === Infinity ? e.slice(0, -2) : e;
        expect(plain.includes(0)).toBe(false);
        for (let i = 1; i < plain.length; i++) {
          const upper = scaled(plain[i]!);
          const magnitude = upper < 0n ? -upper : upper;
          const lowestBit = magnitude & -magnitude;
          const lower = scaled(plain[i - 1]!);
          expect((lower < 0n ? -lower : lower) < lowestBit).toBe(true);
        }
      }),
      200,
    );
  });

  it('adding and evicting in any order comes back to the same list', () => {
    law(
      fc.property(
        fc.array(adversarialDouble, { maxLength: 20 }),
        fc.array(adversarialDouble, { maxLength: 20 }),
        (kept, evicted) => {
          const e = sumOf([...kept, ...evicted]);
          for (const x of [...evicted].reverse()) addToExpansion(e, -x);
          expect(canonicalExpansion(e)).toEqual(canonicalExpansion(sumOf([...kept].reverse())));
        },
      ),
      200,
    );
  });

  it('merging is adding', () => {
    law(
      fc.property(
        fc.array(adversarialDouble, { maxLength: 12 }),
        fc.array(adversarialDouble, { maxLength: 12 }),
        (a, b) => {
          const left = sumOf(a);
          const right = sumOf(b);
          const before = [...right];
          mergeExpansion(left, right);
          expect(right).toEqual(before);
          expect(exactValue(left)).toBe(total([...a, ...b]));
        },
      ),
      200,
    );
  });

  it('the canonical form is the rest rounded to nearest, from the top', () => {
    law(
      fc.property(fc.array(adversarialDouble, { maxLength: 30 }), (xs) => {
        const canonical = canonicalExpansion(sumOf(xs));
        expect(exactValue(canonical)).toBe(total(xs));
        const plain = canonical.at(-1) === Infinity ? canonical.slice(0, -2) : canonical;
        for (let i = plain.length - 1; i >= 0; i--) {
          expect(isNearest(plain[i]!, total(plain.slice(0, i + 1)), UNIT)).toBe(true);
        }
        expect(canonicalExpansion(xs)).toEqual(canonical);
      }),
      300,
    );
  });

  it('stays short when a sum strays beyond the range of a double, and comes back', () => {
    const e: Expansion = [];
    for (let i = 0; i < 1000; i++) addToExpansion(e, Number.MAX_VALUE);
    addToExpansion(e, 5e-324);
    expect(e.length).toBeLessThan(6);
    expect(roundExpansion(e)).toBe(Infinity);
    for (let i = 0; i < 1000; i++) addToExpansion(e, -Number.MAX_VALUE);
    expect(e).toEqual([5e-324]);
  });

  it('does not pile up fragments', () => {
    const e: Expansion = [];
    for (let i = 0; i < 5000; i++) {
      addToExpansion(e, 1.1 * (i + 1));
      if (i >= 50) addToExpansion(e, -1.1 * (i - 49));
    }
    expect(e.length).toBeLessThanOrEqual(9);
  });

  it('refuses what is not finite, and is then unchanged', () => {
    for (const x of [Number.NaN, Infinity, -Infinity]) {
      const e = [1];
      expect(() => addToExpansion(e, x)).toThrow(RangeError);
      expect(e).toEqual([1]);
    }
  });
});

describe('integers and fractions', () => {
  it('integer sums are exact at any size', () => {
    law(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n })), (values) => {
        const e: Expansion = [];
        for (const value of values) mergeExpansion(e, bigintToExpansion(value));
        expect(expansionToBigInt(e)).toBe(values.reduce((sum, value) => sum + value, 0n));
      }),
    );
    expect(() => expansionToBigInt([0.5])).toThrow(RangeError);
    expect(expansionToBigInt(bigintToExpansion(10n ** 320n))).toBe(10n ** 320n);
    expect(() => bigintToExpansion(10n ** 400n)).toThrow(RangeError);
  });

  it('a double is its fraction', () => {
    law(
      fc.property(adversarialDouble, (x) => {
        const { num, den } = doubleToRational(x);
        expect(num * UNIT).toBe(scaled(x) * den);
        expect(roundRational(num, den)).toBe(x + 0);
      }),
    );
  });

  it('fractions round to nearest even, subnormals and overflow included', () => {
    const big = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });
    law(
      fc.property(
        big,
        big.filter((x) => x !== 0n),
        fc.integer({ min: -1150, max: 1100 }),
        (num, den, shift) => {
          const n = shift > 0 ? num << BigInt(shift) : num;
          const d = shift < 0 ? den << BigInt(-shift) : den;
          const rounded = roundRational(n, d);
          expect(isNearest(rounded, d < 0n ? -n : n, d < 0n ? -d : d)).toBe(true);
        },
      ),
      400,
    );
    // Half a unit and a trace far below it.
    const far = 3n * 2n ** 100n;
    const half = 2n ** 53n + 1n;
    expect(roundRational(half * far, far)).toBe(2 ** 53);
    expect(roundRational(half * far + 1n, far)).toBe(2 ** 53 + 2);
    expect(roundRational(half * far - 1n, far)).toBe(2 ** 53);
    expect(roundRational(1n, 2n ** 1075n)).toBe(0);
    expect(roundRational(3n, 2n ** 1075n)).toBe(1e-323);
    expect(roundRational(2n ** 1024n - 2n ** 970n, 1n)).toBe(Infinity);
    expect(roundRational(2n ** 1024n - 2n ** 970n - 1n, 1n)).toBe(Number.MAX_VALUE);
    expect(() => roundRational(1n, 0n)).toThrow(RangeError);
  });

  it('two-sum and two-product lose nothing', () => {
    const out = new Float64Array(2);
    const middling = fc.double({ min: -1e100, max: 1e100, noNaN: true });
    law(
      fc.property(middling, middling, (a, b) => {
        twoSum(a, b, out);
        expect(scaled(out[0]!) + scaled(out[1]!)).toBe(scaled(a) + scaled(b));
        const product = a * b;
        if (a !== 0 && b !== 0 && Math.abs(product) < 2 ** -900) return;
        twoProduct(a, b, out);
        expect((scaled(out[0]!) + scaled(out[1]!)) * UNIT).toBe(scaled(a) * scaled(b));
      }),
      200,
    );
  });
});
