import { join as joinPath } from 'node:path';
import {
  ahead,
  approxPercentile,
  approxUniqueCount,
  average,
  call,
  col,
  count,
  entities,
  events,
  expr,
  groupBy,
  histogram,
  type Input,
  isTesseraError,
  join,
  lastK,
  max,
  part,
  rateOfChange,
  sum,
  topK,
  uniqueCount,
  variance,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import {
  backfill,
  explainValue,
  joinRows,
  type ResultBatch,
  type RunOptions,
  trainSet,
} from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { hashes, isPublished, newFolder, parquet, sql } from '../files/workspace.js';

/** An expression where an aggregation takes a column means the column that its source would `select` by it. */

const untyped = (value: unknown): never => value as never;

const stored = {
  id: 'int64',
  user: 'string',
  country: 'string',
  amount: 'double',
  rate: 'double',
  units: 'int64',
  sizes: 'list<double>',
  at: 'timestamp',
} as const;
const payments = events({ name: 'payments', path: 'payments', columns: stored, time: 'at' });

/** Each as text with its type; some are DuckDB's to compute, some ours. */
const WRITTEN = {
  euros: ['amount * rate', 'double'],
  growth: ['exp(amount / 100) - ln(rate)', 'double'],
  part: ['units / (units % 3)', 'double'],
  pieces: ['units * 3 - 1', 'int64'],
  large: ['amount > 20 AND rate IS NOT NULL', 'boolean'],
  region: ["upper(country) || '-' || coalesce(user, '?')", 'string'],
  all: ['CASE WHEN units > 1 THEN sizes END', 'list<double>'],
} as const;
type Name = keyof typeof WRITTEN;

const select = Object.fromEntries(
  Object.entries(WRITTEN).map(([name, [expression, type]]) => [name, { expression, type }]),
);
const computed = events({
  ...{ name: 'payments', path: 'payments', columns: stored, time: 'at' },
  select,
});

interface Inputs {
  readonly source: typeof payments;
  readonly of: (name: Name) => Input;
}
const BY_EXPRESSION: Inputs = {
  source: payments,
  of: (name) => expr(WRITTEN[name][0], WRITTEN[name][1]),
};
const BY_COLUMN: Inputs = { source: untyped(computed), of: (name) => name };

const windows = ['6h', '2d', null];
const spend = ({ source, of }: Inputs) =>
  groupBy({
    name: 'spend',
    source,
    keys: ['user'],
    aggregations: untyped([
      sum(untyped(of('euros')), untyped({ windows, as: 'a' })),
      average(untyped(of('growth')), untyped({ windows, as: 'b' })),
      variance(untyped(of('part')), untyped({ windows: ['3h'], as: 'c', tail: 'exact' })),
      sum(untyped(of('pieces')), { as: 'd', by: untyped('country') }),
      count(untyped(of('region')), { as: 'e', where: 'units > 1' }),
      uniqueCount(untyped(of('region')), untyped({ windows, as: 'f' })),
      histogram(untyped(of('large')), { windows: ['1d'], as: 'g' }),
      lastK(untyped(of('region')), { k: 3, as: 'h', by: untyped('country') }),
      topK(untyped(of('euros')), untyped({ k: 2, windows, as: 'i' })),
      approxUniqueCount(untyped(of('region')), { windows: ['1d'], as: 'j' }),
      approxPercentile(untyped(of('growth')), { percentiles: [10, 90], as: 'k' }),
      vectorSum(untyped(of('all')), untyped({ windows: ['2d'], as: 'l', where: 'units = 4' })),
      sum(untyped(of('all')), untyped({ windows: ['2d'], as: 'm' })),
      weightedAverage(untyped(of('part')), { weight: untyped(of('euros')), as: 'n' }),
      rateOfChange(untyped(of('pieces')), untyped({ windows: ['12h'], as: 'o' })),
      max('amount', untyped({ windows })),
    ]),
  });
const perCountry = ({ source, of }: Inputs) =>
  groupBy({
    name: 'land',
    source,
    keys: ['country'],
    aggregations: untyped([
      sum(untyped(of('large')), untyped({ windows: ['1d'], as: 'a' })),
      max(untyped(of('euros')), untyped({ windows: ['2d'], as: 'b' })),
    ]),
  });
const town = entities({
  name: 'towns',
  path: 'towns',
  keys: ['town'],
  columns: { town: 'string', land: 'string', people: 'int64' },
});
const towns = groupBy({
  name: 'towns',
  source: town,
  keys: ['land'],
  aggregations: [
    sum(expr('people / 1000'), { as: 'thousands' }),
    uniqueCount(expr(call('lower', col('town')).concat('!'), 'string'), { as: 'names' }),
  ],
});
const orders = events({
  name: 'orders',
  path: 'orders',
  columns: { user: 'string', country: 'string', other: 'string', at: 'timestamp' },
  time: 'at',
});
const asked = (inputs: Inputs) =>
  join({
    name: 'asked',
    left: orders,
    parts: [
      part(spend(inputs)),
      // Other left rows under the same keys: another scan, of the same tiles.
      part(untyped({ ...spend(inputs), name: 'other' }), { keys: untyped({ other: 'user' }) }),
      part(perCountry(inputs), { lag: '6h' }),
    ],
    labels: [
      ahead(untyped(inputs.of('euros')), {
        ...{ operation: 'sum', windows: ['12h', '2d'], keys: ['user'] as const, as: 'next' },
        source: untyped(inputs.source),
      }),
    ],
  });

const DAYS = ['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-04'];
const lake = joinPath(newFolder(), 'lake');

beforeAll(async () => {
  for (const [day, ds] of DAYS.entries()) {
    await parquet(
      joinPath(lake, `payments/ds=${ds}/a.parquet`),
      `SELECT ${day} * 1000 + i AS id, 'u' || (i % 4) AS "user",
         CASE i % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'ös' END AS country,
         CASE WHEN i % 11 > 0 THEN i / 7 END AS amount, CASE WHEN i % 5 > 0 THEN (i % 5) / 2 END AS rate,
         (i * 7 % 6)::BIGINT AS units, [i / 3, i % 2] AS sizes,
         TIMESTAMP '${ds}' + to_milliseconds((i * 1234567) % 86400000) AS at FROM range(200) t(i)`,
    );
    await parquet(
      joinPath(lake, `orders/ds=${ds}/a.parquet`),
      `SELECT 'u' || (i % 5) AS "user", CASE i % 2 WHEN 0 THEN 'de' ELSE 'ös' END AS country, 'u' || (i % 3) AS other,
         TIMESTAMP '${ds}' + to_milliseconds((i * 7654321) % 86400000) AS at FROM range(40) t(i)`,
    );
    await parquet(
      joinPath(lake, `towns/ds=${ds}/a.parquet`),
      `SELECT 't' || i AS town, CASE i % 2 WHEN 0 THEN 'de' ELSE 'ös' END AS land, (i * 1234)::BIGINT AS people FROM range(9) t(i)`,
    );
  }
});

async function cells(of: Parameters<typeof trainSet>[0], options: RunOptions) {
  const result = await trainSet(of, { lake, out: newFolder(), ...options });
  const batches: ResultBatch[] = [];
  for await (const batch of result.batches()) batches.push(batch);
  return batches.map(({ ds, rows, columns, dictionaries }) => ({
    ds,
    rows,
    columns,
    dictionaries,
  }));
}

test('from files, by rows, in pieces, and by tiles: the values of selected columns', async () => {
  const wanted = await cells(asked(BY_COLUMN), { workers: 1, tiles: 'off' });
  expect(wanted.reduce((n, { rows }) => n + rows, 0)).toBe(160);
  const own = asked(BY_EXPRESSION);
  expect(await cells(own, { workers: 2, tiles: 'off', buckets: 3 })).toEqual(wanted);
  expect(await cells(own, { workers: 1, tiles: 'always' })).toEqual(wanted);
  const [first] = await sql(
    `SELECT sum(amount * rate) AS total FROM read_parquet('${lake}/payments/*/*.parquet') WHERE "user" = 'u1' AND "at" < TIMESTAMP '2025-01-05'`,
  );
  const last = await joinAt(own, '2025-01-05T00:00:00Z');
  expect(Number(first?.total)).toBeGreaterThan(1000);
  expect(last.spend_a as number).toBeCloseTo(Number(first?.total), 6);
});

/** One row at an instant, asked of the rows of all days in memory. */
async function joinAt(of: ReturnType<typeof asked>, at: string, options = {}) {
  const rows = (await sql(
    `SELECT * EXCLUDE (ds, "at"), strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ') AS "at" FROM read_parquet('${lake}/payments/*/*.parquet')`,
  )) as never[];
  const left = [{ user: 'u1', country: 'de', other: 'u2', at }];
  const found = await joinRows(of, { payments: rows, orders: left } as never, options);
  return found[0]!;
}

test('in memory, whole and in slices', async () => {
  const at = '2025-01-03T12:34:56Z';
  const wanted = await joinAt(asked(BY_COLUMN), at);
  expect(Object.values(wanted).filter((value) => value !== null).length).toBeGreaterThan(40);
  let slices = 0;
  for (const options of [
    {},
    {
      memoryShares: { taskBytes: 300, leastRows: 1 },
      onCounters: (counters: { readonly slices: number }) => {
        slices += counters.slices;
      },
    },
  ])
    expect(await joinAt(asked(BY_EXPRESSION), at, options)).toEqual(wanted);
  expect(slices).toBeGreaterThan(2);
});

test('a backfill: the bytes of selected columns, by rows and by tiles', async () => {
  const run = (of: Parameters<typeof backfill>[0], tiles: 'off' | 'always') =>
    backfill(of, { lake, out: newFolder(), workers: 1, tiles });
  const wanted = await run(spend(BY_COLUMN), 'off');
  for (const tiles of ['off', 'always'] as const) {
    const made = await run(spend(BY_EXPRESSION), tiles);
    expect(hashes(made.path ?? '', isPublished)).toEqual(hashes(wanted.path ?? '', isPublished));
  }
});

test('snapshots of entities', async () => {
  const of = join({ name: 'j', left: orders, parts: [part(towns, { keys: { country: 'land' } })] });
  const [first] = await cells(of, { start: DAYS[1]!, end: DAYS[1]!, workers: 1 });
  const thousands = first?.columns.towns_thousands as { values: Float64Array };
  const de = [0, 2, 4, 6, 8].reduce((total, i) => total + (i * 1234) / 1000, 0);
  const os = [1, 3, 5, 7].reduce((total, i) => total + (i * 1234) / 1000, 0);
  const names = first?.columns.towns_names as { values: BigInt64Array };
  expect(new Set(names.values)).toEqual(new Set([5n, 4n]));
  expect([...new Set(thousands.values)].map((value) => value.toFixed(6)).sort()).toEqual(
    [de, os].map((value) => value.toFixed(6)).sort(),
  );
});

test('one scan serves all that parts over one source take, and reads what that needs', async () => {
  const g = (name: string, ...aggregations: never[]) =>
    groupBy({ name, source: payments, keys: ['user'], aggregations });
  const of = join({
    name: 'j',
    left: orders,
    parts: [
      part(g('a', untyped(sum('amount', { windows: ['1d'] })))),
      part(g('b', untyped(sum(expr('amount * rate'), { windows: ['1d'], as: 'x' })))),
      part(g('c', untyped(max(col('amount').times(col('rate')), { windows: ['1d'], as: 'x' })))),
      part(g('d', untyped(max(expr('units + 1'), { windows: ['1d'], as: 'x' })))),
    ],
  });
  const { counters } = await trainSet(of, { lake, out: newFolder(), workers: 1, tiles: 'off' });
  expect(counters).toMatchObject({ filesRead: 4, rowsScanned: 800 });
});

test('an explained value says what was computed', async () => {
  const of = asked(BY_EXPRESSION);
  const out = newFolder();
  const run = { lake, out, workers: 1 } as const;
  await trainSet(of, { ...run, tiles: 'always' });
  for (const tiles of ['auto', 'off'] as const)
    for (const [column, input, weight] of [
      ['spend_a_2d', WRITTEN.euros[0], null],
      ['spend_h_by_country', WRITTEN.region[0], null],
      ['spend_n', 'units / (units % 3)', WRITTEN.euros[0]],
      ['land_a_1d', WRITTEN.large[0], null],
      ['label_next_12h', WRITTEN.euros[0], null],
    ] as const) {
      const explained = await explainValue(of, {
        ...{ lake, out, tiles, column },
        keys: { user: 'u1', country: 'de', other: 'u1' },
        at: '2025-01-03T12:00:00Z',
      });
      expect(explained.origin).toMatchObject({ input, weight });
      expect(explained.outcome.kind).toBe('value');
      expect(explained.pieces.count).toBeGreaterThan(5);
    }
  const selected = await explainValue(asked(BY_COLUMN), {
    ...{ lake, out, column: 'spend_a_2d', keys: { user: 'u1' }, at: '2025-01-03T12:00:00Z' },
  });
  expect(selected.origin.input).toBe('euros');
});

test('what has no type is told before anything is read, each once', async () => {
  const source = events({
    ...{ name: 'p', path: 'p', columns: stored, time: 'at' },
    select: { wrong: 'country + 1' },
  });
  const g = (name: string, ...aggregations: never[]) =>
    groupBy({ name, source, keys: ['user'], aggregations });
  const of = join({
    name: 'j',
    left: source,
    parts: [
      part(
        g(
          'a',
          untyped(sum(expr('amount * contry_code(country)'), { as: 'x' })),
          untyped(average(expr('amount || 1'), { as: 'y', windows: ['1d'] })),
          untyped(uniqueCount(col('country'), { as: 'z' })),
        ),
      ),
      part(g('b', untyped(weightedAverage('amount', { weight: expr('at'), as: 'x' })))),
    ],
    labels: [
      ahead(expr('lower(amount)', 'string'), {
        ...{ operation: 'uniqueCount', windows: ['1d'], keys: ['user'], as: 'x' },
      }),
    ],
  });
  const error: unknown = await trainSet(of, { lake, out: newFolder() }).catch((e) => e);
  expect(
    isTesseraError(error) && error.problems.map((one) => `${one.at}: ${one.message}`),
  ).toMatchInlineSnapshot(`
    [
      "p › select › wrong: BAD_EXPRESSION  p › select › wrong
      expression: \`+\` takes numbers, not string column \`country\`.
      country + 1
              ^
      Text is joined with || and becomes a number with CAST(… AS double).",
      "a › sum(amount * contry_code(country)): BAD_EXPRESSION  a › sum(amount * contry_code(country))
      expression: there is no function \`contry_code\`.
      amount * contry_code(country)
               ^
      functions: abs, acos, asin, atan, atan2, bucket, cbrt, ceil, coalesce, concat, contains, cos, date_add, date_diff, date_trunc, day, day_of_week, day_of_year, element_at, ends_with, epoch_ms, exp, expm1, floor, format_time, from_unixtime, greatest, hash64, hour, if, instr, is_weekend, least, left, length, list_average, list_contains, list_length, list_max, list_min, list_sum, ln, log10, log1p, log2, lower, lpad, ltrim, map_get, map_keys, map_size, map_values, md5, minute, month, nullif, pow, quarter, replace, reverse, right, round, rpad, rtrim, second, sign, sin, split_part, sqrt, starts_with, substring, tan, tanh, timestamp_ms, to_date, trim, trunc, upper, week, year",
      "a › average(amount || 1): BAD_EXPRESSION  a › average(amount || 1)
      expression: a value of type string is no double.
      amount || 1
      ^
      Declare it: { expression: '…', type: 'string' }.",
      "a › uniqueCount(country): BAD_EXPRESSION  a › uniqueCount(country)
      expression: a value of type string is no double.
      country
      ^
      Declare it: { expression: '…', type: 'string' }.",
      "b › weightedAverage('amount'): BAD_EXPRESSION  b › weightedAverage('amount')
      expression: a value of type timestamp is no double.
      at
      ^
      Declare it: { expression: '…', type: 'timestamp' }.",
      "label › uniqueCount(lower(amount)): BAD_EXPRESSION  label › uniqueCount(lower(amount))
      expression: \`lower\` takes string, not double as argument 1.
      lower(amount)
            ^
      It is lower(s: string) → string.",
    ]
  `);
});

test('STRICT names the expression that gave an infinite value', async () => {
  const of = join({
    ...{ name: 'j', left: orders },
    parts: [
      part(
        groupBy({
          ...{ name: 'g', source: payments, keys: ['user'] },
          aggregations: [sum(expr('coalesce(amount, 0)'), { as: 'x' })],
        }),
      ),
    ],
  });
  const tables = {
    payments: [{ user: 'u', amount: Number.POSITIVE_INFINITY, at: '2025-01-01T00:00:00Z' }],
    orders: [{ user: 'u', at: '2025-01-02T00:00:00Z' }],
  };
  await expect(joinRows(of, tables as never, { strict: true } as never)).rejects.toMatchObject({
    code: 'INFINITE_INPUT',
    params: { column: 'coalesce(amount, 0)' },
  });
});
