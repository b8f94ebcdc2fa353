import { roundExpansion } from '@tessera/algebra';
import { describe, expect, test } from 'vitest';
import { exactSum } from '../src/exact/exact-sum.js';
import { roundedSums, sumReader } from '../src/exact/read-sum.js';
import { makeSegments } from '../src/exact/segments.js';
import { type Random, random } from './random.js';

/** Groups of random size, and ranges inside them that never step back. */
function randomRanges(r: Random, sizes: readonly number[], perGroup: number) {
  const groupStart = [0];
  const start: number[] = [];
  const end: number[] = [];
  for (const size of sizes) {
    const first = groupStart[groupStart.length - 1]!;
    const ascending = () =>
      Array.from({ length: perGroup }, () => first + r.below(size + 1)).sort((a, b) => a - b);
    const a = ascending();
    const b = ascending();
    for (let i = 0; i < perGroup; i++) {
      start.push(Math.min(a[i]!, b[i]!));
      end.push(Math.max(a[i]!, b[i]!));
    }
    // Some ranges take the whole group.
    start.fill(first, start.length - perGroup, start.length - perGroup / 2);
    end.fill(first + size, end.length - (3 * perGroup) / 4);
    groupStart.push(first + size);
  }
  return {
    groupStart: Int32Array.from(groupStart),
    ranges: { start: Int32Array.from(start), end: Int32Array.from(end) },
    count: groupStart[groupStart.length - 1]!,
  };
}

const VALUES: Readonly<Record<string, (r: Random) => number>> = {
  money: (r) => Math.round(r.next() * 1e6) / 100,
  integers: (r) => r.below(2000) - 1000,
  // All at the top of one binade: the most that a grid's head room must hold.
  'equal and large': () => 2 - 2 ** -52,
  'full mantissas at the top of a binade': (r) => 2 - r.next() * 0.01,
  // The first grid for groups of 2048 below 2 is 2^-40: these are nearly half of it, all on one side.
  'small beside a few large': (r) => (r.chance(0.002) ? 1.99 : 2 ** -41 * (1 - r.next() * 0.01)),
  'remainders that all round one way': () => 1 + 2 ** -30 + 2 ** -52,
  'signs that cancel': (r) => (r.chance(0.5) ? 1 : -1) * (1e15 + r.next()),
  'forty decades': (r) => (r.next() - 0.5) * 10 ** (r.below(40) - 20),
  subnormals: (r) => r.below(1000) * 5e-324,
  'near the top': (r) => (r.next() - 0.5) * 1.7e308,
  'the whole range': (r) => r.pick([1e-320, 1e300, -1e300, 1, 1e17]),
  zeros: () => 0,
};

describe.each(Object.entries(VALUES))('sums of %s', (_, make) => {
  test('are those of the numbers in the range, rounded once (S5.2)', () => {
    for (let seed = 1; seed <= 3; seed++) {
      const r = random(seed);
      const sizes = [0, 1, 700, 900, 5, 0, seed === 3 ? 5000 : 2048, 300, 900];
      const { groupStart, ranges, count } = randomRanges(r, sizes, 12);
      const terms = Array.from({ length: seed }, () =>
        Float64Array.from({ length: count }, () => make(r)),
      );
      const segments = makeSegments(groupStart);
      expect(segments.start.length).toBeGreaterThan(2);
      const sum = exactSum(terms, segments);
      const rounded = roundedSums(sum, ranges);
      const reader = sumReader(sum);
      for (let i = 0; i < ranges.start.length; i++) {
        const s = ranges.start[i]!;
        const e = ranges.end[i]!;
        const inside = terms.flatMap((t) => Array.from(t.subarray(s, e)));
        const exact = roundExpansion(inside);
        reader.seek(s, e);
        expect(roundExpansion(reader.parts)).toBe(exact);
        expect(rounded[i]).toBe(s >= e || !Number.isFinite(exact) ? Number.NaN : exact);
      }
    }
  });
});

describe('the route', () => {
  const route = (values: readonly number[]) => {
    const sum = exactSum(
      [Float64Array.from(values)],
      makeSegments(Int32Array.of(0, values.length)),
    );
    return sum.kind === 'prefix' ? sum.prefixes.length : sum.kind;
  };
  const r = random(7);

  test('one grid for integers, two for money', () => {
    expect(route(Array.from({ length: 1000 }, () => VALUES.integers!(r)))).toBe(1);
    expect(route(Array.from({ length: 1000 }, () => VALUES.money!(r)))).toBe(2);
  });

  test('no grid for nothing but zeros', () => {
    expect(route([0, 0])).toBe(0);
  });

  test('sums of terms where magnitudes are too far apart, or near the largest double', () => {
    expect(route([1e-300, 1e300])).toBe('terms');
    expect(route([1e308])).toBe('terms');
  });
});
