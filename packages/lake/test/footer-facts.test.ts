import { readdirSync, writeFileSync } from 'node:fs';
import { parseType } from '@tessera/api';
import { describe, expect, it, vi } from 'vitest';
// What footers say is not public: files are looked at as a whole.
import { checkFooter } from '../src/parquet/check-parquet.js';
import { footerFacts } from '../src/parquet/footer-facts.js';
import { withQuickFile } from '../src/quick-fs.js';
import { bench } from './support.js';

const b = bench();

const said = async (path: string, declared: string, nullsOf: readonly string[] = []) =>
  footerFacts(await checkFooter(path), {
    time: { name: 't', type: parseType(declared) },
    nullsOf,
  });

/** What the rows themselves say. */
async function rowsOf(path: string) {
  const [row] = await b.sql(
    `SELECT count(*) AS rows, count(*) - count(t) AS nulls,
       min(floor(epoch_us(t) / 1000)) AS least, max(floor(epoch_us(t) / 1000)) AS greatest
     FROM read_parquet('${path}')`,
  );
  const number = (value: unknown) => (value === null ? null : Number(value));
  return {
    rows: Number(row!.rows),
    time: {
      timeMinMs: number(row!.least),
      timeMaxMs: number(row!.greatest),
      timeNulls: Number(row!.nulls),
    },
  };
}

describe('times of a footer are those of the rows', () => {
  it.each([
    ['timestamp', 'TIMESTAMP', "TIMESTAMP '2025-01-01 00:00:00.123456' + to_microseconds(i * 777)"],
    ['timestamp', 'TIMESTAMP_MS', "TIMESTAMP '2025-01-01' + to_milliseconds(i)"],
    ['timestamp', 'TIMESTAMPTZ', "TIMESTAMP '1970-01-01' + to_microseconds(i)"],
    ['timestamptz', 'TIMESTAMPTZ', "TIMESTAMP '2200-12-31 23:59:59.99' + to_microseconds(i)"],
    ['date', 'DATE', "DATE '1970-01-01' + CAST(i AS INTEGER)"],
  ])('%s of %s', async (declared, type, value) => {
    const path = await b.parquet(
      `${type}-${declared}.parquet`,
      `SELECT i, CASE WHEN i % 3 > 0 AND i >= 2048 THEN CAST(${value} AS ${type}) END AS t FROM range(6000) r(i)`,
      'ROW_GROUP_SIZE 2048',
    );
    expect(await said(path, declared)).toMatchObject(await rowsOf(path));
  });

  it.each([
    ['timestamp', "TIMESTAMP '1969-12-31'"],
    ['timestamp', "TIMESTAMP '2201-01-01'"],
    ['timestamp', "TIMESTAMP 'infinity'"],
    ['timestamp', "DATE '2025-01-01'"],
    ['timestamp', "TIMESTAMP_NS '2025-01-01'"],
    ['timestamp_ns', "TIMESTAMP_NS '2025-01-01'"],
    ['date', "TIMESTAMP '2025-01-01'"],
    ['epoch_ms', '1735689600000::BIGINT'],
    ['epoch_s', '1735689600::BIGINT'],
  ])('%s of %s is left to DuckDB', async (declared, value) => {
    const path = await b.parquet('left.parquet', `SELECT ${value} AS t`);
    expect((await said(path, declared)).time).toBeNull();
  });

  it('is nothing without the column, without rows, and where a row group says nothing', async () => {
    const none = { timeMinMs: null, timeMaxMs: null, timeNulls: null };
    const without = await b.parquet('without.parquet', 'SELECT 1 AS x');
    expect((await said(without, 'timestamp')).time).toEqual(none);
    const nested = await b.parquet('nested.parquet', "SELECT {'t': TIMESTAMP '2025-01-01'} AS x");
    expect((await said(nested, 'timestamp')).time).toEqual(none);
    const empty = await b.parquet('empty.parquet', "SELECT TIMESTAMP '2025-01-01' AS t LIMIT 0");
    expect((await said(empty, 'timestamp')).time).toEqual(none);
    const nulls = await b.parquet('nulls.parquet', 'SELECT NULL::TIMESTAMP AS t FROM range(3)');
    expect((await said(nulls, 'timestamp')).time).toEqual({ ...none, timeNulls: 3 });
  });
});

it('nulls are those of the rows, of columns that there are', async () => {
  const path = await b.parquet(
    'null-counts.parquet',
    `SELECT CASE WHEN i % 7 > 0 THEN i END AS a, 'x' AS b, [i] AS l, NULL::INTEGER AS n, TIMESTAMP '2025-01-01' AS t
     FROM range(5000) r(i)`,
    'ROW_GROUP_SIZE 2048',
  );
  const { nulls } = await said(path, 'timestamp', ['a', 'b', 'l', 'n', 'other']);
  expect(nulls).toEqual({ a: 715, b: 0, n: 5000 });
});

it('schemas are one text where columns are the same, and another where anything of them differs', async () => {
  const schemaOf = async (query: string) =>
    (await said(await b.parquet('schema.parquet', query), 'timestamp')).schema;
  const first = await schemaOf('SELECT 1 AS a, 2.5::DECIMAL(9, 2) AS d');
  expect(await schemaOf('SELECT i AS a, 7::DECIMAL(9, 2) AS d FROM range(100000) r(i)')).not.toBe(
    first,
  );
  expect(await schemaOf('SELECT 7 AS a, 7::DECIMAL(9, 2) AS d FROM range(9)')).toBe(first);
  expect(await schemaOf('SELECT 1 AS a, 2.5::DECIMAL(9, 3) AS d')).not.toBe(first);
  expect(await schemaOf('SELECT 1 AS b, 2.5::DECIMAL(9, 2) AS d')).not.toBe(first);
  expect(await schemaOf('SELECT 2.5::DECIMAL(9, 2) AS d, 1 AS a')).not.toBe(first);
});

describe('a file that is looked into', () => {
  const handles = () => readdirSync('/proc/self/fd').length;

  it('gives bytes at a position, fewer where it ends', async () => {
    const path = b.path('bytes');
    writeFileSync(path, '0123456789');
    const read = await withQuickFile(path, async (file) => [
      file.size,
      String(await file.read(2, 3)),
      String(await file.read(8, 5)),
      String(await file.read(20, 5)),
    ]);
    expect(read).toEqual([10, '234', '89', '']);
  });

  it('is closed whatever happens, and missing where it is missing', async () => {
    const path = b.path('closed');
    writeFileSync(path, 'x');
    await withQuickFile(path, async () => undefined);
    const before = handles();
    await expect(
      withQuickFile(path, async () => {
        throw new Error('stopped');
      }),
    ).rejects.toThrow('stopped');
    expect(handles()).toBe(before);
    await expect(withQuickFile(b.path('missing'), async () => 1)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('is not read any more once it is closed, and not closed while it is read', async () => {
    const path = b.path('late');
    writeFileSync(path, '0123456789');
    const kept = await withQuickFile(path, async (file) => file);
    await expect(kept.read(0, 4)).rejects.toThrow('is closed');
    const begun: Promise<Buffer>[] = [];
    await expect(
      withQuickFile(path, async (file) => {
        begun.push(file.read(0, 4), file.read(6, 9));
        throw new Error('stopped');
      }),
    ).rejects.toThrow('stopped');
    expect((await Promise.all(begun)).map(String)).toEqual(['0123', '6789']);
  });

  it('is read by threads where the disk is slow, and the same', async () => {
    const path = b.path('slow');
    writeFileSync(path, '0123456789');
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 2));
    try {
      for (let i = 0; i < 10; i++)
        expect(await withQuickFile(path, async (file) => String(await file.read(8, 5)))).toBe('89');
      // What is handed over is not timed any more.
      clock.mockClear();
      await expect(withQuickFile(b.path('missing'), async () => 1)).rejects.toMatchObject({
        code: 'ENOENT',
      });
      expect(clock).not.toHaveBeenCalled();
    } finally {
      clock.mockRestore();
    }
  });
});
