import { expect, test } from 'vitest';
import { writeTasks } from '../src/small-partitions.js';
import type { AssembleTask } from '../src/tasks/task.js';

const day = (idx: number): string =>
  new Date(Date.UTC(2025, 0, 1 + idx)).toISOString().slice(0, 10);

interface Shape {
  readonly rows: number;
  readonly leftColumns?: number;
  readonly features?: number;
  readonly pieceRows?: number;
}

/** What the writing of partitions is cut by; nothing of it is run. */
function partition(
  idx: number,
  { rows, leftColumns = 3, features = 2, pieceRows = 1e6 }: Shape,
): AssembleTask {
  const relation = { kind: 'parquet', files: [{ ds: day(idx) }] };
  return {
    ...{ type: 'assemble', partition: { ds: day(idx) }, rows, pieceRows },
    left: { source: {}, relation },
    ...{ grid: null, limit: null, derived: [] },
    leftColumns: Array.from({ length: leftColumns }, (_, at) => `l${at}`),
    features: Array.from({ length: features }, (_, outputIdx) => ({
      ...{ outputIdx, outputType: { kind: 'double' } },
    })),
  } as unknown as AssembleTask;
}

const sizes = (shape: Shape): number[] =>
  writeTasks(
    Array.from({ length: 64 }, (_, idx) => partition(idx, shape)),
    2,
  ).map(({ of }) => of.length);

test('small partitions are written together', () => {
  expect(sizes({ rows: 100 })).toEqual([16, 16, 16, 16]);
});

test('a task holds no more rows than half of what memory is for: they are there twice', () => {
  expect(Math.max(...sizes({ rows: 400, pieceRows: 2000 }))).toBe(2);
  expect(sizes({ rows: 1500, pieceRows: 2000 })).toEqual(Array(64).fill(1));
});

test('the wider the rows, the fewer are written together', () => {
  expect(Math.max(...sizes({ rows: 1000 }))).toBe(16);
  // 3 × 8 bytes a feature while they are put together, 64 MB in all.
  expect(Math.max(...sizes({ rows: 1000, features: 600 }))).toBe(4);
});

test('what has more than one row group is written alone: where the second begins depends on how rows come', () => {
  expect(Math.max(...sizes({ rows: 2500, leftColumns: 10 }))).toBeGreaterThan(1);
  expect(sizes({ rows: 2500, leftColumns: 1000 })).toEqual(Array(64).fill(1));
});
