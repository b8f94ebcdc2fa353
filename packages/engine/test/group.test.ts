import fc from 'fast-check';
import { expect, test } from 'vitest';
import { group } from '../src/stages/group.js';

const items = fc
  .array(fc.record({ rows: fc.nat({ max: 9 }), more: fc.boolean() }), { maxLength: 40 })
  .map((list) => {
    let unit = 0;
    return list.map(({ rows, more }, at) => ({ at, rows, unit: more ? unit : ++unit }));
  });

test('every item once and in order, units whole, groups as large as the rows left ask for', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 6 }), (list, share) => {
      const asked: number[] = [];
      const size = (rowsLeft: number) => {
        asked.push(rowsLeft);
        return Math.max(2, rowsLeft / share);
      };
      const groups = group(
        list,
        ({ rows }) => rows,
        ({ unit }) => String(unit),
        size,
      );
      expect(groups.flat()).toEqual(list);
      let left = list.reduce((sum, { rows }) => sum + rows, 0);
      groups.forEach((one, idx) => {
        expect(asked[idx]).toBe(left);
        const rows = one.reduce((sum, item) => sum + item.rows, 0);
        const wanted = Math.max(2, left / share);
        const last = one.at(-1)!.unit;
        if (idx < groups.length - 1) {
          expect(rows).toBeGreaterThanOrEqual(wanted);
          expect(groups[idx + 1]![0]!.unit).not.toBe(last);
        }
        // It was not enough before its last unit came.
        const before = one.filter(({ unit }) => unit !== last);
        const enough = before.reduce((sum, item) => sum + item.rows, 0);
        if (before.length > 0) expect(enough).toBeLessThan(wanted);
        left -= rows;
      });
    }),
    { numRuns: 300 },
  );
});
