import { type Batch, collectBatches } from '@tessera/columnar';
import { describe, expect, it } from 'vitest';
import { type ReadKinds, readColumns, sinkColumns } from '../src/index.js';
import { bench } from './support.js';

const b = bench();

const ROWS = 5003;

async function seen(sql: string, columns: readonly string[], kinds: ReadKinds = {}) {
  const collector = collectBatches(100_000);
  const sizes: number[] = [];
  const rows = await sinkColumns(b.session, sql, columns, kinds, (batch) => {
    sizes.push(batch.rows);
    collector.add(batch);
  });
  return { rows, sizes, batch: collector.finish() };
}

const some = (value: string) =>
  `CASE WHEN i % 97 = 5 OR i IN (0, 2047, 2048) THEN NULL ELSE ${value} END`;

describe('sinkColumns', () => {
  it('sees what readColumns reads, of every type, in the same order', async () => {
    const columns = {
      b: some('i % 2 = 0'),
      n: some('CAST(i - 2500 AS INTEGER)'),
      l: some('CAST(i AS BIGINT) * 4000000000'),
      h: some('CAST(i AS HUGEINT) * 4000000000000000000000'),
      d: some('i / 7.0::DOUBLE'),
      x: some('CAST(i AS DECIMAL(12, 3)) / 8'),
      w: some('CAST(i AS DECIMAL(38, 3)) * 100000000000000000000'),
      t: some("TIMESTAMP '2025-01-01' + to_seconds(i)"),
      a: some("DATE '2025-01-01' + CAST(i AS INTEGER)"),
      c: some('CAST(i % 50 AS INTEGER)'),
      s: some('list_transform(range(i % 4), lambda e: CASE WHEN e = 2 THEN NULL ELSE e + i END)'),
      m: some('MAP {i % 3: 1.5, 10: i / 2}'),
      same: 'CAST(7 AS BIGINT)',
      none: 'CAST(NULL AS DOUBLE)',
      'odd "name"': 'i',
    };
    const names = Object.keys(columns);
    const list = Object.entries(columns).map(
      ([name, text]) => `${text} AS "${name.replaceAll('"', '""')}"`,
    );
    const sql = `SELECT ${list.join(', ')} FROM range(${ROWS}) r(i)`;
    const kinds: ReadKinds = { c: 'code' };
    const { rows, sizes, batch } = await seen(sql, names, kinds);
    expect(rows).toBe(ROWS);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(sizes.length).toBeGreaterThan(2);
    const wanted: Batch = await readColumns(b.session, sql, kinds);
    for (const name of names) expect(batch.columns[name], name).toEqual(wanted.columns[name]);
  });

  it('equal rows are all seen, and no rows are none', async () => {
    expect(await seen('SELECT 1 AS one FROM range(9000)', ['one'])).toMatchObject({ rows: 9000 });
    expect(await seen('SELECT 1 AS one WHERE FALSE', ['one'])).toMatchObject({
      rows: 0,
      sizes: [],
    });
    expect(
      await seen('SELECT i AS one FROM range(3000) r(i) WHERE i % 1000 = 7', ['one']),
    ).toMatchObject({ rows: 3 });
  });

  it('rows keep the order of the side that is joined to a smaller one, whatever DuckDB takes for smaller', async () => {
    const file = await b.parquet(
      'events.parquet',
      `SELECT i AS at, CAST(i % 10 AS VARCHAR) AS k FROM range(${ROWS}) r(i)`,
    );
    const keys = await b.parquet(
      'keys.parquet',
      `SELECT CAST(i AS VARCHAR) AS k, i AS code FROM range(20000) r(i)`,
    );
    const schema =
      "schema=MAP {'at': {name: 'at', type: 'BIGINT', default_value: NULL}, 'k': {name: 'k', type: 'VARCHAR', default_value: NULL}}";
    const sql = `SELECT e.at FROM read_parquet(['${file}'], ${schema}) e JOIN read_parquet('${keys}') k ON e.k = k.k`;
    const { batch } = await seen(sql, ['at'], { at: 'f64' });
    expect(batch.columns.at).toEqual({
      kind: 'f64',
      values: Float64Array.from({ length: ROWS }, (_, i) => i),
    });
  });

  it('what the looker throws stops the query, and the session goes on', async () => {
    let calls = 0;
    const stop = () => {
      calls++;
      throw new RangeError('no more');
    };
    await expect(
      sinkColumns(b.session, 'SELECT i FROM range(1000000) r(i)', ['i'], {}, stop),
    ).rejects.toThrow(new RangeError('no more'));
    expect(calls).toBe(1);
    expect(await seen('SELECT i FROM range(10) r(i)', ['i'])).toMatchObject({ rows: 10 });
  });

  it('bad SQL, missing files, columns without a form and an interrupted query', async () => {
    const none = () => undefined;
    const rejected = (sql: string, column: string) =>
      expect(sinkColumns(b.session, sql, [column], {}, none)).rejects;
    await rejected('SELECT nonsense', 'nonsense').toMatchObject({ code: 'DUCKDB_FAILED' });
    await rejected("SELECT 'text' AS s", 's').toMatchObject({
      code: 'DUCKDB_FAILED',
      params: { sql: expect.stringContaining('column s') },
    });
    await rejected(`SELECT * FROM '${b.path('none.parquet')}'`, 'x').toMatchObject({
      code: 'PATH_MISSING',
    });
    const running = sinkColumns(
      b.session,
      'SELECT i FROM range(100000000) r(i)',
      ['i'],
      { i: 'f64' },
      none,
    );
    setTimeout(() => b.session.interrupt(), 20);
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await seen('SELECT i FROM range(10) r(i)', ['i'])).toMatchObject({ rows: 10 });
  });
});
