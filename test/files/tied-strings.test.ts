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
const DAYS = Array.from({ length: 8 }, (_, day) => `2025-01-0${day + 1}`);
/** The last days ask. */
const ASKED = DAYS.slice(-2);
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

const RECENT = [
  firstK('page', { k: 2, windows: ['1d'] }),
  lastK('page', { k: 3, windows: ['1d'] }),
  rateOfChange('score', { windows: ['2d'] }),
];
const EVER = [first('page'), last('page')];

/** @param isCounted whether strings come out too */
const features = (isCounted = false) =>
  join({
    name: 'features',
    left: asked,
    // Scans of other files each, the first of the fewest.
    parts: [
      { keys: ['user'], aggregations: RECENT },
      { keys: ['shop'], aggregations: [...RECENT, ...EVER] },
      { keys: ['user', 'shop'], aggregations: EVER },
    ].map(({ keys, aggregations }) =>
      part(
        groupBy({
          name: `by_${keys.join('_')}`,
          source: visits,
          keys: keys as ['user'],
          aggregations: [
            ...aggregations,
            ...(isCounted ? [count({ windows: ['1d'], by: 'id' })] : []),
          ],
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
              'page ' || i % 40 + 40 * ${day} AS page, CAST(i % 100 AS DOUBLE) AS score
       FROM range(${PER_DAY}) t(i)`,
    );
    if (!ASKED.includes(ds)) continue;
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
  const { path, counters } = await trainSet(definition, {
    ...{ lake, out: joinPath(folder, `out-${outs++}`), workers: 1, ...options },
    onProgress: ({ stage, rows }) => {
      if (stage === 'dictionaries') strings = rows;
    },
  });
  return { rows: await datasetRows(path ?? ''), strings, counters };
}

/**
 * Ids of visits that share key and time with another.
 *
 * @param from first day that is read
 */
async function tiedIds(keys: string, from: string): Promise<number> {
  const [row] = await sql(
    `SELECT count(DISTINCT id) AS n FROM (SELECT id, count(*) OVER (PARTITION BY ${keys}, epoch_ms("at")) AS n
     FROM read_parquet('${lake}/visits/*/*.parquet') WHERE "at" >= TIMESTAMP '${from}' AND ("user" IS NOT NULL OR ${keys === 'shop'})) WHERE n > 1`,
  );
  return Number(row?.n);
}

const PAGES = 40 * DAYS.length;

test('S5.4: strings that only order rows are numbered where rows tie, and order them as if all were', async () => {
  const own = features();
  const some = await run(own);
  const tied = await Promise.all([
    tiedIds('"user"', DAYS.at(-4)!),
    tiedIds('shop', '2024-12-01'),
    tiedIds('"user", shop', '2024-12-01'),
  ]);
  for (const one of tied) expect(one).toBeGreaterThan(5);
  // Scans of one source share the pages.
  expect(some.strings).toBe(PAGES + tied.reduce((sum, one) => sum + one));
  expect(some.strings).toBeLessThan((DAYS.length * PER_DAY) / 2);

  const all = await run(features(true));
  expect(all.strings).toBeGreaterThan((DAYS.length - 1) * PER_DAY);
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
  expect(tiled.counters.tilesRead).toBeGreaterThan(0);
});

test('S5.4: where another scan needs all strings, or they are few, no ties are looked for', async () => {
  const own = features();
  const counted = features(true);
  // The first part alone counts by them.
  const some = { ...own, parts: [counted.parts[0]!, ...own.parts.slice(1)] };
  const { strings, rows } = await run(some);
  const alone = await run(own);
  expect(strings).toBeGreaterThan((DAYS.length - 1) * PER_DAY);
  const names = Object.keys(alone.rows[0]!);
  expect(rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))).toEqual(
    alone.rows,
  );

  const few = { ...visits, path: 'few' };
  for (const ds of DAYS)
    await parquet(
      joinPath(lake, 'few', `ds=${ds}`, 'part.parquet'),
      `SELECT * REPLACE (CASE WHEN id IS NULL THEN NULL ELSE left(id, 7) END AS id) FROM read_parquet('${lake}/visits/ds=${ds}/part.parquet')`,
    );
  const ofFew = own.parts.map((one) => ({ ...one, groupBy: { ...one.groupBy, source: few } }));
  // Sixteen of them, for each part's keys.
  expect((await run({ ...own, parts: ofFew })).strings).toBe(PAGES + 3 * 16);
});

test('S5.4: a value of tiles and rows is explained with the strings of both', async () => {
  const own = features();
  const { rows } = await run(own, { out: joinPath(folder, 'tiled'), tiles: 'always' });
  const row = rows.find(({ row: id }) => id === 1517n)!;
  const explained = await explainValue(own, {
    ...{ lake, out: joinPath(folder, 'tiled'), column: 'by_shop_page_last' },
    ...{ keys: { user: String(row.user), shop: Number(row.shop) }, at: Date.parse(String(row.at)) },
  });
  expect(explained.tiles?.pieces).toBeGreaterThan(0);
  if (explained.outcome.kind === 'refused') throw new Error(explained.outcome.message);
  expect(explained.outcome.value).toBe(row.by_shop_page_last);
});
