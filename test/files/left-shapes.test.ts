import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import {
  count,
  entities,
  events,
  groupBy,
  type JoinSpec,
  join,
  last,
  part,
  sum,
} from '@tessera/api';
import { backfill, type RunOptions, type RunResult, trainSet } from '@tessera/engine';
import { beforeEach, describe, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import type { OracleRow, Row, Tables } from '../oracle/types.js';
import { publishedRows, writeTable } from './lake-tables.js';
import { orderColumns, numberedOrders as orders, paymentColumns, payments } from './till.js';
import { filesBelow, newFolder, parquet, rawRows } from './workspace.js';

const spend = (source: typeof payments = payments) =>
  groupBy({
    name: 'spend',
    source,
    keys: ['user'],
    aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['2d'] }), last('amount')],
  });

const asked = join({ name: 'asked', left: orders, parts: [part(spend())] });

const PAID: Row[] = [
  { user: 'a', amount: 1, at: '2025-03-01T10:00:00Z' },
  { user: 'a', amount: 2, at: '2025-03-02T10:00:00Z' },
  { user: 'b', amount: 4, at: '2025-03-02T10:00:00Z' },
  { user: 'a', amount: 8, at: '2025-03-03T10:00:00Z' },
  { user: 'b', amount: 16, at: '2025-03-04T10:00:00Z' },
];
/** Not in the order of time. */
const ORDERED: Row[] = [
  { id: 1, user: 'a', at: '2025-03-04T12:00:00Z' },
  { id: 2, user: 'b', at: null },
  { id: 3, user: 'b', at: '2025-03-02T12:00:00Z' },
  { id: 4, user: 'a', at: '2025-03-02T11:00:00Z' },
  { id: 5, user: null, at: '2025-03-04T13:00:00Z' },
  { id: 6, user: 'a', at: '2500-01-01T00:00:00Z' },
  { id: 7, user: 'c', at: '2025-03-03T00:00:00Z' },
  { id: 8, user: 'a', at: '2025-03-02T12:00:00Z' },
];

let lake = '';
beforeEach(() => {
  lake = newFolder();
});

const run = (of: JoinSpec, options: RunOptions = {}) =>
  trainSet(of, { lake, out: joinPath(lake, 'out'), workers: 1, ...options });

async function write(of: JoinSpec, tables: Tables, files = 1): Promise<void> {
  for (const source of new Set([of.left, ...of.parts.map((one) => one.groupBy.source)])) {
    await writeTable(lake, source, tables[source.name] ?? [], { files });
  }
}

/** Publish, and compare with the quadratic oracle; every partition with the days it must have. */
async function check(of: JoinSpec, tables: Tables, options: RunOptions = {}): Promise<RunResult> {
  const result = await run(of, options);
  const expected = naiveJoin(of, tables);
  const wanted = expected.map(({ ds: _, ...row }) => row);
  expect(mismatches(of, wanted, await publishedRows(of, result.path ?? ''))).toEqual([]);
  expect(result.partitionsWritten).toEqual([...new Set(expected.map(({ ds }) => ds))].sort());
  expect(result.report.left.rows).toBe(expected.length);
  return result;
}

const ids = (rows: readonly OracleRow[]) => rows.map(({ id }) => id);

describe('a left without ds folders', () => {
  test('S1.3, S1.6, S8: days from time, __none__ without one', async () => {
    await write(asked, { payments: PAID, orders: ORDERED });
    const result = await check(asked, { payments: PAID, orders: ORDERED });
    expect(result.partitionsWritten).toEqual([
      '2025-03-02',
      '2025-03-03',
      '2025-03-04',
      '__none__',
    ]);
    // S4.3: within a partition in the order of the file.
    expect(ids(await publishedRows(asked, result.path ?? ''))).toEqual([3, 4, 8, 7, 1, 5, 2, 6]);
    expect(result.report.left).toEqual({
      rows: 8,
      rowsWithoutTime: 2,
      rowsWithNullKey: [{ part: 'spend', rows: 1 }],
    });
    expect((await run(asked)).partitionsWritten).toEqual([]);
  });

  test('one file, and folders in folders', async () => {
    await writeTable(lake, payments, PAID);
    for (const [path, rows] of [
      ['orders/b', ORDERED.slice(0, 3)],
      ['orders/a/deep/er', ORDERED.slice(3)],
      ['orders/_ignored', ORDERED],
    ] as const) {
      await writeTable(lake, { ...orders, path }, rows);
    }
    const inOrder = [...ORDERED.slice(3), ...ORDERED.slice(0, 3)];
    const folders = await check(asked, { payments: PAID, orders: inOrder });
    expect(folders.plan.totalFiles).toBe(3);

    const single = events({
      name: 'orders',
      path: 'orders/b/part-000.parquet',
      columns: orderColumns,
      time: 'at',
    });
    const byFile = join({ name: 'single', left: single, parts: [part(spend())] });
    await check(byFile, { payments: PAID, orders: ORDERED.slice(0, 3) });
  });

  test('--start and --end', async () => {
    await write(asked, { payments: PAID, orders: ORDERED });
    const middle = await run(asked, { start: '2025-03-03', end: '2025-03-03' });
    expect(middle.partitionsWritten).toEqual(['2025-03-03']);
    // Rows without a day are in no range.
    const onwards = await run(asked, { start: '2025-03-03' });
    expect(onwards.partitionsWritten).toEqual(['2025-03-04']);
    expect(onwards.plan).toMatchObject({ start: '2025-03-03', end: '2025-03-04', upToDate: 1 });
    expect((await run(asked)).partitionsWritten).toEqual(['2025-03-02', '__none__']);
  });

  test.each([1, 2, 3, 5, 8, 100])(
    '--limit %i: the first rows in the order of partitions',
    async (limit) => {
      await write(asked, { payments: PAID, orders: ORDERED });
      const whole = naiveJoin(asked, { payments: PAID, orders: ORDERED });
      const preview = await run(asked, { limit });
      expect(preview).toMatchObject({ rows: Math.min(limit, 8), path: null });
      expect(await firstIds(preview)).toEqual(ids(whole).slice(0, limit));
      const later = await run(asked, { limit, start: '2025-03-03' });
      expect(await firstIds(later)).toEqual([7, 1, 5].slice(0, limit));
      expect(filesBelow(joinPath(lake, 'out'))).toEqual([]);
    },
  );
});

async function firstIds(result: RunResult): Promise<number[]> {
  const found: number[] = [];
  for await (const { columns } of result.batches()) {
    if (columns.id?.kind !== 'f64') throw new Error('ids are int32');
    found.push(...columns.id.values);
  }
  return found;
}

describe('a left with ds folders', () => {
  const inFolders = (rows: readonly Row[]) => rows.map((row) => ({ ...row, ds: '2025-03-02' }));

  test('S1.2, S8: a row stays in its partition, whatever its time', async () => {
    const tables = {
      payments: PAID,
      orders: [
        ...inFolders(ORDERED),
        { id: 9, user: 'b', at: '2025-03-04T00:00:00Z', ds: '2025-03-05' },
      ],
    };
    await write(asked, tables, 3);
    const result = await check(asked, tables);
    expect(result.partitionsWritten).toEqual(['2025-03-02', '2025-03-05']);
  });

  test('folders below ds, a folder without files, a file without rows', async () => {
    const tables = { payments: PAID, orders: inFolders(ORDERED) };
    await write(asked, tables);
    const [from, to] = ['ds=2025-03-02/part-000.parquet', 'ds=2025-03-02/hour=12/x/y.parquet'];
    mkdirSync(joinPath(lake, 'orders/ds=2025-03-02/hour=12/x'), { recursive: true });
    renameSync(joinPath(lake, 'orders', from), joinPath(lake, 'orders', to));
    mkdirSync(joinPath(lake, 'orders/ds=2025-03-03'));
    await parquet(
      joinPath(lake, 'orders/ds=2025-03-04/none.parquet'),
      `FROM read_parquet('${joinPath(lake, 'orders', to)}') LIMIT 0`,
    );
    const { path, partitionsWritten, rows } = await run(asked);
    expect({ partitionsWritten, rows }).toEqual({
      partitionsWritten: ['2025-03-02', '2025-03-04'],
      rows: 8,
    });
    expect(
      mismatches(
        asked,
        naiveJoin(asked, tables).map(({ ds: _, ...row }) => row),
        await publishedRows(asked, path ?? ''),
      ),
    ).toEqual([]);
    // Empty is not missing: a partition of no rows is published, listed, and has all columns.
    const manifest = JSON.parse(readFileSync(joinPath(path ?? '', '_manifest.json'), 'utf8')) as {
      partitions: Record<string, { rows: number }>;
    };
    expect(Object.entries(manifest.partitions).map(([ds, one]) => [ds, one.rows])).toEqual([
      ['2025-03-02', 8],
      ['2025-03-04', 0],
    ]);
    for (const ds of ['2025-03-04']) {
      const schema = await rawRows(
        `DESCRIBE FROM read_parquet('${path}/ds=${ds}/part-0.parquet', hive_partitioning = false)`,
      );
      expect(schema.map((column) => `${column.column_name} ${column.column_type}`)).toEqual([
        'id INTEGER',
        'user VARCHAR',
        'at TIMESTAMP',
        'spend_count_1d BIGINT',
        'spend_amount_sum_2d DOUBLE',
        'spend_amount_last DOUBLE',
      ]);
    }
    expect((await run(asked)).partitionsWritten).toEqual([]);
  });

  test('a range without a partition', async () => {
    await write(asked, { payments: PAID, orders: inFolders(ORDERED) });
    await expect(run(asked, { start: '2026-01-01' })).rejects.toMatchObject({
      code: 'NO_PARTITIONS',
      kind: 'user',
      params: { source: 'orders', range: '2026-01-01 to …' },
    });
    await expect(run(asked, { start: '2025-03-03', end: '2025-03-02' })).rejects.toMatchObject({
      code: 'BAD_RANGE',
    });
    await expect(run(asked, { end: '2025-02-30' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    expect(filesBelow(joinPath(lake, 'out'))).toEqual([]);
  });

  test('where, and its limit', async () => {
    const some = events({
      name: 'orders',
      path: 'orders',
      columns: orderColumns,
      time: 'at',
      where: "user = 'a'",
    });
    const filtered = join({ name: 'asked', left: some, parts: [part(spend())] });
    const tables = {
      payments: PAID,
      orders: [
        ...inFolders(ORDERED),
        ...ORDERED.map((row) => ({ ...row, id: Number(row.id) + 10, ds: '2025-03-03' })),
      ],
    };
    await write(filtered, tables);
    expect(ids(naiveJoin(filtered, tables))).toEqual([1, 4, 6, 8, 11, 14, 16, 18]);
    await check(filtered, tables);
    const preview = await run(filtered, { limit: 6 });
    expect(await firstIds(preview)).toEqual([1, 4, 6, 8, 11, 14]);
  });
});

describe('entities', () => {
  const states = entities({
    name: 'states',
    path: 'states',
    keys: ['user'],
    columns: { user: 'string', city: 'string' },
  });
  const dump = (ds: string, ...users: string[]): Row[] =>
    users.map((user) => ({ user, city: `${user} on ${ds}`, ds }));
  const STATES = [
    ...dump('2025-03-01', 'a'),
    ...dump('2025-03-02', 'a', 'b'),
    ...dump('2025-03-03', 'b'),
  ];

  test('S3.4: as the left, asked at the midnight that ends their day', async () => {
    const daily = join({
      name: 'daily',
      left: states,
      parts: [part(spend()), part(states, { prefix: 'again' })],
    });
    await write(daily, { payments: PAID, states: STATES });
    const result = await check(daily, { payments: PAID, states: STATES });
    expect(result.rows).toBe(4);
    const rows = await publishedRows(daily, result.path ?? '');
    expect(rows.map((row) => [row.user, row.spend_count_1d, row.again_states_city])).toEqual([
      ['a', 1, 'a on 2025-03-01'],
      ['a', 1, 'a on 2025-03-02'],
      ['b', 1, 'b on 2025-03-02'],
      ['b', 0, 'b on 2025-03-03'],
    ]);
  });

  test('S3.2: a missing day is an error that lists the days', async () => {
    const strict = join({ name: 'strict', left: orders, parts: [part(states)] });
    await write(strict, { orders: ORDERED, states: [...dump('2025-03-01', 'a')] });
    await expect(run(strict)).rejects.toMatchObject({
      code: 'MISSING_SNAPSHOT',
      params: { source: 'states', days: ['2025-03-02', '2025-03-03'], part: 'states' },
    });
    expect(filesBelow(joinPath(lake, 'out'))).toEqual([]);
    // The days that can be made are made.
    expect((await run(strict, { end: '2025-03-02' })).partitionsWritten).toEqual(['2025-03-02']);
  });

  test("S3.2: missing: 'null' gives null and says so; the day counts once it is there", async () => {
    const lenient = join({
      name: 'lenient',
      left: orders,
      parts: [part(states, { missing: 'null' })],
    });
    const known = dump('2025-03-01', 'a', 'b');
    await write(lenient, { orders: ORDERED, states: known });
    const first = await check(lenient, { orders: ORDERED, states: known });
    expect(first.report.missingSnapshots).toEqual([
      { part: 'states', days: ['2025-03-02', '2025-03-03'] },
    ]);
    const more = [...known, ...dump('2025-03-03', 'a')];
    await writeTable(lake, states, dump('2025-03-03', 'a'));
    const second = await run(lenient);
    expect(second.plan.reasons).toEqual([
      { reason: 'input added: states/ds=2025-03-03/part-000.parquet', partitions: 1 },
    ]);
    expect(second.partitionsWritten).toEqual(['2025-03-04']);
    const wanted = naiveJoin(lenient, { orders: ORDERED, states: more }).map(
      ({ ds: _, ...row }) => row,
    );
    expect(mismatches(lenient, wanted, await publishedRows(lenient, second.path ?? ''))).toEqual(
      [],
    );
  });

  test('S1.6: one static file holds for every day', async () => {
    const fixed = entities({
      name: 'states',
      path: 'states',
      keys: ['user'],
      columns: { user: 'string', city: 'string' },
      static: true,
    });
    const timeless = join({ name: 'timeless', left: orders, parts: [part(fixed), part(spend())] });
    const tables = {
      orders: ORDERED,
      payments: PAID,
      states: dump('x', 'a', 'b').map(({ ds: _, ...row }) => row),
    };
    await write(timeless, tables);
    await check(timeless, tables);
  });

  test('S3.3: two rows with one key are an error, or the greatest wins', async () => {
    const twice = [
      ...dump('2025-03-01', 'a'),
      ...dump('2025-03-02', 'a', 'a'),
      ...dump('2025-03-03', 'a'),
    ];
    const strict = join({ name: 'strict', left: orders, parts: [part(states)] });
    await write(strict, { orders: ORDERED, states: twice }, 2);
    await expect(run(strict, { workers: 2 })).rejects.toMatchObject({
      code: 'DUPLICATE_ENTITY_KEY',
      params: { source: 'states', key: 'user=a', ds: '2025-03-02' },
    });
    const deduped = entities({
      name: 'states',
      path: 'states',
      keys: ['user'],
      columns: { user: 'string', city: 'string' },
      dedupe: { orderBy: 'city' },
    });
    const greatest = join({ name: 'greatest', left: orders, parts: [part(deduped)] });
    await check(greatest, { orders: ORDERED, states: twice });
  });
});

describe('a backfill', () => {
  const days = ['2025-03-01', '2025-03-02', '2025-03-03', '2025-03-04'];

  test('S3.4: the days of a file are those of its times that are times', async () => {
    const odd: Row[] = [
      ...PAID,
      { user: 'a', amount: 1, at: '1900-01-01T00:00:00Z' },
      { user: 'a', amount: 1, at: '9000-01-01T00:00:00Z' },
      { user: 'a', amount: 1, at: null },
    ];
    await writeTable(lake, payments, odd);
    const { partitionsWritten, rows } = await backfill(spend(), {
      lake,
      out: joinPath(lake, 'out'),
      workers: 1,
    });
    // b has its first payment on the second day; both have a last amount ever after.
    expect({ partitionsWritten, rows }).toEqual({ partitionsWritten: days, rows: 7 });
  });

  test('--limit: rows, not days', async () => {
    await writeTable(lake, payments, PAID);
    for (const [limit, wanted] of [
      [1, [1]],
      [2, [1, 1]],
      [4, [1, 2, 1]],
      [100, [1, 2, 2, 2]],
    ] as const) {
      const preview = await backfill(spend(), {
        lake,
        out: joinPath(lake, 'out'),
        workers: 1,
        limit,
      });
      const found: number[] = [];
      for await (const { rows } of preview.batches()) found.push(rows);
      expect(found).toEqual(wanted);
      expect(preview).toMatchObject({ rows: Math.min(limit, 7), path: null });
    }
    expect(filesBelow(joinPath(lake, 'out'))).toEqual([]);
  });
});

describe('events', () => {
  test('CSV, for both sides', async () => {
    const csvOrders = events({
      name: 'orders',
      path: 'orders.csv',
      columns: orderColumns,
      time: 'at',
    });
    const csvPayments = events({
      name: 'payments',
      path: 'payments',
      format: 'csv',
      columns: paymentColumns,
      time: 'at',
    });
    const fromCsv = join({ name: 'csv', left: csvOrders, parts: [part(spend(csvPayments))] });
    const text = (columns: readonly string[], rows: readonly Row[]) =>
      `${[columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`;
    // Columns of a file stand in any order, and may be more than are declared.
    writeFileSync(joinPath(lake, 'orders.csv'), text(['at', 'extra', 'user', 'id'], ORDERED));
    for (const row of PAID) {
      const folder = joinPath(lake, 'payments', `ds=${String(row.at).slice(0, 10)}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        joinPath(folder, `${row.user}.csv`),
        text(['user', 'amount', 'at'], [row]).replaceAll('\n', row.user === 'a' ? '\n' : '\r\n'),
      );
    }
    await check(fromCsv, { orders: ORDERED, payments: PAID });
    expect((await run(fromCsv)).partitionsWritten).toEqual([]);
    writeFileSync(
      joinPath(lake, 'payments/ds=2025-03-04/b.csv'),
      text(['user', 'amount', 'at'], [{ ...PAID[4]!, amount: 17 }]),
    );
    const again = await run(fromCsv);
    expect(again.plan.reasons[0]?.reason).toBe('input changed: payments/ds=2025-03-04/b.csv');
  });

  test('S1.5: an eventId once in a partition, twice in two; a late row counts by its time', async () => {
    const columns = { id: 'string', ...paymentColumns } as const;
    const ided = events({ name: 'payments', path: 'payments', columns, time: 'at', eventId: 'id' });
    const once = join({
      name: 'once',
      left: orders,
      parts: [
        part(
          groupBy({
            name: 'spend',
            source: ided,
            keys: ['user'],
            aggregations: [count(), sum('amount', { windows: ['2d'] })],
          }),
        ),
      ],
    });
    const paid: Row[] = [
      { id: 'x', user: 'a', amount: 1, at: '2025-03-01T10:00:00Z', ds: '2025-03-01' },
      { id: 'x', user: 'a', amount: 2, at: '2025-03-01T09:00:00Z', ds: '2025-03-01' },
      { id: 'x', user: 'a', amount: 4, at: '2025-03-01T09:00:00Z', ds: '2025-03-01' },
      { id: 'x', user: 'a', amount: 8, at: '2025-03-01T10:00:00Z', ds: '2025-03-07' },
      { id: null, user: 'a', amount: 16, at: '2025-03-01T10:00:00Z', ds: '2025-03-01' },
      { id: null, user: 'a', amount: 16, at: '2025-03-01T10:00:00Z', ds: '2025-03-01' },
    ];
    for (const files of [1, 3]) {
      lake = newFolder();
      await write(once, { orders: ORDERED, payments: paid }, files);
      const result = await check(once, { orders: ORDERED, payments: paid }, { workers: 2 });
      expect(result.report.sources[0]).toMatchObject({
        source: 'payments',
        rowsRead: 4,
        duplicateEvents: 2,
      });
    }
  });

  test('what was dropped or defaulted is counted', async () => {
    const columns = { ...paymentColumns, channel: 'string' } as const;
    const wide = events({ name: 'payments', path: 'payments', columns, time: 'at' });
    const counted = join({
      name: 'counted',
      left: orders,
      parts: [
        part(
          groupBy({
            name: 'spend',
            source: wide,
            keys: ['user'],
            aggregations: [
              sum('amount', { windows: ['3d'] }),
              count('channel', { windows: ['3d'] }),
            ],
          }),
        ),
      ],
    });
    const left = [
      { id: 1, user: 'a', at: '2025-03-05T12:00:00Z', ds: '2025-03-05' },
      { id: 2, user: null, at: '2025-03-05T12:00:00Z', ds: '2025-03-05' },
      { id: 3, user: 'a', at: null, ds: '2025-03-05' },
    ];
    const paid: Row[] = [
      { user: 'a', amount: 1, at: '2025-03-02T13:00:00Z', channel: 'web', ds: '2025-03-02' },
      { user: 'a', amount: Number.POSITIVE_INFINITY, at: '2025-03-04T10:00:00Z', ds: '2025-03-05' },
      { user: 'a', amount: Number.NEGATIVE_INFINITY, at: '2025-03-05T10:00:00Z', ds: '2025-03-05' },
      { user: 'a', amount: Number.NaN, at: '2025-03-05T10:00:00Z', ds: '2025-03-05' },
      { user: null, amount: 1, at: '2025-03-05T10:00:00Z', ds: '2025-03-05' },
      { user: 'a', amount: 1, at: null, ds: '2025-03-05' },
      { user: 'a', amount: 1, at: '1955-11-05T00:00:00Z', ds: '2025-03-05' },
    ];
    await write(counted, { orders: left, payments: paid });
    await writeTable(
      lake,
      payments,
      paid.slice(0, 1).map((row) => ({ ...row, ds: '2025-03-03' })),
    );
    const tables = {
      orders: left,
      payments: [...paid, { ...paid[0]!, channel: null, ds: '2025-03-03' }],
    };
    const { report } = await check(counted, tables);
    expect(report.left).toEqual({
      rows: 3,
      rowsWithoutTime: 1,
      rowsWithNullKey: [{ part: 'spend', rows: 1 }],
    });
    expect(report.sources).toEqual([
      {
        source: 'payments',
        rowsRead: 8,
        rowsWithoutTime: 2,
        rowsWithNullKey: 1,
        infiniteValues: 2,
        duplicateEvents: 0,
        missingDays: ['2025-03-04'],
        filledColumns: ['channel: 1 of 3 files'],
      },
    ]);
    await expect(
      run(counted, { strict: true, out: joinPath(lake, 'strict') }),
    ).rejects.toMatchObject({
      code: 'INFINITE_INPUT',
      params: { source: 'payments', column: 'amount', key: 'user=a' },
    });
    // Slices of a bucket see an event more than once or not at all: what is told is the same.
    const memoryShares = { taskBytes: 100, leastRows: 1 };
    const cut = await run(counted, { memoryShares, out: joinPath(lake, 'cut') });
    expect(cut.report).toEqual(report);
    await expect(
      run(counted, { memoryShares, strict: true, out: joinPath(lake, 'strict') }),
    ).rejects.toMatchObject({
      code: 'INFINITE_INPUT',
      params: { source: 'payments', column: 'amount', key: 'user=a' },
    });
  });

  test('a time that is none does not make every day before it missing', async () => {
    const paid = PAID.map((row) => ({ ...row, ds: String(row.at).slice(0, 10) }));
    const left = [
      { id: 1, user: 'a', at: '2025-03-04T12:00:00Z', ds: '2025-03-04' },
      { id: 2, user: 'a', at: '1900-01-01T00:00:00Z', ds: '2025-03-04' },
      { id: 3, user: 'a', at: '9000-01-01T00:00:00Z', ds: '2025-03-04' },
    ];
    const recent = join({
      name: 'recent',
      left: orders,
      parts: [
        part(
          groupBy({
            name: 'spend',
            source: payments,
            keys: ['user'],
            aggregations: [count({ windows: ['1d'] })],
          }),
        ),
      ],
    });
    await write(recent, { orders: left, payments: paid });
    const { report } = await check(recent, { orders: left, payments: paid });
    expect(report.sources[0]?.missingDays).toEqual([]);
  });
});
