import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distinctCodes, sortGroups } from '../src/kernels/value-order.js';

/** Values by group, of kinds that are sorted in different ways. */
const groups = fc
  .constantFrom(
    fc.nat({ max: 5 }),
    fc.nat({ max: 3000 }),
    fc.nat({ max: 1_000_000 }),
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, min: 0, max: 9 }),
    fc.double({ noNaN: true }),
  )
  .chain((value) => fc.array(fc.array(value, { maxLength: 40 }), { maxLength: 12 }));

function laidOut(list: readonly (readonly number[])[]) {
  const values = Float64Array.from(list.flat(), (value) => value + 0);
  const groupStart = new Int32Array(list.length + 1);
  for (const [g, one] of list.entries()) groupStart[g + 1] = groupStart[g]! + one.length;
  return { values, groupStart };
}

test('each group ascending and stable, numbered by its distinct values', () => {
  fc.assert(
    fc.property(groups, (list) => {
      const { values, groupStart } = laidOut(list);
      const sorted = sortGroups(values, groupStart);
      const expected = list.flatMap((one, g) =>
        one.map((_, i) => groupStart[g]! + i).sort((a, b) => values[a]! - values[b]! || a - b),
      );
      expect([...sorted]).toEqual(expected);
      const { code, size, entry } = distinctCodes(values, groupStart, sorted, null);
      const named = [...code].map((c, i) => values[entry[c]!] === values[i]);
      expect(named.every(Boolean)).toBe(true);
      expect(size).toBe(list.reduce((sum, one) => sum + new Set(one.map((v) => v + 0)).size, 0));
    }),
    { numRuns: 300 },
  );
});

test('of many events in many groups too', () => {
  const list = Array.from({ length: 300 }, (_, g) =>
    Array.from({ length: 100 }, (_, i) => (g * 7919 + i * 104_729) % 5000),
  );
  const { values, groupStart } = laidOut(list);
  const codes = sortGroups(values, groupStart);
  // Not integers any more: values are compared.
  expect([...codes]).toEqual([
    ...sortGroups(
      values.map((value) => value / 2),
      groupStart,
    ),
  ]);
});
