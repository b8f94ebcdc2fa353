import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembledBytes } from '../src/row-bytes.js';
import { LEAST_SCANNED_ROWS, nextScannedRows, rowsWrittenTogether } from '../src/task-rows.js';

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

test('small partitions that are written together take half of what a task may, and no more than 64 MB', () => {
  const features = (length: number) =>
    Array.from({ length }, () => ({ outputType: { kind: 'double' } as const }));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 1e7 }), (n, piece) => {
      const rows = rowsWrittenTogether(features(n), piece);
      expect(rows).toBeLessThanOrEqual(Math.min(65_536, piece / 2));
      expect(rows * assembledBytes(features(n))).toBeLessThanOrEqual(64e6);
    }),
  );
  expect(rowsWrittenTogether(features(15), 1e6)).toBe(65_536);
  expect(rowsWrittenTogether(features(15), 2000)).toBe(1000);
});
