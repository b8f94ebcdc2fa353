import {
  average,
  count,
  events,
  groupBy,
  join,
  last,
  max,
  min,
  part,
  sum,
  uniqueCount,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { backfill, trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { type Cells, datasetRows, parquet } from '../files/workspace.js';
import { ground, refusal, refused } from './refusal.js';
import { fileOf } from './shop.js';

/** Events and questions as rows of SQL: `(key, value, time)` and `(key, time)`. */

const readings = events({
  name: 'lab.readings',
  path: 'readings',
  columns: { who: 'string', value: 'double', n: 'int64', vec: 'list<double>', at: 'timestamp' },
  time: 'at',
});
const asks = events({
  name: 'lab.asks',
  path: 'asks',
  columns: { id: 'int64!', who: 'string', at: 'timestamp' },
  time: 'at',
});
const DAY = '2025-03-01';

interface Tables {
  readonly readings: string;
  readonly asks?: string;
}

function lab({ readings: events_, asks: left = `(1, 'a', '${DAY} 20:00')` }: Tables) {
  return ground(async (lake) => {
    await parquet(
      fileOf(lake, 'readings', DAY),
      `SELECT who::VARCHAR AS who, value::DOUBLE AS value, n::BIGINT AS n, vec::DOUBLE[] AS vec, "at"::TIMESTAMP AS "at" FROM (VALUES ${events_}) t(who, value, n, vec, "at")`,
    );
    await parquet(
      fileOf(lake, 'asks', DAY),
      `SELECT id::BIGINT AS id, who::VARCHAR AS who, "at"::TIMESTAMP AS "at" FROM (VALUES ${left}) t(id, who, "at")`,
    );
  });
}

const stats = groupBy({
  name: 's',
  source: readings,
  keys: ['who'],
  aggregations: [
    count(),
    count('value'),
    sum('value'),
    average('value'),
    min('value'),
    max('value'),
    last('value'),
    uniqueCount('value'),
    weightedAverage('n', { weight: 'value' }),
  ],
});
const asked = join({ name: 'asked', left: asks, parts: [part(stats)] });

const plainValues = ({ id: _, who: __, at: ___, ...row }: Cells) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.slice(2),
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  );

describe('values that count as null', () => {
  test.each([
    ['null', 'NULL'],
    ['NaN', "'nan'::DOUBLE"],
    ['Infinity', "'inf'::DOUBLE"],
    ['-Infinity', "'-inf'::DOUBLE"],
  ])('%s', async (name, value) => {
    const place = await lab({
      readings: `('a', ${value}, 5, NULL, '${DAY} 10:00'), ('a', 2, 1, NULL, '${DAY} 09:00'), ('a', 3, 2, NULL, '${DAY} 08:00'), ('b', ${value}, 1, NULL, '${DAY} 08:00')`,
      asks: `(1, 'a', '${DAY} 20:00'), (2, 'b', '${DAY} 20:00')`,
    });
    const { path, report } = await trainSet(asked, { ...place, workers: 1 });
    const [a, b] = (await datasetRows(path ?? '')).map(plainValues);
    expect(a).toEqual({
      count: 3,
      value_count: 2,
      value_sum: 5,
      value_average: 2.5,
      value_min: 2,
      value_max: 3,
      value_last: 2,
      value_unique_count: 2,
      n_weighted_average: 8 / 5,
    });
    expect(b).toEqual({
      count: 1,
      value_count: 0,
      value_sum: null,
      value_average: null,
      value_min: null,
      value_max: null,
      value_last: null,
      value_unique_count: 0,
      n_weighted_average: null,
    });
    const infinite = name.includes('Infinity');
    expect(report.sources[0]?.infiniteValues).toBe(infinite ? 4 : 0);
    if (infinite)
      expect(
        await refused(asked, { ...place, out: `${place.out}-strict` }, { strict: true }),
      ).toMatchSnapshot();
  });

  test('STRICT names the column, the key, and the weight or bucket as they were written', async () => {
    const place = await lab({
      readings: `('it''s', 1::DOUBLE, 1, NULL, '${DAY} 10:00'), ('it''s', 'inf'::DOUBLE, 1, NULL, '${DAY} 10:00')`,
      asks: `(1, 'it''s', '${DAY} 20:00')`,
    });
    const weighted = groupBy({
      name: 'w',
      source: readings,
      keys: ['who'],
      aggregations: [weightedAverage('n', { weight: 'value' })],
    });
    expect(
      await refused(join({ name: 'w', left: asks, parts: [part(weighted)] }), place, {
        strict: true,
      }),
    ).toMatchInlineSnapshot(`
      "
      error INFINITE_INPUT  w_n_weighted_average
        lab.readings: \`value\` is infinite in a row with key who=it's.
        Without STRICT it would be read as null and counted.
      "
    `);
    expect(
      await refusal(() => backfill(weighted, { ...place, strict: true, workers: 1 }), place),
    ).toMatchInlineSnapshot(`
      "error INFINITE_INPUT  w_n_weighted_average
        lab.readings: \`value\` is infinite in a row with key who=it's.
        Without STRICT it would be read as null and counted."
    `);
  });
});

describe('null keys and times', () => {
  test('all keys null: every row stays, every feature null', async () => {
    const place = await lab({
      readings: `(NULL, 1, 1, NULL, '${DAY} 10:00'), (NULL, 2, 1, NULL, '${DAY} 10:00')`,
      asks: `(1, NULL, '${DAY} 20:00'), (2, NULL, '${DAY} 20:00')`,
    });
    const { path, report } = await trainSet(asked, { ...place, workers: 2 });
    const rows = await datasetRows(path ?? '');
    expect(rows.map(({ id }) => id)).toEqual([1n, 2n]);
    expect(rows.flatMap((row) => Object.values(plainValues(row)))).toEqual(Array(18).fill(null));
    expect(report.left.rowsWithNullKey).toEqual([{ part: 's', rows: 2 }]);
    expect(report.sources[0]).toMatchObject({ rowsRead: 2, rowsWithNullKey: 2 });
  });

  test('all keys of the events null', async () => {
    const place = await lab({ readings: `(NULL, 1, 1, NULL, '${DAY} 10:00')` });
    const { path } = await trainSet(asked, { ...place, workers: 1 });
    expect((await datasetRows(path ?? '')).map((row) => row.s_count)).toEqual([0n]);
  });

  test('null, before 1970 and beyond 2200: told, and not counted', async () => {
    const odd = [
      'NULL',
      "'1969-12-31 23:59:59.999'",
      "'3000-01-01'",
      "'1900-01-01'",
      "'2201-01-01'",
    ];
    const place = await lab({
      readings: [...odd, `'${DAY} 10:00'`, "'1970-01-01'"]
        .map((at) => `('a', 1, 1, NULL, ${at}::TIMESTAMP)`)
        .join(', '),
      asks: [...odd, `'${DAY} 20:00'`].map((at, id) => `(${id}, 'a', ${at}::TIMESTAMP)`).join(', '),
    });
    const { path, report } = await trainSet(asked, { ...place, workers: 1 });
    const rows = await datasetRows(path ?? '');
    expect(rows.map((row) => row.s_count)).toEqual([null, null, null, null, null, 2n]);
    expect(report.left.rowsWithoutTime).toBe(5);
    expect(report.sources[0]).toMatchObject({ rowsRead: 7, rowsWithoutTime: 5 });
  });

  test('`allowPre1970` lets the early ones count', async () => {
    const early = { ...readings, allowPre1970: true } as typeof readings;
    const place = await lab({
      readings: ["'1969-12-31'", "'1900-01-01'", "'3000-01-01'", 'NULL']
        .map((at) => `('a', 1, 1, NULL, ${at}::TIMESTAMP)`)
        .join(', '),
    });
    const counted = groupBy({ name: 's', source: early, keys: ['who'], aggregations: [count()] });
    const { path, report } = await trainSet(
      join({ name: 'e', left: asks, parts: [part(counted)] }),
      { ...place, workers: 1 },
    );
    expect((await datasetRows(path ?? '')).map((row) => row.s_count)).toEqual([2n]);
    expect(report.sources[0]).toMatchObject({ rowsWithoutTime: 2 });
  });
});

describe('values that no result holds', () => {
  test('an int64 sum beyond its type names column and key', async () => {
    const place = await lab({
      readings: `('a', 1, 9223372036854775807, NULL, '${DAY} 10:00'), ('a', 1, 1, NULL, '${DAY} 11:00'), ('b', 1, 5, NULL, '${DAY} 11:00')`,
    });
    const total = groupBy({
      name: 's',
      source: readings,
      keys: ['who'],
      aggregations: [sum('n', { windows: ['1d'] })],
    });
    const j = join({ name: 'sums', left: asks, parts: [part(total)] });
    expect(await refused(j, place)).toMatchInlineSnapshot(`
      "
      error SUM_OVERFLOW  s_n_sum_1d
        the sum in \`s_n_sum_1d\` for key who=a is beyond its type: the sum is 9223372036854775808.
        Sum a double or decimal(38,s) column instead, or a shorter window.
      "
    `);
    expect(
      await refusal(() => backfill(total, { ...place, workers: 1 }), place),
    ).toMatchInlineSnapshot(`
      "error SUM_OVERFLOW  s_n_sum_1d
        the sum in \`s_n_sum_1d\` for key who=a is beyond its type: the sum is 9223372036854775808.
        Sum a double or decimal(38,s) column instead, or a shorter window."
    `);
  });

  test('an int64 sum at the end of its type', async () => {
    const place = await lab({
      readings: `('a', 1, 9223372036854775807, NULL, '${DAY} 10:00'), ('a', 1, 1, NULL, '${DAY} 11:00'), ('a', 1, -1, NULL, '${DAY} 11:00')`,
    });
    const total = groupBy({ name: 's', source: readings, keys: ['who'], aggregations: [sum('n')] });
    const { path } = await trainSet(join({ name: 'sums', left: asks, parts: [part(total)] }), {
      ...place,
      workers: 1,
    });
    expect((await datasetRows(path ?? '')).map((row) => row.s_n_sum)).toEqual([
      9223372036854775807n,
    ]);
  });

  test('vectors of two lengths, and with a null inside', async () => {
    const total = groupBy({
      name: 's',
      source: readings,
      keys: ['who'],
      aggregations: [vectorSum('vec')],
    });
    const j = join({ name: 'vectors', left: asks, parts: [part(total)] });
    const lengths = await lab({
      readings: `('a', 1, 1, [1, 2], '${DAY} 10:00'), ('a', 1, 1, [1, 2, 3], '${DAY} 10:00')`,
    });
    expect(await refused(j, lengths)).toMatchInlineSnapshot(`
      "
      error VECTOR_LENGTH  s_vec_vector_sum
        \`s_vec_vector_sum\` for key who=a meets vectors of different lengths in one window.
        Vectors of one key are added element by element: keep other lengths out with \`where\`.
      "
    `);
    const nulls = await lab({
      readings: `('a', 1, 1, [1, 2], '${DAY} 10:00'), ('a', 1, 1, [1, NULL], '${DAY} 10:00')`,
    });
    expect(await refused(j, nulls)).toMatchInlineSnapshot(`
      "
      error VECTOR_NULL  s_vec_vector_sum
        \`s_vec_vector_sum\` for key who=a meets a vector with a null element.
        A vector is whole or null: write null for the vector, or a number for the element.
      "
    `);
  });
});

describe('nothing', () => {
  test('a partition of events without rows', async () => {
    const place = await lab({ readings: `('a', 1, 1, NULL, '${DAY} 10:00')` });
    await parquet(
      fileOf(place.lake, 'readings', '2025-03-02'),
      `SELECT * FROM read_parquet('${fileOf(place.lake, 'readings', DAY)}') LIMIT 0`,
    );
    const { path } = await trainSet(asked, { ...place, workers: 2 });
    expect((await datasetRows(path ?? '')).map((row) => row.s_count)).toEqual([1n]);
  });

  test('events without a row at all', async () => {
    const place = await lab({ readings: `('a', 1, 1, NULL, '${DAY} 10:00')` });
    const file = fileOf(place.lake, 'readings', DAY);
    await parquet(`${file}.2`, `SELECT * FROM read_parquet('${file}') LIMIT 0`);
    const { renameSync } = await import('node:fs');
    renameSync(`${file}.2`, file);
    const { path, report } = await trainSet(asked, { ...place, workers: 1 });
    expect(
      (await datasetRows(path ?? '')).map(({ s_count, s_value_sum }) => [s_count, s_value_sum]),
    ).toEqual([[0n, null]]);
    expect(report.sources[0]).toMatchObject({ rowsRead: 0 });
  });

  test('a left without a row: a partition without rows', async () => {
    const place = await lab({ readings: `('a', 1, 1, NULL, '${DAY} 10:00')` });
    const file = fileOf(place.lake, 'asks', DAY);
    await parquet(`${file}.2`, `SELECT * FROM read_parquet('${file}') LIMIT 0`);
    const { renameSync } = await import('node:fs');
    renameSync(`${file}.2`, file);
    for (const workers of [1, 2]) {
      const { path, partitionsWritten, rows } = await trainSet(asked, {
        ...place,
        out: `${place.out}-${workers}`,
        workers,
      });
      expect({ partitionsWritten, rows }).toEqual({ partitionsWritten: [DAY], rows: 0 });
      expect(await datasetRows(path ?? '')).toEqual([]);
    }
  });

  test('a left of plain files without a row has no partition', async () => {
    const place = await lab({ readings: `('a', 1, 1, NULL, '${DAY} 10:00')` });
    await parquet(
      `${place.lake}/none.parquet`,
      `SELECT * FROM read_parquet('${fileOf(place.lake, 'asks', DAY)}') LIMIT 0`,
    );
    const none = { ...asks, path: 'none.parquet' } as typeof asks;
    expect(
      await refused(join({ name: 'none', left: none, parts: [part(stats)] }), place),
    ).toMatchInlineSnapshot(`
      "
      error NO_PARTITIONS
        lab.asks: no row that has a day at <lake>/none.parquet.
        Outside \`ds=\` folders the days are those of its rows, and there is no row, or none that passes \`where\`.
      "
    `);
  });
});
