import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  addToExpansion,
  averageOf,
  type Expansion,
  exactMoment,
  kurtosisOf,
  momentRoutes,
  powerTerm,
  roundedMoment,
  skewOf,
  stddevOf,
  varianceOf,
  weightedAverageOf,
} from '../src/index.js';
import { isNearest, law, scaled, tameDouble } from './support.js';

const term = new Float64Array(2);

function powerSums(xs: readonly number[]): [Expansion, Expansion, Expansion, Expansion] {
  const sums: [Expansion, Expansion, Expansion, Expansion] = [[], [], [], []];
  for (const x of xs) {
    for (const k of [1, 2, 3, 4] as const) {
      if (!powerTerm(x, k, term)) throw new Error('overflow');
      addToExpansion(sums[k - 1]!, term[0]!);
      addToExpansion(sums[k - 1]!, term[1]!);
    }
  }
  return sums;
}

const moment = (k: 2 | 3 | 4, n: number, s: ReturnType<typeof powerSums>): number =>
  roundedMoment(k, n, ...s);
const oracle = (k: 2 | 3 | 4, n: number, s: ReturnType<typeof powerSums>): number =>
  exactMoment(k, n, ...s);

beforeEach(() => {
  momentRoutes.fast = 0;
  momentRoutes.exact = 0;
});

describe('central moments (S5.1, S5.2)', () => {
  it('m2 is Σ(x − mean)², rounded once', () => {
    law(
      fc.property(fc.array(tameDouble, { minLength: 1, maxLength: 12 }), (xs) => {
        // (n·Σx² − (Σx)²) / n over integers scaled by 2^1074.
        const n = BigInt(xs.length);
        const sum = xs.reduce((total, x) => total + scaled(x), 0n);
        const squares = xs.reduce((total, x) => total + scaled(x) ** 2n, 0n);
        const m2 = moment(2, xs.length, powerSums(xs));
        expect(isNearest(m2, n * squares - sum * sum, n << 2148n)).toBe(true);
      }),
      200,
    );
  });

  it('double-double and big integers agree bit for bit', () => {
    const nearly = fc
      .tuple(
        fc.constantFrom(1, 1e3, 1e9, 1e15, 1e-9),
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 9 }),
      )
      .map(([base, steps]) => steps.map((step) => base * (1 + step * 2 ** -50)));
    const scaledUp = fc
      .tuple(
        fc.integer({ min: -50, max: 50 }),
        fc.array(tameDouble, { minLength: 2, maxLength: 9 }),
      )
      .map(([e, xs]) => xs.map((x) => x * 2 ** e));
    law(
      fc.property(fc.oneof(nearly, scaledUp), (xs) => {
        const sums = powerSums(xs);
        for (const k of [2, 3, 4] as const) {
          expect(moment(k, xs.length, sums)).toBe(oracle(k, xs.length, sums));
        }
      }),
      400,
    );
    expect(momentRoutes.fast).toBeGreaterThan(0);
    expect(momentRoutes.exact).toBeGreaterThan(0);
  });

  it('takes the fast route for ordinary data, and the exact one where that proves nothing', () => {
    const spread = powerSums([1.5, 2.25, 10, 7.125, 3.3]);
    moment(2, 5, spread);
    moment(3, 5, spread);
    moment(4, 5, spread);
    expect(momentRoutes).toEqual({ fast: 3, exact: 0 });
    // Values a unit apart at 1e15: m4 cancels more digits than two doubles have.
    const close = powerSums([1e15, 1e15 + 0.125, 1e15 + 0.25, 1e15]);
    moment(4, 4, close);
    expect(momentRoutes.exact).toBe(1);
    const huge = powerSums([1e70, 2e70]);
    moment(2, 2, huge);
    expect(momentRoutes.exact).toBe(2);
  });

  it('equal values have m2 = 0 exactly, without big integers', () => {
    for (const [x, n] of [
      [1.1, 100],
      [0.1, 3],
      [1e15 + 0.3, 7],
      [123.45, 1000],
    ] as const) {
      const [s1, s2] = powerSums(Array.from({ length: n }, () => x));
      expect(varianceOf(n, s1, s2, 'population')).toBe(0);
    }
    expect(momentRoutes).toEqual({ fast: 4, exact: 0 });
  });

  it('m2 is never negative and is 0 only for equal values', () => {
    law(
      fc.property(fc.array(tameDouble, { minLength: 2, maxLength: 8 }), (xs) => {
        const m2 = moment(2, xs.length, powerSums(xs));
        const spread = xs.filter((x) => Math.abs(x) > 1e-100 || x === 0);
        if (spread.length < xs.length) return;
        expect(m2 >= 0).toBe(true);
        expect(m2 === 0).toBe(new Set(xs.map((x) => x + 0)).size === 1);
      }),
      200,
    );
  });
});

describe('formulas (S5.1)', () => {
  it('known values', () => {
    const [s1, s2, s3, s4] = powerSums([1, 1, 2, 9]);
    expect(varianceOf(4, s1, s2, 'population')).toBe(11.1875);
    expect(varianceOf(4, s1, s2, 'sample')).toBe(44.75 / 3);
    expect(stddevOf(4, s1, s2, 'population')).toBe(Math.sqrt(11.1875));
    expect(skewOf(4, s1, s2, s3)).toBeCloseTo(1.104867740459, 11);
    expect(kurtosisOf(4, s1, s2, s3, s4)).toBeCloseTo(-0.709278736619, 11);
  });

  it('symmetric data has skew 0', () => {
    const [s1, s2, s3] = powerSums([1, 2, 3]);
    expect(skewOf(3, s1, s2, s3)).toBe(0);
  });

  it('null below the least n, where m2 is 0, and where not finite', () => {
    const [s1, s2, s3, s4] = powerSums([1, 2]);
    expect(varianceOf(0, [], [], 'population')).toBeNaN();
    expect(varianceOf(1, [4], [16], 'population')).toBe(0);
    expect(varianceOf(1, [4], [16], 'sample')).toBeNaN();
    expect(skewOf(2, s1, s2, s3)).toBeNaN();
    expect(kurtosisOf(3, s1, s2, s3, s4)).toBeNaN();
    const equal = powerSums([7, 7, 7, 7]);
    expect(skewOf(4, equal[0], equal[1], equal[2])).toBeNaN();
    expect(kurtosisOf(4, ...equal)).toBeNaN();
    expect(averageOf(0, [])).toBeNaN();
    expect(averageOf(2, [1e308, 1e308])).toBeNaN();
    expect(weightedAverageOf([1], [])).toBeNaN();
  });

  it('averages round the sum, then the quotient', () => {
    const sum: Expansion = [];
    for (const x of [0.1, 0.2, 0.3]) addToExpansion(sum, x);
    // The exact sum of these three doubles is just above 0.6's double; nearest is 0.6000000000000001 or 0.6.
    const exact = scaled(0.1) + scaled(0.2) + scaled(0.3);
    const rounded = averageOf(1, sum);
    expect(isNearest(rounded, exact, 1n << 1074n)).toBe(true);
    expect(averageOf(3, sum)).toBe(rounded / 3);
  });
});
