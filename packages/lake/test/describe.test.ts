import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatType } from '@tessera/api';
import { describe, expect, test } from 'vitest';
import {
  binEdges,
  declaredAs,
  describeTable,
  findTables,
  isAssignable,
  suggestInputs,
  suggestSource,
} from '../src/index.js';
import { bench } from './support.js';

const lake = bench();

async function look(path: string) {
  const { tables } = await findTables(lake.session, lake.path(path));
  const described = [];
  for (const table of tables) described.push(await describeTable(lake.session, table));
  return described.map((table) => ({ table, suggestion: suggestSource(table) }));
}

function write(name: string, text: string): void {
  mkdirSync(dirname(lake.path(name)), { recursive: true });
  writeFileSync(lake.path(name), text);
}

describe('types', () => {
  test.each([
    ['BOOLEAN', 'boolean'],
    ['UTINYINT', 'int32'],
    ['INTEGER', 'int32'],
    ['UINTEGER', 'int64'],
    ['BIGINT', 'int64'],
    ['FLOAT', 'float'],
    ['VARCHAR', 'string'],
    ['DATE', 'date'],
    ['TIMESTAMP_S', 'timestamp'],
    ['TIMESTAMP_MS', 'timestamp'],
    ['TIMESTAMP', 'timestamp'],
    ['TIMESTAMP WITH TIME ZONE', 'timestamptz'],
    ['TIMESTAMP_NS', 'timestamp_ns'],
    ['DECIMAL(38,9)', 'decimal(38,9)'],
    ['DOUBLE[]', 'list<double>'],
    ['VARCHAR[][]', 'list<list<string>>'],
  ])('%s is declared as %s, which takes it', (fileType, text) => {
    const declared = declaredAs(fileType);
    if ('leftOut' in declared) throw new Error(declared.leftOut);
    expect(formatType(declared.type)).toBe(text);
    expect(isAssignable(fileType, declared.type)).toBe(true);
  });

  test.each([
    'UBIGINT',
    'HUGEINT',
    'BLOB',
    'TIME',
    'UUID',
    'JSON',
    'STRUCT(a INTEGER)',
    'MAP(VARCHAR, BIGINT)',
    "ENUM('a', 'b')",
    'STRUCT(a INTEGER)[]',
    'GEOMETRY',
  ])('%s is left out, with a reason', (fileType) => {
    expect(declaredAs(fileType)).toEqual({ leftOut: expect.stringMatching(/\w/) });
  });

  test('text of CSV: what all values are', async () => {
    write(
      'typed.csv',
      'i,zip,d,b,day,at,mixed,empty,quoted\n1,007,1.5,true,2024-01-31,2024-01-31T10:00:00+02:00,1,,""\n-20,110,2,FALSE,2024-02-29,2024-02-29,x,,5\n',
    );
    const [one] = await look('typed.csv');
    const types = one!.table.columns.map(({ name, type }) => [name, formatType(type)]);
    expect(types).toEqual([
      ['i', 'int64'],
      ['zip', 'string'],
      ['d', 'double'],
      ['b', 'boolean'],
      ['day', 'date'],
      ['at', 'timestamp'],
      ['mixed', 'string'],
      ['empty', 'string'],
      ['quoted', 'string'],
    ]);
  });

  test('files that disagree: the type that holds both, or none', async () => {
    await lake.parquet('merge/1.parquet', 'SELECT 1::INTEGER AS a, 1 AS b, 1 AS c');
    await lake.parquet('merge/2.parquet', "SELECT 2::BIGINT AS a, 'x' AS b, 2 AS c");
    const [one] = await look('merge');
    expect(one!.table.columns.map(({ name, type }) => [name, formatType(type)])).toEqual([
      ['a', 'int64'],
      ['c', 'int32'],
    ]);
    expect(one!.table.leftOut).toEqual([
      { name: 'b', fileType: 'INTEGER and VARCHAR', reason: 'its files do not agree on the type' },
    ]);
  });
});

describe('tables of a folder', () => {
  test('years and key=value are parts of one table, words are tables', async () => {
    for (const part of ['2024/01', '2024/02', 'dt=2024-03-01']) {
      await lake.parquet(`parts/${part}/a.parquet`, 'SELECT 1 AS x');
    }
    for (const name of ['views', 'clicks']) {
      await lake.parquet(`words/${name}/a.parquet`, 'SELECT 1 AS x');
    }
    const found = async (path: string) =>
      (await findTables(lake.session, lake.path(path))).tables.map(
        ({ name, layout, files, notes }) => ({
          name,
          layout,
          files: files.length,
          notes: notes.length,
        }),
      );
    expect(await found('parts')).toEqual([{ name: 'parts', layout: 'folder', files: 3, notes: 1 }]);
    expect(await found('words')).toEqual([
      { name: 'clicks', layout: 'folder', files: 1, notes: 0 },
      { name: 'views', layout: 'folder', files: 1, notes: 0 },
    ]);
  });

  test('a file that is no Parquet is named', async () => {
    write('broken/a.parquet', 'PAR1 not really');
    await expect(look('broken')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      params: { path: lake.path('broken/a.parquet') },
    });
  });

  test('no rows, no columns worth a word', async () => {
    await lake.parquet('none.parquet', 'SELECT 1 AS id, now() AS at WHERE false');
    const [one] = await look('none.parquet');
    expect(one!.table).toMatchObject({ rows: 0, sampledRows: 0 });
    expect(one!.suggestion.possible).toEqual([]);
  });
});

describe('suggestions', () => {
  test('the time of the event before that of the load; ids that repeat before texts', async () => {
    await lake.parquet(
      'events.parquet',
      `SELECT TIMESTAMP '2024-01-02' + to_hours(i) AS loaded_at, TIMESTAMP '2024-01-01' + to_hours(i) AS happened_at,
         'b' || i % 3 AS brand, (i % 40)::BIGINT AS shop_no, i AS id, 'u' || i % 30 AS user_id, i / 7 AS price, i % 9 AS n FROM range(300) t(i)`,
    );
    const [one] = await look('events.parquet');
    expect(one!.suggestion).toMatchObject({
      kind: 'events',
      times: [{ column: 'happened_at' }, { column: 'loaded_at' }],
      keys: ['user_id', 'brand'],
      eventId: 'id',
      allowPre1970: false,
    });
    const { amount, category } = suggestInputs(one!.table, one!.suggestion, 'user_id');
    expect([amount?.name, category?.name]).toEqual(['price', 'brand']);
  });

  test.each([
    ['seconds under a name of time', '(1700000000 + i) AS created_ts', 'epoch_s'],
    ['milliseconds', '(1700000000000 + i) AS x', 'epoch_ms'],
    ['microseconds', '(1700000000000000 + i) AS x', 'epoch_us'],
  ])('%s', async (_, column, type) => {
    await lake.parquet('epoch.parquet', `SELECT ${column}, i % 3 AS k FROM range(50) t(i)`);
    const [one] = await look('epoch.parquet');
    expect(one!.suggestion.times.map((time) => formatType(time.type))).toEqual([type]);
  });

  test('numbers of that size under another name, ids and amounts are no times', async () => {
    await lake.parquet(
      'numbers.parquet',
      'SELECT (1700000000 + i) AS amount, (1700000000000 + i) AS user_id, (20240101 + i % 20) AS day FROM range(50) t(i)',
    );
    const [one] = await look('numbers.parquet');
    expect(one!.suggestion.times).toEqual([]);
    expect(one!.suggestion.unreadableTimes).toEqual([
      { column: 'day', fix: 'CAST(strptime(CAST("day" AS VARCHAR), \'%Y%m%d\') AS DATE)' },
    ]);
  });

  test('events of a day with one row per user are no dump', async () => {
    for (const ds of ['2024-01-01', '2024-01-02']) {
      await lake.parquet(
        `daily/ds=${ds}/a.parquet`,
        `SELECT 'u' || i AS user_id, TIMESTAMP '${ds}' + to_minutes(i) AS at FROM range(40) t(i)`,
      );
      await lake.parquet(
        `dump/ds=${ds}/a.parquet`,
        `SELECT 'u' || i AS user_id, TIMESTAMP '2020-01-01' + to_days(i::INTEGER) AS signed_up FROM range(40) t(i)`,
      );
    }
    expect((await look('daily'))[0]!.suggestion.kind).toBe('events');
    expect((await look('dump'))[0]!.suggestion).toMatchObject({
      kind: 'entities',
      entityKeys: ['user_id'],
    });
  });
});

describe('bins', () => {
  const edges = (first: number, last: number, isWhole: boolean) =>
    binEdges({ first, last, low: first, high: last, isWhole });
  test.each([
    [edges(0, 9, true), { start: 0, end: 9, width: 1, count: 10 }],
    [edges(0, 206, true), { start: 0, end: 208, width: 11, count: 19 }],
    [edges(5, 5, true), { start: 5, end: 5, width: 1, count: 1 }],
    [edges(0, 1, false), { start: 0, end: 1, width: 0.05, count: 20 }],
    // Ends far away: the middle 98 % has the bins.
    [
      binEdges({ first: 0, last: 1e6, low: 0, high: 20, isWhole: true }),
      { start: 0, end: 20, width: 1, count: 21 },
    ],
  ])('%o', (found, expected) => {
    expect(found).toEqual(expected);
  });
});
