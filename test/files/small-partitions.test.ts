import { join as joinPath } from 'node:path';
import { count, events, groupBy, join, last, lastK, part, sum, topKFrequent } from '@tessera/api';
import { type RunOptions, trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { hashes, newFolder, parquet } from './workspace.js';

const folder = newFolder();
const lake = joinPath(folder, 'lake');
const DAYS = Array.from({ length: 40 }, (_, day) =>
  new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
);

const visits = events({
  name: 'visits',
  path: 'visits',
  columns: {
    user: 'string',
    at: 'timestamp',
    page: 'string',
    kind: 'string',
    amount: 'decimal(12,2)',
  },
  time: 'at',
});
const asked = events({
  name: 'asked',
  path: 'asked',
  columns: { id: 'int64', user: 'string', at: 'timestamp', note: 'string', tags: 'list<string>' },
  time: 'at',
  where: 'id % 11 <> 3',
});
const features = join({
  name: 'features',
  left: asked,
  parts: [
    part(
      groupBy({
        name: 'by_user',
        source: visits,
        keys: ['user'],
        aggregations: [
          count({ windows: ['2h', '2d'], by: 'kind' }),
          sum('amount', { windows: ['3d'] }),
          last('page'),
          lastK('page', { k: 3, windows: ['5d'] }),
          topKFrequent('kind', { k: 2, windows: ['5d'] }),
        ],
      }),
    ),
  ],
});

beforeAll(async () => {
  for (const [day, ds] of DAYS.entries()) {
    const at = `TIMESTAMP '${ds}' + to_milliseconds((i * 7919 * 1009) % 86400000)`;
    await parquet(
      joinPath(lake, 'visits', `ds=${ds}`, 'part.parquet'),
      `SELECT 'u' || (hash(i, ${day}) % 50) AS "user", ${at} AS at, 'page ' || (hash(i) % 30) AS page,
              CASE WHEN i % 9 = 1 THEN NULL ELSE 'k' || (i % 4) END AS kind, CAST((i % 977) / 8 AS DECIMAL(12,2)) AS amount
       FROM range(200) t(i)`,
    );
    // Two files of a day, and days of all sizes; one has no row that is left.
    for (const file of ['a', 'b'])
      await parquet(
        joinPath(lake, 'asked', `ds=${ds}`, `${file}.parquet`),
        `SELECT ${day} * 1000 + i AS id, CASE WHEN i % 13 = 5 THEN NULL ELSE 'u' || (hash(i, '${file}') % 60) END AS "user",
                ${at} AS at, CASE WHEN i % 3 = 0 THEN NULL ELSE 'note ' || i END AS note, [ 'a', 'b' || i ] AS tags
         FROM range(${day === 17 ? 0 : (day * 37) % 300}) t(i)`,
      );
  }
});

async function made(out: string, options: RunOptions) {
  const { profile, partitionsWritten } = await trainSet(features, {
    ...{ lake, out, profile: true, tiles: 'off', ...options },
  });
  const write = profile!.stages.find(({ stage }) => stage === 'write');
  return {
    partitions: partitionsWritten.length,
    tasks: write!.tasks,
    rows: write!.rows,
    bytes: hashes(out, (name) => name.endsWith('.parquet')),
  };
}

test('S8: small partitions are written together, with the bytes that each has by itself', async () => {
  const together = await made(newFolder(), { workers: 1 });
  const byTwo = await made(newFolder(), { workers: 1, buckets: 3 });
  const out = newFolder();
  let tasks = 0;
  let rows = 0;
  let apart = {};
  // So few that each is written by itself.
  for (let at = 0; at < DAYS.length; at += 10) {
    const days = { start: DAYS[at]!, end: DAYS[at + 9]! };
    const some = await made(out, { workers: 1, ...days });
    expect(some.partitions).toBe(10);
    tasks += some.tasks;
    rows += some.rows;
    apart = some.bytes;
  }
  expect([together.partitions, byTwo.partitions, tasks]).toEqual([40, 40, 40]);
  // Halves, and what has no row by itself.
  expect(together.tasks).toBeLessThan(8);
  expect(byTwo.tasks).toBeLessThan(12);
  expect(together.rows).toBe(rows);
  expect(Object.keys(apart)).toHaveLength(40);
  expect(together.bytes).toEqual(apart);
  expect(byTwo.bytes).toEqual(apart);
});
