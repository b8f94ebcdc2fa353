import { join as joinPath } from 'node:path';
import { average, count, events, groupBy, join, last, part, sum } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { hashes, newFolder, parquet } from './workspace.js';

const folder = newFolder();
const lake = joinPath(folder, 'lake');
const DAYS = ['2025-03-01', '2025-03-02', '2025-03-03', '2025-03-04'];
/** In all more than the calling thread would be left alone with. */
const EVENTS_PER_DAY = 80_000;
const KEYS = 25_000;

const columns = { user: 'string', at: 'timestamp' } as const;
const visits = events({
  name: 'visits',
  path: 'visits',
  columns: { ...columns, amount: 'double' },
  time: 'at',
});

const leftOf = (name: string) => events({ name, path: name, columns, time: 'at' });
const features = (left: string) =>
  join({
    name: left,
    left: leftOf(left),
    parts: [
      part(
        groupBy({
          name: 'by_user',
          source: visits,
          keys: ['user'],
          aggregations: [
            count({ windows: ['2h', '2d'] }),
            sum('amount', { windows: ['1d'] }),
            average('amount', { windows: ['2d'] }),
            last('amount'),
          ],
        }),
      ),
    ],
  });

const rowsOf = (ds: string, rows: number, keys: number) =>
  `SELECT 'u' || (hash(i, '${ds}') % ${keys}) AS "user",
          CASE WHEN i % 1000 = 7 THEN NULL ELSE (hash(i) % 9973) / 8 - 300 END AS amount,
          CASE WHEN i % 500 = 3 THEN NULL ELSE TIMESTAMP '${ds}' + to_milliseconds((i * 7919) % 86400000) END AS at
   FROM range(${rows}) t(i)`;

beforeAll(async () => {
  for (const ds of DAYS) {
    const fileOf = (name: string) => joinPath(lake, name, `ds=${ds}`, 'part.parquet');
    await parquet(fileOf('visits'), rowsOf(ds, EVENTS_PER_DAY, KEYS));
    await parquet(fileOf('few'), rowsOf(ds, 300, KEYS));
    await parquet(fileOf('many'), rowsOf(ds, 5000, KEYS));
  }
});

async function made(left: string, workers: number, buckets?: number) {
  const out = newFolder();
  const result = await trainSet(features(left), {
    ...{ lake, out, workers, profile: true },
    ...(buckets !== undefined && { buckets }),
  });
  const { slices, rowsSwept, leftRows } = result.counters;
  const { workers: lanes, threads } = result.profile!;
  return { bytes: hashes(out), slices, rowsSwept, leftRows, lanes, threads };
}

test('S8: few left rows need no threads, and buckets with few events are swept together: the same bytes', async () => {
  const alone = await made('few', 1, 7);
  const lanes = await made('few', 2);
  const apart = await made('few', 2, 7);
  expect([alone.lanes, alone.threads]).toEqual([1, 0]);
  expect([lanes.lanes, lanes.threads]).toEqual([2, 0]);
  expect([alone.slices, apart.slices]).toEqual([7, 7]);
  // A bucket for every worker, some more because they are not equally large.
  expect(lanes.slices).toBeLessThanOrEqual(3);
  expect(lanes.bytes).toEqual(alone.bytes);
  expect(apart.bytes).toEqual(alone.bytes);
  expect(lanes.leftRows).toBe(1200);
  expect(lanes.rowsSwept).toBeLessThan(0.2 * DAYS.length * EVENTS_PER_DAY);
});

test('many left rows have threads', async () => {
  const threads = await made('many', 2);
  expect([threads.lanes, threads.threads]).toEqual([2, 2]);
  expect(threads.bytes).toEqual((await made('many', 1, 3)).bytes);
});
