import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchData, type DataSpec, dayNumber, dayText, LOOKUPS, rowsOfDay } from '../src/data.js';
import { newFolder, sql } from './support.js';

const SPEC: DataSpec = {
  events: 20_000,
  leftRows: 2_000,
  keys: 100,
  hotShare: 0.2,
  days: 5,
  seed: 42,
};

const rowsOf = (dir: string, table: string) =>
  `read_parquet('${join(dir, table)}/*/*.parquet', hive_partitioning = true)`;

test('rows, keys, the hot share and the days are as asked', async () => {
  const data = await benchData(SPEC, { cache: newFolder(), threads: 2 });
  expect(data.files).toBe(2 * SPEC.days);
  const [events] =
    await sql(`SELECT count(*)::INTEGER AS rows, count(DISTINCT row_id)::INTEGER AS ids,
      max(row_id)::INTEGER AS last, count(DISTINCT ds)::INTEGER AS days, bool_and(ts::DATE = ds) AS own_day,
      bool_and(amount >= 0.5 AND abs(amount * 100 - round(amount * 100)) < 1e-6) AS cents,
      count_if(user_id = 'u0000100') / count(*) AS hot, max(user_id) AS last_key
    FROM ${rowsOf(data.dir, 'events')}`);
  const { hot, ...rest } = events ?? {};
  expect(rest).toEqual({
    rows: SPEC.events,
    ids: SPEC.events,
    last: SPEC.events - 1,
    days: SPEC.days,
    own_day: true,
    cents: true,
    last_key: 'u0000100',
  });
  expect(Number(hot)).toBeCloseTo(SPEC.hotShare, 1);
  const [left] = await sql(`SELECT count(*)::INTEGER AS rows FROM ${rowsOf(data.dir, 'left')}`);
  expect(left).toEqual({ rows: SPEC.leftRows });
});

test('without a hot key there is none', async () => {
  const data = await benchData({ ...SPEC, hotShare: 0 }, { cache: newFolder(), threads: 1 });
  const [row] = await sql(`SELECT max(user_id) AS last FROM ${rowsOf(data.dir, 'events')}`);
  expect(row).toEqual({ last: 'u0000099' });
});

test('a spec gives the same bytes on any number of threads, and is made once', async () => {
  const hashes = async (threads: number) => {
    const cache = newFolder();
    let days = 0;
    const { dir } = await benchData(SPEC, { cache, threads, onDay: () => days++ });
    await benchData(SPEC, { cache, threads, onDay: () => days++ });
    expect(days).toBe(SPEC.days);
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.parquet'))
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex'),
      ]);
  };
  expect(await hashes(1)).toEqual(await hashes(2));
});

test.each([
  ['typed', ['events'], { user_id: 'BIGINT', amount: 'DECIMAL(18,2)' }],
  ['wide', ['events'], { amount: 'DOUBLE', quantity: 'INTEGER', channel: 'VARCHAR' }],
  ['strings', ['events'], { user_id: 'VARCHAR', merchant: 'VARCHAR' }],
  ['lookups', LOOKUPS, { user_id: 'VARCHAR', amount: 'DOUBLE' }],
] as const)('columns %s', async (columns, tables, types) => {
  const data = await benchData({ ...SPEC, columns, days: 2 }, { cache: newFolder(), threads: 1 });
  expect(data.files).toBe(2 * (tables.length + 1));
  for (const table of tables) {
    const rows = await sql(`SELECT column_name AS name, column_type AS type, approx_unique
      FROM (SUMMARIZE SELECT * FROM ${rowsOf(data.dir, table)})`);
    const found = Object.fromEntries(rows.map(({ name, type }) => [name, type]));
    expect(found).toMatchObject(types);
    for (const row of rows.filter(({ name }) => name !== 'ds'))
      expect(Number(row.approx_unique), `${table}.${row.name}`).toBeGreaterThan(5);
  }
});

test('tables of lookups differ', async () => {
  const spec = { ...SPEC, columns: 'lookups', days: 1 } as const;
  const { dir } = await benchData(spec, { cache: newFolder(), threads: 1 });
  const [row] =
    await sql(`SELECT count(*)::INTEGER AS rows, count(*) FILTER (WHERE p.amount = s.amount)::INTEGER AS equal
    FROM ${rowsOf(dir, 'prices')} p JOIN ${rowsOf(dir, 'scores')} s USING (row_id)`);
  expect(row?.rows).toBe(SPEC.events);
  expect(Number(row?.equal)).toBeLessThan(SPEC.events / 10);
});

test('the days of a table hold all of its rows', () => {
  const spec = { ...SPEC, leftDays: 2 };
  const days = Array.from({ length: SPEC.days }, (_, day) => rowsOfDay(spec, 'left', day));
  expect(days.map(({ rows }) => rows)).toEqual([0, 0, 0, 1000, 1000]);
  expect(days.at(-1)).toEqual({ first: 1000, rows: 1000 });
  expect(dayNumber(dayText(4))).toBe(4);
});
