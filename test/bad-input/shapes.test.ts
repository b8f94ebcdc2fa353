import { type Aggregation, count, entities, events, groupBy, join, part, sum } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { datasetRows, parquet, sql } from '../files/workspace.js';
import { ground } from './refusal.js';
import { fileOf } from './shop.js';

/** Tables of extreme shape, which must just work. */

const LONG = process.env.TESSERA_LONG === '1';
const DAY = '2025-03-01';

const log = events({
  name: 'log',
  path: 'log',
  columns: { who: 'int64', n: 'int64', at: 'timestamp' },
  time: 'at',
});
const asks = events({
  name: 'asks',
  path: 'asks',
  columns: { who: 'int64', at: 'timestamp' },
  time: 'at',
});

/** Who asks at noon: the numbers below. */
const writeAsks = (lake: string, rows = 3) =>
  parquet(
    fileOf(lake, 'asks', DAY),
    `SELECT i AS who, TIMESTAMP '${DAY} 12:00' AS at FROM range(${rows}) t(i)`,
  );

const totals = groupBy({
  name: 'g',
  source: log,
  keys: ['who'],
  aggregations: [count(), sum('n')],
});
const both = join({ name: 'both', left: asks, parts: [part(totals)] });

test('5,000 columns of which three are used', async () => {
  const place = await ground(async (lake) => {
    const wide = Array.from({ length: 5000 }, (_, i) => `${i} AS c${i}`).join(', ');
    await parquet(
      fileOf(lake, 'log', DAY),
      `SELECT i % 3 AS who, i AS n, TIMESTAMP '${DAY}' + to_minutes(i) AS at, ${wide} FROM range(9) t(i)`,
    );
    await writeAsks(lake);
  });
  const { path } = await trainSet(both, { ...place, workers: 1 });
  expect((await datasetRows(path ?? '')).map(({ g_count, g_n_sum }) => [g_count, g_n_sum])).toEqual(
    [
      [3n, 9n],
      [3n, 12n],
      [3n, 15n],
    ],
  );
});

test(`${LONG ? 5000 : 1000} output columns`, async () => {
  const outputs = LONG ? 5000 : 1000;
  const place = await ground(async (lake) => {
    await parquet(
      fileOf(lake, 'log', DAY),
      `SELECT 1::BIGINT AS who, i AS n, TIMESTAMP '${DAY}' + to_minutes(i) AS at FROM range(9) t(i)`,
    );
    await writeAsks(lake);
  });
  const aggregations = Array.from(
    { length: outputs },
    (_, i) => sum('n', { as: `c${i}`, where: `n < ${i % 10}` }) as Aggregation,
  );
  const wide = groupBy({
    name: 'g',
    source: log,
    keys: ['who'],
    aggregations: aggregations as never,
  });
  const { path, plan } = await trainSet(join({ name: 'wide', left: asks, parts: [part(wide)] }), {
    ...place,
    workers: 1,
  });
  expect(plan.columns).toHaveLength(outputs);
  const [, row] = await datasetRows(path ?? '');
  expect([row!.g_c0, row!.g_c1, row!.g_c9, row![`g_c${outputs - 1}`]]).toEqual([
    null,
    0n,
    36n,
    36n,
  ]);
});

describe.each(LONG ? [1_000_000] : [100_000])('%i rows', (rows) => {
  test('of one key each', async () => {
    const place = await ground(async (lake) => {
      await parquet(
        fileOf(lake, 'log', DAY),
        `SELECT i AS who, i AS n, TIMESTAMP '${DAY}' + to_microseconds(i) AS at FROM range(${rows}) t(i)`,
      );
      await writeAsks(lake, rows);
    });
    const { path } = await trainSet(both, { ...place, workers: 2 });
    expect(
      await sql(
        `SELECT count(*) AS n, count(*) FILTER (g_count = 1 AND g_n_sum = who) AS good FROM read_parquet('${path}/*/*.parquet')`,
      ),
    ).toEqual([{ n: BigInt(rows), good: BigInt(rows) }]);
  });

  test('of one key', async () => {
    const place = await ground(async (lake) => {
      await parquet(
        fileOf(lake, 'log', DAY),
        `SELECT 7::BIGINT AS who, 1::BIGINT AS n, TIMESTAMP '${DAY}' + to_milliseconds(i) AS at FROM range(${rows}) t(i)`,
      );
      await parquet(
        fileOf(lake, 'asks', DAY),
        `SELECT 7::BIGINT AS who, TIMESTAMP '${DAY}' + to_milliseconds(i) AS at FROM range(${rows}) t(i)`,
      );
    });
    const { path } = await trainSet(both, { ...place, workers: 2 });
    expect(
      await sql(
        `SELECT count(*) AS n, count(*) FILTER (g_count = epoch_ms("at") - epoch_ms(TIMESTAMP '${DAY}')) AS good FROM read_parquet('${path}/*/*.parquet')`,
      ),
    ).toEqual([{ n: BigInt(rows), good: BigInt(rows) }]);
  });
});

test('two columns of one name but for case, in a file that needs neither', async () => {
  const place = await ground(async (lake) => {
    // Parquet's own writer here knows no such file: the name is changed in its bytes.
    await parquet(
      fileOf(lake, 'log', DAY),
      `SELECT 1::BIGINT AS who, 2::BIGINT AS n, TIMESTAMP '${DAY}' AS at, 3 AS xx, 4 AS xy`,
    );
    await parquet(
      fileOf(lake, 'asks', DAY),
      `SELECT 1::BIGINT AS who, TIMESTAMP '${DAY} 12:00' AS at`,
    );
    const { readFileSync, writeFileSync } = await import('node:fs');
    const file = fileOf(lake, 'log', DAY);
    const bytes = readFileSync(file).toString('latin1').replaceAll('xy', 'xX');
    writeFileSync(file, bytes, 'latin1');
  });
  const { path } = await trainSet(both, { ...place, workers: 1 });
  expect((await datasetRows(path ?? '')).map(({ g_n_sum }) => g_n_sum)).toEqual([2n]);
});

test('entities without a row that a key finds', async () => {
  const nobody = entities({
    name: 'nobody',
    path: 'nobody.parquet',
    keys: ['who'],
    columns: { who: 'int64', name: 'string' },
    static: true,
  });
  const place = await ground(async (lake) => {
    await writeAsks(lake);
    await parquet(`${lake}/nobody.parquet`, "SELECT 1::BIGINT AS who, 'x' AS name LIMIT 0");
  });
  const { path } = await trainSet(join({ name: 'n', left: asks, parts: [part(nobody)] }), {
    ...place,
    workers: 1,
  });
  expect((await datasetRows(path ?? '')).map(({ nobody_name }) => nobody_name)).toEqual([
    null,
    null,
    null,
  ]);
});
