import { writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import {
  count,
  entities,
  events,
  groupBy,
  type JoinSpec,
  join,
  part,
  sql as sqlText,
  sum,
} from '@tessera/api';
import { backfill, joinRows, type RunOptions, trainSet } from '@tessera/engine';
import { beforeEach, describe, expect, test } from 'vitest';
import { dayFile } from './till.js';
import { datasetRows, filesBelow, newFolder, parquet } from './workspace.js';

/** What a run refuses before it computes or writes anything. */

const orders = events({
  name: 'orders',
  path: 'orders',
  columns: { id: 'int64!', user: 'string', at: 'timestamp' },
  time: 'at',
});
const paymentColumns = {
  user: 'string!',
  amount: 'double!',
  note: 'string!',
  at: 'timestamp',
} as const;
const payments = events({
  name: 'payments',
  path: 'payments',
  columns: paymentColumns,
  time: 'at',
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['1d'] })],
});
const asked = join({ name: 'asked', left: orders, parts: [part(spend)] });

let lake = '';
beforeEach(async () => {
  lake = newFolder();
  await parquet(file('orders', '2025-03-01'), ordersOf('2025-03-01'));
  await parquet(file('orders', '2025-03-02'), ordersOf('2025-03-02'));
  await parquet(file('payments', '2025-03-01'), paymentsOf({}));
});

const file = (source: string, ds: string) => dayFile(lake, source, ds);
const ordersOf = (ds: string) =>
  `SELECT 1::BIGINT AS id, 'u' AS "user", TIMESTAMP '${ds} 12:00:00' AS at`;
const paymentsOf = ({ user = `'u'`, amount = '1', note = `'x'`, ds = '2025-03-01' }) =>
  `SELECT (${user})::VARCHAR AS "user", (${amount})::DOUBLE AS amount, (${note})::VARCHAR AS note, TIMESTAMP '${ds} 09:00:00' AS at`;
const run = (of: JoinSpec = asked, options: RunOptions = {}) =>
  trainSet(of, { lake, out: joinPath(lake, 'out'), workers: 1, ...options });
const nothingIsWritten = () => expect(filesBelow(joinPath(lake, 'out'))).toEqual([]);

describe('options of a program', () => {
  test.each([
    [{ limit: 0 }, 'limit', '0'],
    [{ limit: 1.5 }, 'limit', '1.5'],
    [{ buckets: -1 }, 'buckets', '-1'],
    [{ buckets: 100_000 }, 'buckets', '100000'],
    [{ workers: 0 }, 'workers', '0'],
    [{ workers: Number.NaN }, 'workers', 'NaN'],
    [{ workers: '2' }, 'workers', '"2"'],
    [{ start: '2025-02-30' }, 'start', '"2025-02-30"'],
    [{ end: 20250301 }, 'end', '20250301'],
    [{ lake: 7 }, 'lake', '7'],
    [{ out: '' }, 'out', '""'],
    [{ out: null }, 'out', 'null'],
    [{ format: 'json' }, 'format', '"json"'],
    [{ strict: 'yes' }, 'strict', '"yes"'],
    [{ signal: {} }, 'signal', 'an object'],
    [{ onPlan: 1 }, 'onPlan', '1'],
  ])('%j', async (options, option, value) => {
    const expected = {
      code: 'BAD_OPTION',
      kind: 'user',
      params: { option },
      message: expect.stringContaining(`: ${value}.`),
    };
    await expect(run(asked, options as RunOptions)).rejects.toMatchObject(expected);
    await expect(
      backfill(spend, { lake, workers: 1, ...(options as RunOptions) }),
    ).rejects.toMatchObject(expected);
    nothingIsWritten();
  });

  test('all mistakes together; what is undefined is not given', async () => {
    const bad = { limit: -1, worker: 2, start: 'yesterday' } as RunOptions;
    await expect(run(asked, bad)).rejects.toMatchObject({
      problems: [
        { params: { option: 'start' } },
        { params: { option: 'limit' } },
        { params: { option: 'worker' }, message: expect.stringContaining('`workers`') },
      ],
    });
    const range = { start: '2025-03-02', end: '2025-03-01' };
    await expect(run(asked, range)).rejects.toMatchObject({ code: 'BAD_RANGE' });
    expect((await run(asked, { start: undefined, limit: undefined })).rows).toBe(2);
  });

  test('a definition of another kind', async () => {
    await expect(trainSet(spend as unknown as JoinSpec)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      params: { option: 'join' },
    });
    await expect(backfill(undefined as unknown as typeof spend)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      params: { option: 'groupBy' },
    });
  });
});

describe('columns declared as never null', () => {
  const refused = (column: string, ds = '2025-03-02') => ({
    code: 'NULL_IN_COLUMN',
    kind: 'user',
    params: { source: 'payments', column, file: `payments/ds=${ds}/a.parquet`, rows: 1 },
  });

  test.each([
    ['a key', { user: 'NULL' }, 'user'],
    ['an input', { amount: 'NULL' }, 'amount'],
    ['NaN, which is null', { amount: `'nan'` }, 'amount'],
  ])('%s', async (_, cells, column) => {
    await parquet(file('payments', '2025-03-02'), paymentsOf({ ...cells, ds: '2025-03-02' }));
    await expect(run()).rejects.toMatchObject(refused(column));
    await expect(
      backfill(spend, { lake, out: joinPath(lake, 'out'), workers: 1 }),
    ).rejects.toMatchObject(refused(column));
    nothingIsWritten();
    // Files and columns that the run does not read may hold anything.
    expect((await run(asked, { end: '2025-03-01' })).rows).toBe(1);
  });

  test('a column that is not read', async () => {
    await parquet(file('payments', '2025-03-02'), paymentsOf({ note: 'NULL', ds: '2025-03-02' }));
    expect((await run()).rows).toBe(2);
  });

  test('of the left, in every column; several are told together', async () => {
    await parquet(
      file('orders', '2025-03-02'),
      `${ordersOf('2025-03-02')} UNION ALL SELECT NULL, 'u', NULL`,
    );
    await parquet(file('payments', '2025-03-02'), paymentsOf({ user: 'NULL', ds: '2025-03-02' }));
    await expect(run()).rejects.toMatchObject({
      problems: [
        { params: { source: 'orders', column: 'id', file: 'orders/ds=2025-03-02/a.parquet' } },
        refused('user'),
      ],
    });
  });

  test('in CSV', async () => {
    const csv = events({
      ...{ name: 'payments', path: 'csv', format: 'csv' },
      columns: paymentColumns,
      time: 'at',
    });
    const of = join({
      name: 'csv',
      left: orders,
      parts: [
        part(
          groupBy({
            name: 'spend',
            source: csv,
            keys: ['user'],
            aggregations: [count({ windows: ['1d'] })],
          }),
        ),
      ],
    });
    await parquet(file('csv', '2025-03-01'), paymentsOf({}));
    writeFileSync(
      joinPath(lake, 'csv.csv'),
      'user,amount,note,at\nu,1,x,2025-03-01T09:00:00Z\n,1,x,2025-03-01T09:00:00Z\n',
    );
    const one = {
      ...of,
      parts: of.parts.map((p) => ({
        ...p,
        groupBy: { ...p.groupBy, source: { ...csv, path: 'csv.csv' } },
      })),
    };
    await expect(run(one)).rejects.toMatchObject({
      code: 'NULL_IN_COLUMN',
      params: { column: 'user', file: 'csv.csv', rows: 1 },
    });
  });
});

describe('files outside ds folders', () => {
  const plain = (columns: Record<string, 'int64' | 'string' | 'timestamp'>) =>
    events({ name: 'plain', path: 'plain.parquet', columns, time: 'at' } as never) as typeof orders;
  const of = (left: typeof orders) => join({ name: 'plain', left, parts: [part(spend)] });
  const columns = { id: 'int64', user: 'string', at: 'timestamp' } as const;

  test('a file without rows has no day, and says so', async () => {
    await parquet(joinPath(lake, 'plain.parquet'), `${ordersOf('2025-03-01')} LIMIT 0`);
    for (const work of [
      () => run(of(plain(columns))),
      () => run(of(plain(columns)), { start: '2025-03-01' }),
      () =>
        backfill(
          groupBy({ name: 'g', source: plain(columns), keys: ['user'], aggregations: [count()] }),
          { lake, workers: 1 },
        ),
    ]) {
      await expect(work()).rejects.toMatchObject({
        code: 'NO_PARTITIONS',
        message: expect.stringMatching(
          /plain: no row that has a day .*plain\.parquet\.\n.*there is no row/,
        ),
      });
    }
  });

  test('one without rows on the right is empty', async () => {
    await parquet(joinPath(lake, 'plain.parquet'), `${ordersOf('2025-03-01')} LIMIT 0`);
    const right = groupBy({
      name: 'g',
      source: plain(columns),
      keys: ['user'],
      aggregations: [count()],
    });
    const { path } = await run(join({ name: 'right', left: orders, parts: [part(right)] }));
    expect((await datasetRows(path ?? '')).map((row) => row.g_count)).toEqual([0n, 0n]);
  });

  test('S1.2: `ds` is the label of a folder; in a file it is refused, or left alone where it is not declared', async () => {
    await parquet(
      joinPath(lake, 'plain.parquet'),
      `SELECT *, '2025-09-09' AS ds FROM (${ordersOf('2025-03-01')})`,
    );
    const declared = plain({ ...columns, ds: 'string' });
    await expect(run(of(declared))).rejects.toMatchObject({
      code: 'DS_WITHOUT_FOLDERS',
      kind: 'user',
      params: { source: 'plain' },
    });
    expect((await run(of(plain(columns)))).partitionsWritten).toEqual(['2025-03-01']);
    const fixed = entities({
      name: 'fixed',
      path: 'plain.parquet',
      keys: ['user'],
      columns: { user: 'string', ds: 'string' },
      static: true,
    });
    await expect(
      run(join({ name: 'j', left: orders, parts: [part(fixed)] })),
    ).rejects.toMatchObject({
      code: 'DS_WITHOUT_FOLDERS',
    });
  });
});

describe('sql() predicates', () => {
  const where = (text: string, place: 'source' | 'aggregation' = 'aggregation') => {
    const source =
      place === 'source'
        ? events({
            name: 'payments',
            path: 'payments',
            columns: paymentColumns,
            time: 'at',
            where: sqlText(text),
          })
        : payments;
    const filter = place === 'aggregation' ? { where: sqlText(text) } : {};
    return join({
      name: 'filtered',
      left: orders,
      parts: [
        part(
          groupBy({
            name: 'spend',
            source,
            keys: ['user'],
            aggregations: [count({ windows: ['2d'], ...filter })],
          }),
        ),
      ],
    });
  };

  test.each([
    ['amount > 1) OR (1=1', /syntax error/],
    ['amount > 1; DROP TABLE x', /one expression|SELECT/],
    ['amount > 1 /* open', /unterminated/],
    ['amount > 1 --\n) OR (1=1', /syntax error/],
    ['amount > 1, TRUE', /one expression/],
    ['amount > 1 AS x', /one expression/],
    ['amount > 1 FROM payments', /one expression/],
    ['TRUE LIMIT 1', /one expression/],
    ['TRUE UNION SELECT FALSE', /one expression/],
    ['amount IN (SELECT 1)', /no subquery/],
    ['EXISTS (FROM range(3))', /no subquery/],
    ['row_number() OVER () = 1', /no window/],
    ['sum(amount) > 1', /`sum` is an aggregate/],
    ['amount > $1', /no parameter/],
    ['COLUMNS(*) IS NULL', /no star/],
    ['RANDOM() > 0.5', /`random` changes/],
    ['"at" < now()', /`now` changes/],
    ['"at" < current_timestamp', /no column `current_timestamp`/],
    ['amout > 1', /no column `amout`/],
    ['nothing(amount)', /DuckDB/],
    ['amount + 1', /DOUBLE, not BOOLEAN/],
  ])('%s', async (text, reason) => {
    for (const place of ['source', 'aggregation'] as const) {
      const refused = {
        code: 'BAD_PREDICATE',
        kind: 'user',
        message: expect.stringMatching(reason),
        at: place === 'source' ? 'payments' : 'spend › COUNT',
      };
      await expect(run(where(text, place))).rejects.toMatchObject(refused);
      await expect(joinRows(where(text, place), {})).rejects.toMatchObject(refused);
    }
    nothingIsWritten();
  });

  test.each([
    ["note LIKE 'x%' -- a comment", 1],
    ['AMOUNT BETWEEN 0 AND 1', 1],
    ["note = ')' OR note = ';'", 0],
    ['len(list_filter([1, 2], lambda v: v > amount)) = 1', 1],
    ["CASE WHEN note = 'y' THEN TRUE ELSE NULL END", 0],
  ])('%s', async (text, expected) => {
    for (const place of ['source', 'aggregation'] as const) {
      const { path } = await run(where(text, place), { out: joinPath(lake, place) });
      expect((await datasetRows(path ?? ''))[0]).toMatchObject({
        spend_count_2d: BigInt(expected),
      });
    }
  });
});
