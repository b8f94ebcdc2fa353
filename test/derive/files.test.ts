import { join as joinPath } from 'node:path';
import {
  average,
  computedColumns,
  count,
  entities,
  events,
  groupBy,
  isTesseraError,
  type JoinSpec,
  join,
  last,
  lastK,
  outputColumns,
  part,
  sum,
} from '@tessera/api';
import { backfill, type ResultBatch, trainSet } from '@tessera/engine';
import { checkAssignable, checkExpression, evaluateRow, type Row, type Value } from '@tessera/expr';
import { beforeAll, expect, test } from 'vitest';
import { hashes, isPublished, newFolder, parquet } from '../files/workspace.js';

/** Derived columns of training sets from files: what the obvious interpreter makes of each row. */

const lake = joinPath(newFolder(), 'lake');
const DAYS = ['2025-01-01', '2025-01-02', '2025-01-03'];

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: {
    id: 'int64',
    user: 'string',
    amount: 'double',
    country: 'string',
    ok: 'boolean',
    at: 'timestamp',
  },
  time: 'at',
  tieBreaker: 'id',
});
const people = entities({
  name: 'people',
  path: 'people',
  keys: ['user'],
  columns: { user: 'string', since: 'date', age: 'int32' },
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [
    sum('amount', { windows: ['1d', '2d'] }),
    average('amount'),
    count({ windows: ['1d'] }),
    last('country'),
    lastK('country', { k: 2 }),
  ],
  derive: {
    slope: 'amount_sum_1d / amount_sum_2d',
    label: { expression: "upper(user) || ':' || coalesce(country_last, '?')", type: 'string' },
  },
});

const asked = join({
  name: 'asked',
  left: payments,
  parts: [part(spend), part(people, { missing: 'null' })],
  derive: {
    steep: 'spend_slope * 2 + ratio',
    ratio: 'amount / spend_amount_average',
    big: { expression: 'id * 1000000007 + spend_count_1d', type: 'int64' },
    abroad: { expression: 'country <> spend_country_last AND ok', type: 'boolean' },
    tag: {
      expression: "CASE WHEN abroad THEN ds ELSE country || '-' || spend_label END",
      type: 'string',
    },
    days: "date_diff('day', people_since, to_date(at))",
    when: { expression: "date_trunc('hour', at)", type: 'timestamp' },
    before: { expression: 'element_at(spend_country_last2, 2)', type: 'string' },
    age: { expression: 'people_age', type: 'int32' },
  },
});

beforeAll(async () => {
  for (const [day, ds] of DAYS.entries()) {
    await parquet(
      joinPath(lake, `payments/ds=${ds}/a.parquet`),
      `SELECT ${day} * 1000 + i AS id, CASE WHEN i % 11 = 0 THEN NULL ELSE 'u' || (i % 7) END AS "user",
         CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 13) / 3 END AS amount,
         CASE i % 4 WHEN 0 THEN 'DE' WHEN 1 THEN 'Österreich' WHEN 2 THEN '' END AS country, i % 3 = 0 AS ok,
         TIMESTAMP '${ds}' + to_milliseconds((i * 1234567) % 86400000) AS at FROM range(300) t(i)`,
    );
    await parquet(
      joinPath(lake, `people/ds=${ds}/a.parquet`),
      `SELECT 'u' || i AS "user", DATE '2024-02-29' + CAST(i * 100 AS INTEGER) AS since, CAST(20 + i AS INTEGER) AS age FROM range(6) t(i)`,
    );
  }
});

async function batchesOf(of: JoinSpec, options: object = {}): Promise<ResultBatch[]> {
  const result = await trainSet(of, { lake, out: newFolder(), workers: 1, ...options });
  const batches: ResultBatch[] = [];
  for await (const batch of result.batches()) batches.push(batch);
  return batches;
}

/** A value as the interpreter sees it. */
function cellOf(batch: ResultBatch, name: string, row: number): Value {
  const column = batch.columns[name]!;
  const strings = batch.dictionaries[name] ?? [];
  const type = typeOf(name);
  switch (column.kind) {
    case 'code':
      return column.values[row]! < 0 ? null : strings[column.values[row]!]!;
    case 'f64': {
      const value = column.values[row]!;
      if (Number.isNaN(value)) return null;
      if (type === 'boolean') return value !== 0;
      return type === 'double' || type === 'date' ? value : BigInt(value);
    }
    case 'i64':
      return column.valid !== null && !column.valid[row] ? null : column.values[row]!;
    case 'list': {
      if (column.valid !== null && !column.valid[row]) return null;
      const { child, offsets } = column;
      if (child.kind !== 'code') throw new Error('a list of strings');
      return [...child.values.subarray(offsets[row], offsets[row + 1])].map((code) =>
        code < 0 ? null : strings[code]!,
      );
    }
    default:
      throw new Error(column.kind);
  }
}

const TYPES = new Map(
  [...payments.columns, ...outputColumns(asked)].map(({ name, type }) => [name, type.kind]),
);
function typeOf(name: string): string {
  const kind = TYPES.get(name);
  return kind === 'int32' ? 'int64' : (kind ?? '');
}

test('each value is the interpreter’s, over the features that a run without derived columns gives', async () => {
  const { derive: _, ...plain } = asked;
  const { derive: __, ...bare } = spend;
  const features: JoinSpec = {
    ...plain,
    parts: plain.parts.map((one, idx) => (idx === 0 ? { ...one, groupBy: bare } : one)),
  };
  const [base, made] = [await batchesOf(features), await batchesOf(asked)];
  const derived = computedColumns(asked).filter(({ column }) => column.expression !== undefined);
  const known = [
    ...payments.columns,
    ...computedColumns(asked).map(({ column }) => column),
    { name: 'ds', type: { kind: 'string' as const } },
  ];
  let values = 0;
  const nulls = new Map<string, number>();
  for (const [at, batch] of made.entries()) {
    const given = Object.keys(base[at]!.columns);
    for (let row = 0; row < batch.rows; row++) {
      const values_: Record<string, Value> = { ds: batch.ds };
      for (const name of given) values_[name] = cellOf(base[at]!, name, row);
      for (const { column } of derived) {
        const { typed, problems } = checkExpression(column.expression!, known);
        expect(problems).toEqual([]);
        const fitted = checkAssignable(typed!, column.type);
        if (!('typed' in fitted)) throw new Error(fitted.reason);
        const wanted = evaluateRow(fitted.typed, values_ as Row);
        values_[column.name] = wanted;
        expect(cellOf(batch, column.name, row), `${column.name} of row ${row}`).toEqual(wanted);
        values++;
        if (wanted === null) nulls.set(column.name, (nulls.get(column.name) ?? 0) + 1);
      }
    }
  }
  expect(values).toBe(900 * derived.length);
  for (const { column } of derived)
    expect(nulls.get(column.name) ?? 0, column.name).toBeLessThan(900);
});

test('the same bytes with 1 and 2 workers, in pieces, day by day', async () => {
  const publish = async (runs: readonly object[]) => {
    const out = newFolder();
    for (const options of runs) await trainSet(asked, { lake, out, workers: 1, ...options });
    return hashes(joinPath(out, 'train-sets', 'asked'), isPublished);
  };
  const whole = await publish([{}]);
  expect(Object.keys(whole).length).toBe(3);
  expect(await publish([{ workers: 2, buckets: 5 }])).toEqual(whole);
  // Partitions in pieces of a few rows.
  expect(await publish([{ memoryShares: { taskBytes: 4000, leastRows: 7 } }])).toEqual(whole);
  expect(await publish(DAYS.toReversed().map((ds) => ({ start: ds, end: ds })))).toEqual(whole);
});

test('another expression makes partitions stale, the same one written otherwise does not', async () => {
  const out = newFolder();
  const run = async (ratio: string) => {
    const of = join({
      name: 'asked',
      left: payments,
      parts: [part(spend)],
      derive: { ratio },
    });
    const { plan } = await trainSet(of, { lake, out, workers: 1 });
    return plan.reasons;
  };
  expect(await run('amount / spend_amount_average')).toEqual([
    { reason: 'never built', partitions: 3 },
  ]);
  expect(await run('amount/"spend_amount_average"')).toEqual([]);
  expect(await run('amount - spend_amount_average')).toEqual([
    { reason: 'definition changed', partitions: 3 },
  ]);
});

test('a groupBy on its own derives over its keys and features', async () => {
  const result = await backfill(spend, { lake, out: newFolder(), workers: 1 });
  const batches: ResultBatch[] = [];
  for await (const one of result.batches()) batches.push(one);
  const [batch] = batches;
  const at = batch!.dictionaries.user!.indexOf('u1');
  const row = (batch!.columns.user as { values: Int32Array }).values.indexOf(at);
  expect(cellOf(batch!, 'spend_label', row)).toMatch(/^U1:/);
  const [day, both, slope] = ['amount_sum_1d', 'amount_sum_2d', 'slope'].map((name) => {
    const column = batch!.columns[`spend_${name}`]!;
    return column.kind === 'f64' ? column.values[row]! : Number.NaN;
  });
  expect(slope).toBe(day! / both!);
});

test('types and functions are looked at before anything is read, all together', async () => {
  const wrong = join({
    name: 'asked',
    left: payments,
    parts: [part(spend)],
    derive: {
      a: 'amount + country',
      b: 'roud(amount)',
      c: 'country',
      d: { expression: 'amount > 1', type: 'string' },
    },
  });
  const error = await trainSet(wrong, { lake: '/nowhere', out: newFolder() }).catch((e) => e);
  if (!isTesseraError(error)) throw error;
  expect(
    error.problems.map((one) => `${one.at}: ${one.summary}\n${one.hint}`),
  ).toMatchInlineSnapshot(`
    [
      "asked › derive › a: expression: \`+\` takes numbers, not string column \`country\`.
    amount + country
           ^
    Text is joined with || and becomes a number with CAST(… AS double).",
      "asked › derive › b: expression: there is no function \`roud\`.
    roud(amount)
    ^
    Did you mean \`round\`?
    functions: abs, acos, asin, atan, atan2, bucket, cbrt, ceil, coalesce, concat, contains, cos, date_add, date_diff, date_trunc, day, day_of_week, day_of_year, element_at, ends_with, epoch_ms, exp, expm1, floor, format_time, from_unixtime, greatest, hash64, hour, if, instr, is_weekend, least, left, length, list_average, list_contains, list_length, list_max, list_min, list_sum, ln, log10, log1p, log2, lower, lpad, ltrim, map_get, map_keys, map_size, map_values, md5, minute, month, nullif, pow, quarter, replace, reverse, right, round, rpad, rtrim, second, sign, sin, split_part, sqrt, starts_with, substring, tan, tanh, timestamp_ms, to_date, trim, trunc, upper, week, year",
      "asked › derive › c: expression: a value of type string is no double.
    country
    ^
    Declare it: { expression: '…', type: 'string' }.",
      "asked › derive › d: expression: a value of type boolean is no string.
    amount > 1
    ^
    Declare it: { expression: '…', type: 'boolean' }.",
    ]
  `);
});
