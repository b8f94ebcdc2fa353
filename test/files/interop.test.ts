import { mkdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import {
  count,
  events,
  first,
  formatType,
  groupBy,
  isInteger,
  type JoinSpec,
  join,
  last,
  lastK,
  max,
  min,
  outputColumns,
  part,
  sum,
} from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { parquetReadObjects } from 'hyparquet';
// @ts-expect-error the package has no types
import parquetjs from 'parquetjs-lite';
import { beforeAll, expect, test } from 'vitest';
import { mismatches } from '../oracle/compare.js';
import { naiveJoin } from '../oracle/naive.js';
import type { Row } from '../oracle/types.js';
import { publishedRows, writeTable } from './lake-tables.js';
import { shopJoin, writeShop } from './shop.js';
import { filesBelow, isPublished, newFolder, rawRows } from './workspace.js';

const folder = newFolder();

/** Left columns of the types that the shop has not. */
const ticks = events({
  name: 'ticks',
  path: 'ticks',
  columns: {
    n: 'int32',
    big: 'int64!',
    f: 'float',
    wide: 'decimal(38,6)',
    b: 'boolean',
    day: 'date',
    tz: 'timestamptz',
    ns: 'timestamp_ns',
    s: 'epoch_s',
    words: 'list<string>',
    at: 'timestamp',
  },
  time: 'at',
});
const allTypes = join({
  name: 'all_types',
  left: ticks,
  parts: [
    part(
      groupBy({
        name: 'by_n',
        source: ticks,
        keys: ['n'],
        aggregations: [
          sum('wide'),
          sum('big'),
          max('f'),
          min('day'),
          max('ns'),
          last('tz'),
          first('b'),
          lastK('words', { k: 2 }),
          lastK('day', { k: 2, by: 'b' }),
          count({ by: 'day' }),
          sum('wide', { by: 'n' }),
        ],
      }),
    ),
  ],
});
const TICKS: Row[] = Array.from({ length: 300 }, (_, i) => ({
  n: i % 50 === 0 ? null : i % 3,
  big: 2n ** 62n / 1000n + BigInt(i),
  f: i % 7 === 0 ? null : i / 8,
  wide: i % 5 === 0 ? null : `${'9'.repeat(18)}${i}.${String(i).padStart(6, '0')}`,
  b: [true, false, null][i % 3] ?? null,
  day: i % 4 === 0 ? null : `20${String(10 + (i % 20))}-02-03`,
  tz: `2025-01-01T00:${String(i % 60).padStart(2, '0')}:00.123456Z`,
  ns: i % 9 === 0 ? null : `2025-01-01T00:00:00.${String(i).padStart(9, '0')}Z`,
  s: 1_700_000_000n + BigInt(i),
  words: i % 6 === 0 ? null : Array.from({ length: i % 4 }, (_x, k) => (k === 2 ? null : `w${i}é`)),
  at: `2025-03-0${1 + (i % 3)}T00:${String(i % 60).padStart(2, '0')}:00Z`,
}));

let shop = '';
let types = '';

beforeAll(async () => {
  const lake = joinPath(folder, 'lake');
  await writeShop(lake);
  await writeTable(lake, ticks, TICKS);
  const options = { lake, out: joinPath(folder, 'out'), workers: 1 };
  shop = (await trainSet(shopJoin, options)).path ?? '';
  types = (await trainSet(allTypes, options)).path ?? '';
  const wanted = naiveJoin(allTypes, { ticks: TICKS }).map(({ ds: _, ...row }) => row);
  expect(mismatches(allTypes, wanted, await publishedRows(allTypes, types))).toEqual([]);
});

function bytes(file: string): ArrayBuffer {
  const buffer = readFileSync(file);
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length) as ArrayBuffer;
}

/**
 * A value of either side in the words of both. hyparquet's instants are `Date`s of ms, its decimals doubles that are off in
 * the last digits; where there are no decimals a double is compared as it is.
 */
function common(value: unknown, isDecimal = false): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}n`;
  if (typeof value === 'number') return isDecimal ? Number(value.toPrecision(12)) : value;
  if (Array.isArray(value)) return value.map((item) => common(item, isDecimal));
  if (value !== null && typeof value === 'object') {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, inner]) => [keyText(key), common(inner, isDecimal)]),
    );
  }
  if (typeof value !== 'string') return value ?? null;
  if (isDecimal) return common(Number(value), true);
  // Instants and days are texts of the oracle.
  const isTime = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(value);
  return isTime ? new Date(value.replace(/(\.\d{3})\d+/, '$1')).toISOString() : value;
}

function commonRow(row: Readonly<Record<string, unknown>>, of: JoinSpec): Record<string, unknown> {
  const columns = [...of.left.columns, ...outputColumns(of)];
  return Object.fromEntries(
    columns.map(({ name, type }) => [
      name,
      common(row[name], formatType(type).includes('decimal')),
    ]),
  );
}

/** hyparquet makes objects of maps, and so texts of keys. */
function keyText(key: unknown): string {
  const isDate = typeof key === 'string' && key.includes('GMT+0000');
  return String(common(isDate ? new Date(key) : key));
}

test.each([
  ['the shop', () => shop, shopJoin],
  ['every type', () => types, allTypes],
] as [string, () => string, JoinSpec][])('hyparquet reads %s', async (_, pathOf, of) => {
  const expected = await publishedRows(of, pathOf());
  const actual: Record<string, unknown>[] = [];
  for (const name of filesBelow(pathOf()).filter(isPublished)) {
    actual.push(...(await parquetReadObjects({ file: bytes(joinPath(pathOf(), name)) })));
  }
  expect(actual).toHaveLength(expected.length);
  for (const [i, row] of expected.entries())
    expect(commonRow(actual[i]!, of), `row ${i}`).toEqual(commonRow(row, of));
});

/** What parquetjs-lite has types for: neither decimals nor what is nested, nor nanoseconds. */
const visits = events({
  name: 'visits',
  path: 'visits',
  columns: {
    user: 'string',
    n: 'int32',
    big: 'int64',
    f: 'float',
    d: 'double',
    b: 'boolean',
    at: 'timestamp',
  },
  time: 'at',
});
const flat = join({
  name: 'flat',
  left: visits,
  parts: [
    part(
      groupBy({
        name: 'by_user',
        source: visits,
        keys: ['user'],
        aggregations: [
          count({ windows: ['1h', '2d'] }),
          sum('big'),
          sum('d'),
          max('f'),
          last('user'),
          first('b'),
          min('n'),
          max('at'),
        ],
      }),
    ),
  ],
});
const VISITS: Row[] = Array.from({ length: 200 }, (_, i) => ({
  user: i % 11 === 0 ? null : `u${i % 4}é`,
  n: i - 100,
  big: i % 5 === 0 ? null : BigInt(i) * 1_000_000_007n,
  f: i % 7 === 0 ? null : i / 4,
  d: i % 3 === 0 ? null : i / 3,
  b: [true, false, null][i % 3] ?? null,
  at: i % 13 === 0 ? null : new Date(Date.UTC(2025, 2, 1, i % 50, i % 7)).toISOString(),
}));

test('parquetjs-lite reads what it has types for', async () => {
  const lake = newFolder();
  await writeTable(lake, visits, VISITS);
  const { path } = await trainSet(flat, { lake, out: joinPath(lake, 'out'), workers: 1 });
  const expected = await publishedRows(flat, path ?? '');
  expect(expected).toHaveLength(VISITS.length);
  const actual: Record<string, unknown>[] = [];
  for (const name of filesBelow(path ?? '').filter(isPublished)) {
    const reader = await parquetjs.ParquetReader.openFile(joinPath(path ?? '', name));
    const cursor = reader.getCursor();
    for (let row = await cursor.next(); row !== null; row = await cursor.next()) actual.push(row);
    await reader.close();
  }
  expect(actual).toHaveLength(expected.length);
  // It gives integers as numbers, or as texts.
  const columns = [...flat.left.columns, ...outputColumns(flat)];
  const whole = new Set(columns.flatMap(({ name, type }) => (isInteger(type) ? [name] : [])));
  for (const [i, row] of expected.entries()) {
    const found = Object.entries(actual[i]!).map(([name, value]) => [
      name,
      whole.has(name) && value != null ? BigInt(String(value)) : value,
    ]);
    expect(commonRow(Object.fromEntries(found), flat), `row ${i}`).toEqual(commonRow(row, flat));
  }
});

test('S1.3: files without statistics, from parquetjs-lite, are read and pruned by nothing', async () => {
  const lake = newFolder();
  const schema = new parquetjs.ParquetSchema({
    user: { type: 'UTF8', optional: true },
    n: { type: 'INT32', optional: true },
    big: { type: 'INT64', optional: true },
    f: { type: 'FLOAT', optional: true },
    d: { type: 'DOUBLE', optional: true },
    b: { type: 'BOOLEAN', optional: true },
    at: { type: 'TIMESTAMP_MILLIS', optional: true, statistics: false },
  });
  const rows = VISITS.map(
    (row): Row => ({ ...row, ds: String(row.at ?? '2025-03-01').slice(0, 10) }),
  );
  for (const ds of new Set(rows.map((row) => String(row.ds)))) {
    const file = joinPath(lake, 'visits', `ds=${ds}`, 'visits.parquet');
    mkdirSync(joinPath(file, '..'), { recursive: true });
    const writer = await parquetjs.ParquetWriter.openFile(schema, file);
    for (const { ds: own, ...row } of rows) {
      if (own !== ds) continue;
      const cells = Object.entries(row).filter(([, value]) => value !== null);
      const at = row.at === null ? {} : { at: new Date(String(row.at)) };
      // It writes int64 as 53 bits; these are smaller.
      const big = row.big === null ? {} : { big: Number(row.big) };
      await writer.appendRow({ ...Object.fromEntries(cells), ...at, ...big });
    }
    await writer.close();
  }
  const [column] = await rawRows(
    `SELECT count(*) FILTER (stats_min_value IS NULL AND stats_min IS NULL)::INTEGER AS without, count(*)::INTEGER AS all
     FROM parquet_metadata('${lake}/visits/*/*.parquet') WHERE path_in_schema = 'at'`,
  );
  expect(column?.without, 'statistics of the time').toBe(column?.all);
  const options = { lake, out: joinPath(lake, 'out'), workers: 1 };
  const result = await trainSet(flat, options);
  const wanted = naiveJoin(flat, { visits: rows }).map(({ ds: _, ...row }) => row);
  expect(mismatches(flat, wanted, await publishedRows(flat, result.path ?? ''))).toEqual([]);
  expect((await trainSet(flat, options)).partitionsWritten).toEqual([]);
});
