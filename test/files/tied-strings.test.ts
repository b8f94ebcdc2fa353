import { join as joinPath } from 'node:path';
import {
  count,
  events,
  first,
  firstK,
  groupBy,
  join,
  last,
  lastK,
  part,
  rateOfChange,
} from '@tessera/api';
import { explainValue, type RunOptions, trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { datasetRows, newFolder, parquet, sql } from './workspace.js';

const folder = newFolder();
const lake = joinPath(folder, 'lake');
const DAYS = ['2025-01-01', '2025-01-02', '2025-01-03'];
const PER_DAY = 600;

const columns = {
  user: 'string',
  shop: 'int64',
  at: 'timestamp',
  id: 'string',
  page: 'string',
  score: 'double',
} as const;
const visits = events({ name: 'visits', path: 'visits', columns, time: 'at', tieBreaker: 'id' });
const asked = events({
  name: 'asked',
  path: 'asked',
  columns: { row: 'int64', user: 'string', shop: 'int64', at: 'timestamp' },
  time: 'at',
});

const ORDERED = [
  first('page'),
  last('page'),
  firstK('page', { k: 2, windows: ['1d'] }),
  lastK('page', { k: 3, windows: ['1d'] }),
  rateOfChange('score', { windows: ['2d'] }),
];

/** @param isCounted whether strings come out too */
const features = (isCounted = false) =>
  join({
    name: 'features',
    left: asked,
    parts: [['user'], ['shop'], ['user', 'shop']].map((keys) =>
      part(
        groupBy({
          name: `by_${keys.join('_')}`,
          source: visits,
          keys: keys as ['user'],
          aggregations: [...ORDERED, ...(isCounted ? [count({ windows: ['1d'], by: 'id' })] : [])],
        }),
      ),
    ),
  });

beforeAll(async () => {
  for (const [day, ds] of DAYS.entries()) {
    // 144 times a day: a third of a shop's 60 visits tie, of a user's 3 in that shop now and then two.
    // Every ninth visit is of the day before, so that rows of two files tie.
    const late = `INTERVAL 1 DAY * CAST(i % 9 = 4 AS INTEGER)`;
    const at = `TIMESTAMP '${ds}' - ${late} + INTERVAL 10 MINUTE * CAST(hash(i, ${day}) % 144 AS INTEGER) + INTERVAL 1 MICROSECOND * CAST(i % 7 AS INTEGER)`;
    await parquet(
      joinPath(lake, 'visits', `ds=${ds}`, 'part.parquet'),
      `SELECT CASE WHEN i % 31 = 2 THEN NULL ELSE 'u' || hash(i + ${day}) % 20 END AS "user", CAST(hash(i * 3) % 10 AS BIGINT) AS shop, ${at} AS at,
              CASE WHEN i % 17 = 3 THEN NULL ELSE 'visit ' || md5(CAST(i + 1000 * ${day} AS VARCHAR)) END AS id,
              'page ' || i % 40 AS page, CAST(i % 100 AS DOUBLE) AS score
       FROM range(${PER_DAY}) t(i)`,
    );
    await parquet(
      joinPath(lake, 'asked', `ds=${ds}`, 'part.parquet'),
      `SELECT i + 200 * ${day} AS row, 'u' || i % 22 AS "user", CAST(i % 11 AS BIGINT) AS shop, TIMESTAMP '${ds}' + INTERVAL 433 SECOND * i AS at
       FROM range(200) t(i)`,
    );
  }
});

let outs = 0;
/** Published rows, and strings that were numbered. */
async function run(definition: ReturnType<typeof features>, options: RunOptions = {}) {
  let strings = 0;
  const { path } = await trainSet(definition, {
    ...{ lake, out: joinPath(folder, `out-${outs++}`), workers: 1, ...options },
    onProgress: ({ stage, rows }) => {
      if (stage === 'dictionaries') strings = rows;
    },
  });
  return { rows: await datasetRows(path ?? ''), strings };
}

/** Ids of visits that share key and time with another. */
async function tiedIds(keys: string): Promise<number> {
  const [row] = await sql(
    `SELECT count(DISTINCT id) AS n FROM (SELECT id, count(*) OVER (PARTITION BY ${keys}, epoch_ms("at")) AS n
     FROM read_parquet('${lake}/visits/*/*.parquet') WHERE "user" IS NOT NULL OR ${keys === 'shop'}) WHERE n > 1`,
  );
  return Number(row?.n);
}

const PAGES = 40;

test('S5.4: strings that only order rows are numbered where rows tie, and order them as if all were', async () => {
  const own = features();
  const some = await run(own);
  const tied = await Promise.all(['"user"', 'shop', '"user", shop'].map(tiedIds));
  for (const one of tied) expect(one).toBeGreaterThan(5);
  // Scans of one source share the pages.
  expect(some.strings).toBe(PAGES + tied.reduce((sum, one) => sum + one));
  expect(some.strings).toBeLessThan((3 * PER_DAY) / 2);

  const all = await run(features(true));
  expect(all.strings).toBeGreaterThan(2 * PER_DAY);
  const names = Object.keys(some.rows[0]!);
  const without = all.rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
  expect(some.rows).toEqual(without);
  for (const name of names) {
    const known = some.rows.filter((row) => row[name] !== null);
    expect(known.length, name).toBeGreaterThan(some.rows.length / 3);
  }
});

test('S5.4: with two workers, tiles or memory for a few rows the values are the same', async () => {
  const own = features();
  const { rows } = await run(own);
  expect((await run(own, { workers: 2, memoryShares: { leastLookedUp: 1 } })).rows).toEqual(rows);
  expect((await run(own, { memoryShares: { taskBytes: 40_000, leastRows: 70 } })).rows).toEqual(
    rows,
  );
  const tiled = await run(own, { tiles: 'always' });
  expect(tiled.rows).toEqual(rows);
});

test('S5.4: a value of tiles and rows is explained with the strings of both', async () => {
  const own = features();
  const { rows } = await run(own, { out: joinPath(folder, 'tiled'), tiles: 'always' });
  const row = rows.find(({ row: id }) => id === 517n)!;
  const explained = await explainValue(own, {
    ...{ lake, out: joinPath(folder, 'tiled'), column: 'by_shop_page_last' },
    ...{ keys: { user: String(row.user), shop: Number(row.shop) }, at: Date.parse(String(row.at)) },
  });
  expect(explained.tiles?.pieces).toBeGreaterThan(0);
  if (explained.outcome.kind === 'refused') throw new Error(explained.outcome.message);
  expect(explained.outcome.value).toBe(row.by_shop_page_last);
});
