import { join as joinPath } from 'node:path';
import {
  call,
  col,
  count,
  type Expression,
  events,
  groupBy,
  isTesseraError,
  join,
  part,
  sql,
  sum,
  when,
} from '@tessera/api';
import { type ResultBatch, trainSet } from '@tessera/engine';
import { features, table } from '@tessera/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { newFolder, parquet } from '../files/workspace.js';

/** Conditions that compute: pushed into the scan where DuckDB agrees on every bit, ours where it may not. */

const columns = {
  id: 'int64',
  user: 'string',
  amount: 'double',
  country: 'string',
  at: 'timestamp',
} as const;

const asked = (where: string, of?: string) => {
  const payments = events({
    name: 'payments',
    path: 'payments',
    columns,
    time: 'at',
    ...(of !== undefined && { where: of }),
  });
  const spend = groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [count({ where, as: 'n' }), sum('id', { where, as: 'ids' }), count()],
  });
  return join({ name: 'asked', left: payments, parts: [part(spend)] });
};

/** With the ids for which they hold, which are powers of two, added up. */
const WHERES: [where: string, ids: bigint][] = [
  ['amount * 2 > 5', 4n],
  ["country LIKE 'D%'", 3n],
  ["upper(country) = 'ÖSTERREICH'", 4n],
  ["upper(country) = 'ÖSTERREICH' OR amount BETWEEN 1 AND 2", 5n],
  ["amount IS NOT NULL AND NOT (exp(amount) < 3 AND country <> 'DE')", 7n],
  ['hour(at) IN (10, 11)', 3n],
  ["CASE WHEN amount > 1 THEN length(country) = 2 ELSE coalesce(country, '') = '' END", 10n],
  ["CAST(amount AS string) = '2.5'", 2n],
];

describe('in memory', () => {
  test.each(WHERES)('%s', async (where, ids) => {
    const rows = await features(asked(where))
      .given({
        payments: table`
          id | user | amount | country    | at
          1  | u    | 1      | DE         | 2025-01-01T10:00:00Z
          2  | u    | 2.5    | DE         | 2025-01-01T11:00:00Z
          4  | u    | 3      | österreich | 2025-01-01T12:00:00Z
          8  | u    |        |            | 2025-01-01T13:00:00Z
          16 | u    | 9      | FR         | 2025-01-02T10:00:00Z`,
      })
      .rows();
    expect(rows.at(-1)?.spend_ids).toBe(ids);
  });
});

describe('from files', () => {
  const lake = joinPath(newFolder(), 'lake');
  beforeAll(async () => {
    for (const [day, ds] of ['2025-01-01', '2025-01-02'].entries())
      await parquet(
        joinPath(lake, `payments/ds=${ds}/a.parquet`),
        `SELECT ${day} * 10000 + i AS id, 'u' || (i % 7) AS "user", (i % 13) / 4 AS amount,
           CASE i % 4 WHEN 0 THEN 'DE' WHEN 1 THEN 'österreich' WHEN 2 THEN 'FR' END AS country,
           TIMESTAMP '${ds}' + to_milliseconds((i * 1234567) % 86400000) AS at FROM range(6000) t(i)`,
      );
  });

  const cells = async (of: ReturnType<typeof asked>, options: object) => {
    const result = await trainSet(of, { lake, out: newFolder(), ...options });
    const batches: ResultBatch[] = [];
    for await (const batch of result.batches()) batches.push(batch);
    return batches.map(({ columns: all }) => [all.id, all.spend_n, all.spend_ids, all.spend_count]);
  };

  test.each([
    ["upper(country) = 'ÖSTERREICH'", "country = 'österreich'"],
    ['amount * 4 % 2 = 0', 'amount IN (0, 0.5, 1, 1.5, 2, 2.5, 3)'],
    ["replace(country, 'D', 'd') = 'dE' AND exp(amount) > 1", "country = 'DE' AND amount > 0"],
  ])('%s means %s, by rows and by tiles', async (computed, plain) => {
    const wanted = await cells(asked(plain), { workers: 2, tiles: 'off' });
    expect(await cells(asked(computed), { workers: 2, tiles: 'off' })).toEqual(wanted);
    expect(await cells(asked(computed), { workers: 1, tiles: 'always' })).toEqual(wanted);
    const filtered = await cells(asked(plain, plain), { workers: 2, tiles: 'off' });
    expect(await cells(asked(computed, computed), { workers: 2, tiles: 'off' })).toEqual(filtered);
  });

  test('types are looked at before anything is read', async () => {
    const wrong = asked('amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(country)');
    const error = await trainSet(wrong, { lake: '/nowhere', out: newFolder() }).catch((e) => e);
    if (!isTesseraError(error)) throw error;
    expect(error.problems.map((one) => `${one.at}: ${one.summary}`)).toMatchInlineSnapshot(`
      [
        "spend › COUNT: where: \`+\` takes numbers, not string column \`country\`.
      amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(countr
             ^",
        "spend › COUNT: where: there is no function \`roud\`.
      amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(country)
                                         ^",
        "spend › COUNT: where: a value of type string alone is no condition.
      amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(country)
                                                             ^",
        "spend › SUM: where: \`+\` takes numbers, not string column \`country\`.
      amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(countr
             ^",
        "spend › SUM: where: there is no function \`roud\`.
      amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(country)
                                         ^",
        "spend › SUM: where: a value of type string alone is no condition.
      amount + country > 1 AND id = 1 OR roud(amount) = 1 OR upper(country)
                                                             ^",
      ]
    `);
  });
});

describe('plain conditions mean what all expressions do', () => {
  const source = events({
    name: 'odd',
    path: 'odd',
    columns: {
      ...{ id: 'int64', user: 'string', note: 'string', f: 'float', n: 'int64', x: 'double' },
      ...{ price: 'decimal(38,10)', tn: 'timestamp_ns', valid_to: 'timestamp', at: 'timestamp' },
    } as const,
    time: 'at',
  });
  const rows = [
    {
      ...{ id: 1n, note: 'a\0b', f: 16777216, n: 16777217n, price: '0.1000000000', x: 2 },
      ...{ tn: '2025-01-01T00:00:00.0000005Z', valid_to: '9999-12-31T00:00:00Z' },
    },
    {
      ...{ id: 2n, note: 'b', f: 5, n: 5n, price: '9007199254740993.0000000000', x: 8 },
      ...{ tn: '2025-01-01T00:00:00.000001Z', valid_to: '2025-01-01T00:00:00Z' },
    },
    { id: 4n, at: '2025-01-01T01:00:00Z' },
    { id: 8n, at: '2025-01-02T00:00:00Z' },
  ].map((row) => ({ user: 'u', at: '2025-01-01T00:00:00Z', ...row }));

  test.each<[where: string | Expression, ids: bigint]>([
    ['f = n', 2n],
    ['price = 9007199254740992.0', 2n],
    ['price <= 0.1', 1n],
    ["tn = '2025-01-01'", 1n],
    ["tn <> TIMESTAMP '2025-01-01'", 2n],
    ["tn < '9999-12-31' AND tn > '1000-01-01'", 3n],
    ["valid_to > '2025-01-01T00:00:00.000000001Z'", 1n],
    ['tn < valid_to', 1n],
    ["note <> 'a\0b'", 2n],
    [col('x').gt(sql('x / 2').cast('double')), 3n],
    [call('cbrt', sql('x::INTEGER').cast('double')).eq(2), 2n],
    [
      when(sql('x > 4'), call('ln', col('x')))
        .otherwise(-1)
        .gt(0),
      2n,
    ],
    [sql("'inf'::DOUBLE + x").cast('double').isNull(), 7n],
  ])('%s', async (where, ids) => {
    const spend = groupBy({
      ...{ name: 'spend', source, keys: ['user'] as const },
      aggregations: [sum('id', { where, as: 'ids' })],
    });
    const got = await features(join({ name: 'j', left: source, parts: [part(spend)] }))
      .given({ odd: rows })
      .rows();
    expect(got.at(-1)?.spend_ids).toBe(ids);
  });
});
