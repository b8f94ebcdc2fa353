import { join as joinPath } from 'node:path';
import {
  average,
  count,
  entities,
  events,
  type FeatureRow,
  groupBy,
  isTesseraError,
  join,
  last,
  part,
  sum,
} from '@tessera/api';
import { buildTiles, type ResultBatch, trainSet } from '@tessera/engine';
import { features, table } from '@tessera/testing';
import { beforeAll, expect, expectTypeOf, test } from 'vitest';
import { newFolder, parquet } from '../files/workspace.js';

/** Columns that a source computes of its rows are columns like any other: inputs, keys, buckets, filters, left columns. */

const stored = {
  id: 'int64',
  user: 'string',
  amount: 'double',
  rate: 'double',
  country: 'string',
  at: 'timestamp',
} as const;

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: stored,
  select: {
    large: { expression: 'euros > 10', type: 'boolean' },
    euros: 'amount * rate',
    region: {
      expression: "upper(substring(country, 1, 1)) || '-' || length(user)",
      type: 'string',
    },
    hour: { expression: 'hour(at)', type: 'int32' },
  },
  time: 'at',
  tieBreaker: 'id',
  where: 'hour < 23',
});
const byRegion = groupBy({
  name: 'regions',
  source: payments,
  keys: ['region'],
  aggregations: [
    sum('euros', { windows: ['1d', '3d'] }),
    average('hour'),
    count({ where: 'large', as: 'large' }),
    count({ by: 'hour', windows: ['1d'] }),
    last('region'),
  ],
});
const people = entities({
  name: 'people',
  path: 'people',
  keys: ['user'],
  columns: { user: 'string', born: 'date' },
  select: { year: { expression: 'year(born)', type: 'int32' } },
});
const asked = join({
  name: 'asked',
  left: payments,
  parts: [part(byRegion), part(people, { missing: 'null' })],
  derive: { age: 'year(at) - people_year' },
});

test('in memory: rows have them too', async () => {
  const rows = await features(asked)
    .given({
      payments: table`
        id | user | amount | rate | country | at
        1  | u    | 10     | 2    | de      | 2025-01-01T10:00:00Z
        2  | u    | 3      | 1    | dk      | 2025-01-01T11:00:00Z
        3  | v    | 1      |      | fr      | 2025-01-01T23:00:00Z
        4  | w    | 5      | 1    | dz      | 2025-01-02T12:00:00Z`,
      people: table`
        ds         | user | born
        2025-01-01 | w    | 1990-05-05`,
    })
    .rows();
  expectTypeOf(rows).toEqualTypeOf<FeatureRow<typeof asked>[]>();
  expectTypeOf(rows[0]!.euros).toEqualTypeOf<number | null>();
  expectTypeOf(rows[0]!.large).toEqualTypeOf<boolean | null>();
  expectTypeOf(rows[0]!.region).toEqualTypeOf<string | null>();
  expect(rows.map((r) => [r.id, r.euros, r.large, r.region, r.hour])).toEqual([
    [1n, 20, true, 'D-1', 10],
    [2n, 3, false, 'D-1', 11],
    [4n, 5, false, 'D-1', 12],
  ]);
  expect(rows.map((r) => [r.regions_euros_sum_1d, r.regions_large, r.age])).toEqual([
    [null, 0, null],
    [20, 1, null],
    [null, 1, 35],
  ]);
});

const lake = joinPath(newFolder(), 'lake');
beforeAll(async () => {
  for (const [day, ds] of ['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-04'].entries()) {
    const rows = `SELECT ${day} * 1000 + i AS id, 'u' || (i % 12) AS "user", i / 7 AS amount, CASE WHEN i % 5 > 0 THEN (i % 5) / 2 END AS rate,
      CASE i % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'ös' END AS country, TIMESTAMP '${ds}' + to_milliseconds((i * 1234567) % 86400000) AS at FROM range(400) t(i)`;
    await parquet(joinPath(lake, `payments/ds=${ds}/a.parquet`), rows);
    // The same, computed before.
    await parquet(
      joinPath(lake, `plain/ds=${ds}/a.parquet`),
      `SELECT *, amount * rate AS euros, amount * rate > 10 AS large, CAST(hour("at") AS INTEGER) AS hour,
         CASE country WHEN 'de' THEN 'D' WHEN 'ös' THEN 'Ö' END || '-' || length("user") AS region FROM (${rows}) WHERE hour("at") < 23`,
    );
    await parquet(
      joinPath(lake, `people/ds=${ds}/a.parquet`),
      `SELECT 'u' || i AS "user", DATE '1980-02-29' + CAST(i * 400 AS INTEGER) AS born FROM range(9) t(i)`,
    );
  }
});

const plain = events({
  name: 'payments',
  path: 'plain',
  columns: { ...stored, large: 'boolean', euros: 'double', region: 'string', hour: 'int32' },
  time: 'at',
  tieBreaker: 'id',
});
const askedPlain = join({
  name: 'asked',
  left: plain,
  parts: [
    part(groupBy({ ...byRegionOptions(), source: plain })),
    part(people, { missing: 'null' }),
  ],
  derive: { age: 'year(at) - people_year' },
});

function byRegionOptions() {
  return {
    name: 'regions',
    keys: ['region'],
    aggregations: [
      sum('euros', { windows: ['1d', '3d'] }),
      average('hour'),
      count({ where: 'large', as: 'large' }),
      count({ by: 'hour', windows: ['1d'] }),
      last('region'),
    ],
  } as const;
}

async function cells(of: Parameters<typeof trainSet>[0], options: object) {
  const result = await trainSet(of, { lake, out: newFolder(), ...options });
  const batches: ResultBatch[] = [];
  for await (const batch of result.batches()) batches.push(batch);
  return batches.map(({ ds, rows, columns, dictionaries }) => ({
    ...{ ds, rows },
    columns: Object.fromEntries(Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1))),
    dictionaries,
  }));
}

test('from files: the values of columns that were computed before, by rows and by tiles', async () => {
  const wanted = await cells(askedPlain, { workers: 1, tiles: 'off' });
  expect(wanted.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(1500);
  expect(await cells(asked, { workers: 2, tiles: 'off', buckets: 3 })).toEqual(wanted);
  expect(await cells(asked, { workers: 1, tiles: 'always' })).toEqual(wanted);
});

test('another expression is another state of the tiles; what others read is kept', async () => {
  const out = newFolder();
  const of = (euros: string) =>
    groupBy({
      name: 'users',
      source: events({
        name: 'payments',
        path: 'payments',
        columns: stored,
        select: { euros },
        time: 'at',
      }),
      keys: ['user'],
      aggregations: [sum('euros', { windows: ['3d'] }), count({ windows: ['3d'] })],
    });
  const built = async (euros: string) => {
    const on = of(euros);
    const { counters } = await buildTiles(join({ name: 'j', left: plain, parts: [part(on)] }), {
      ...{ lake, out, workers: 1 },
    });
    return counters.tilePartitionsBuilt;
  };
  expect(await built('amount * rate')).toBe(4);
  expect(await built('amount   *rate')).toBe(0);
  expect(await built('amount + rate')).toBe(4);
});

test('sources over the same rows whose columns mean other things keep tiles of their own', async () => {
  const over = (name: string, more: object) =>
    groupBy({
      name,
      source: events({ name, path: 'payments', columns: stored, time: 'at', ...more } as never),
      keys: ['user'] as never,
      aggregations: [sum('x' as never, { windows: ['3d'] })] as never,
    });
  const { amount: _, ...others } = stored;
  const of = join({
    name: 'j',
    left: plain,
    parts: [
      part(over('product', { select: { x: 'amount * rate' } })),
      part(over('total', { select: { x: 'amount + rate' } })),
      // Without a column that those have.
      part(over('rates', { columns: others, select: { x: 'rate' } })),
    ],
  });
  const [day] = (await cells(of, { workers: 1, tiles: 'off', start: '2025-01-04' })) as object[];
  const [tiled] = await cells(of, { workers: 1, tiles: 'always', start: '2025-01-04' });
  expect(tiled).toEqual(day);
});

test('what is wrong is told before anything is read, with its place', async () => {
  const source = (select: Record<string, never | string | object>) =>
    events({ name: 'p', path: 'p', columns: stored, select: select as never, time: 'at' });
  const problems = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      if (isTesseraError(error)) return error.problems.map((one) => `${one.at}: ${one.summary}`);
      throw error;
    }
    return [];
  };
  expect(
    problems(() => source({ amount: 'rate', a: 'b + 1', b: 'a', c: 'ammount', ds: 'amount' })),
  ).toMatchInlineSnapshot(`
    [
      "p › select › amount: two columns are named \`amount\`.
    1: column \`amount\`
    2: selected \`amount\`",
      "p › select › c: expression: there is no column \`ammount\`.
    ammount
    ^",
      "p › select: computed columns read each other in a circle: a → b → a.",
      "p: \`select\` cannot hold \`ds\`: that is the partition label (S1.2).",
    ]
  `);
  const wrong = join({
    name: 'j',
    left: source({ twice: 'country * 2' }),
    parts: [
      part(groupBy({ ...byRegionOptions(), source: plain }), { keys: { country: 'region' } }),
    ],
  });
  const error = await trainSet(wrong, { lake, out: newFolder() }).catch((e) => e);
  expect(
    error.problems.map((one: Error & { at: string }) => `${one.at}: ${one.message}`),
  ).toMatchInlineSnapshot(`
    [
      "p › select › twice: BAD_EXPRESSION  p › select › twice
      expression: \`*\` takes numbers, not string column \`country\`.
      country * 2
              ^
      Text is joined with || and becomes a number with CAST(… AS double).",
    ]
  `);
});
