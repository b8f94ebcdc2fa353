import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEAST_SCANNED_ROWS, nextScannedRows } from '../src/task-rows.js';

const most = fc.integer({ min: LEAST_SCANNED_ROWS, max: 3_000_000 });
const rowsLeft = fc.integer({ min: 0, max: 100_000_000 });
const workers = fc.integer({ min: 1, max: 64 });

test('a last scan’s tasks are smaller the fewer rows are left, and worth one still', () => {
  fc.assert(
    fc.property(most, rowsLeft, workers, (rows, left, threads) => {
      const next = nextScannedRows(rows, left, threads);
      expect(next).toBeLessThanOrEqual(rows);
      expect(next).toBeGreaterThanOrEqual(Math.max(LEAST_SCANNED_ROWS, rows / 4));
      expect(nextScannedRows(rows, left / 2, threads)).toBeLessThanOrEqual(next);
      // Nobody else is waited for.
      if (threads === 1) expect(next).toBe(rows);
    }),
  );
  expect(nextScannedRows(3_000_000, 20_000_000, 2)).toBe(3_000_000);
  expect(nextScannedRows(3_000_000, 6_000_000, 2)).toBe(1_500_000);
  expect(nextScannedRows(3_000_000, 1_000_000, 2)).toBe(750_000);
});
