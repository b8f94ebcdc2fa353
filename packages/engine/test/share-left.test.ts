import { expect, test } from 'vitest';
import { shareLeft } from '../src/stages/share-left.js';
import { sweepBytes } from '../src/tasks/slices.js';
import type { Section, Slice, SweepTask } from '../src/tasks/task.js';

const section = (name: string, rows: number): Section => ({
  ...{ name, offset: 0, length: 8 * rows, rows, minMs: 0, maxMs: 1 },
});

interface Shape {
  readonly leftRows?: number;
  readonly endBucket?: number;
  readonly slice?: Slice | null;
}

/** What sweeps are put together by; nothing of it is run. */
function sweepOf(
  scanId: string,
  bucket: number,
  { leftRows = 1000, endBucket = bucket + 1, slice = null }: Shape = {},
): SweepTask {
  return {
    ...{ type: 'sweep', id: `${scanId}.${bucket}`, scanId, bucket, endBucket, buckets: 8, slice },
    events: [section(`${scanId}-${bucket}`, 500)],
    left: leftRows === 0 ? [] : [section(`left-${bucket}`, leftRows)],
    ...{ tiles: [], states: {}, lanes: [], missingDays: [], tie: null, others: [] },
    features: [{ name: `${scanId}_f`, outputType: { kind: 'double' } }],
    queries: [{ name: 'q0', lagMs: 0, snapshot: false, inclusive: false }],
    ...{ isOversized: false, pieceRows: 1e6, strict: false },
  } as unknown as SweepTask;
}

const SCANS = [
  { id: 'a', keySet: 'users' },
  { id: 'b', keySet: 'users' },
  { id: 'c', keySet: 'shops' },
  { id: 'd', keySet: 'users' },
];
const BUCKETS = [0, 1, 2, 3, 4, 5, 6, 7];
const all = SCANS.flatMap(({ id }) => BUCKETS.map((bucket) => sweepOf(id, bucket)));
const MUCH = { workers: 2, taskBytes: 1e9 };

const scansOf = (tasks: readonly SweepTask[]) =>
  tasks.map(({ scanId, bucket, others }) =>
    [scanId, ...others.map((other) => other.scanId), bucket].join(' '),
  );

test('scans of one key set share the left rows of a bucket', () => {
  const shared = shareLeft(all, SCANS, MUCH);
  expect(scansOf(shared)).toEqual([
    ...BUCKETS.map((bucket) => `a b d ${bucket}`),
    ...BUCKETS.map((bucket) => `c ${bucket}`),
  ]);
  const [first] = shared;
  expect(first!.others.map(({ events }) => events[0]!.name)).toEqual(['b-0', 'd-0']);
  expect(first!.left).toEqual(all[0]!.left);
});

test('all workers have something to do', () => {
  const few = all.filter(({ bucket }) => bucket < 2);
  expect(shareLeft(few, SCANS, { ...MUCH, workers: 3 })).toEqual(few);
  expect(scansOf(shareLeft(few, SCANS, { ...MUCH, workers: 1 }))).toEqual([
    ...['a b d 0', 'a b d 1', 'c 0', 'c 1'],
  ]);
});

test('a task takes no more memory than it may', () => {
  const bytes = sweepBytes(all[0]!);
  const [both] = shareLeft(all, SCANS.slice(0, 2), MUCH);
  expect(sweepBytes(both!)).toBeGreaterThan(bytes);
  expect(sweepBytes(both!)).toBeLessThan(2 * bytes);
  expect(shareLeft(all, SCANS, { ...MUCH, taskBytes: bytes })).toEqual(all);
  const two = shareLeft(all, SCANS, { ...MUCH, taskBytes: 1.9 * bytes });
  expect(two.every((task) => sweepBytes(task) <= 1.9 * bytes)).toBe(true);
  expect(two.length).toBeLessThan(all.length);
});

test('slices, other buckets and buckets without left rows are left alone', () => {
  const slice = { left: 10, events: 10 } as Slice;
  const odd = [
    sweepOf('a', 0, { slice }),
    sweepOf('b', 0, { slice }),
    sweepOf('a', 1, { endBucket: 3 }),
    sweepOf('b', 1),
    sweepOf('a', 4, { leftRows: 0 }),
    sweepOf('b', 4, { leftRows: 0 }),
  ];
  expect(shareLeft(odd, SCANS, { ...MUCH, workers: 1 })).toEqual(odd);
});
