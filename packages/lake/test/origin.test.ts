import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Relation, scanSql } from '../src/index.js';
import { bench, sourceOf } from './support.js';

/** `withOrigin`: which file of the relation a row lies in, and where in it. */

const b = bench();

async function origins(
  relation: Relation,
  source = sourceOf({ id: 'int64', t: 'timestamp' }, { time: 't' }),
): Promise<unknown[]> {
  const sql = scanSql({ source, relation, columns: ['id'], withOrigin: true });
  const rows = await b.sql(`SELECT id, __file, __file_row FROM (${sql}) ORDER BY id`);
  return rows.map((row) => [row.id, row.__file, row.__file_row].map(Number));
}

const rowsFrom = (first: number, type: string) =>
  `SELECT i AS id, (TIMESTAMP '2025-01-01' + to_hours(i::INTEGER))::${type} AS t FROM range(${first}, ${first + 3}) r(i)`;

test('Parquet files in one reader call and in several: positions go on', async () => {
  const files = [
    { path: await b.parquet('a.parquet', rowsFrom(0, 'TIMESTAMP')), ds: '2025-01-01' },
    { path: await b.parquet('b.parquet', rowsFrom(3, 'TIMESTAMP')), ds: '2025-01-02' },
    // Stored as instants: read by a call of its own.
    {
      path: await b.parquet('c.parquet', rowsFrom(6, 'TIMESTAMPTZ')),
      ds: '2025-01-03',
      adjusted: ['t'],
    },
    { path: await b.parquet('d.parquet', rowsFrom(9, 'TIMESTAMP')), ds: '2025-01-04' },
  ];
  const expected = Array.from({ length: 12 }, (_, id) => [id, Math.floor(id / 3), id % 3]);
  expect(await origins({ kind: 'parquet', files })).toEqual(expected);
});

test('numbers are those of the file, whatever is dropped: `where`, repeats', async () => {
  const path = await b.parquet(
    'w.parquet',
    `${rowsFrom(0, 'TIMESTAMP')} UNION ALL ${rowsFrom(1, 'TIMESTAMP')}`,
  );
  const source = sourceOf(
    { id: 'int64', t: 'timestamp' },
    {
      time: 't',
      eventId: 'id',
      where: {
        op: '>',
        left: { op: 'column', column: 'id' },
        right: { op: 'literal', literal: 1 },
      },
    },
  );
  const found = await origins({ kind: 'parquet', files: [{ path, ds: null }] }, source);
  expect(found.map((row) => (row as number[])[0])).toEqual([2, 3]);
  expect([2, 4]).toContain((found[0] as number[])[2]);
  expect((found[1] as number[])[2]).toBe(5);
});

test('CSV files, each from its first line of data', async () => {
  const csv = (name: string, ids: readonly number[]) => {
    const path = b.path(name);
    writeFileSync(path, `id,t\n${ids.map((id) => `${id},2025-01-01T00:00:00Z`).join('\n')}\n`);
    return { path, ds: null };
  };
  const files = [csv('a.csv', [0, 1]), csv('b.csv', [2, 3, 4])];
  expect(await origins({ kind: 'csv', files })).toEqual([
    [0, 0, 0],
    [1, 0, 1],
    [2, 1, 0],
    [3, 1, 1],
    [4, 1, 2],
  ]);
});

test('columns of the readers’ own names, a table, no files', async () => {
  const one = await b.parquet(
    'n.parquet',
    'SELECT 7 AS id, 1::BIGINT AS file_index, 5::BIGINT AS file_row_number',
  );
  const two = await b.parquet(
    'o.parquet',
    'SELECT 8 AS id, 1::BIGINT AS file_index, 5::BIGINT AS file_row_number',
  );
  const files = [
    { path: one, ds: '2025-01-01' },
    { path: two, ds: '2025-01-01' },
  ];
  const columns = { id: 'int64', file_index: 'int64', file_row_number: 'int64' };
  const source = sourceOf(columns);
  const scan = { source, columns: Object.keys(columns), withOrigin: true };
  const sql = scanSql({ ...scan, relation: { kind: 'parquet', files } });
  expect(await b.sql(`SELECT id, __file, __file_row FROM (${sql}) ORDER BY id`)).toEqual([
    { id: 7n, __file: 0n, __file_row: null },
    { id: 8n, __file: 1n, __file_row: null },
  ]);
  expect(await b.sql(scanSql({ ...scan, relation: { kind: 'parquet', files: [] } }))).toEqual([]);
  await b.sql('CREATE TABLE own AS SELECT 1::BIGINT AS id, NULL::VARCHAR AS ds');
  const table = sourceOf({ id: 'int64' });
  const named = {
    source: table,
    relation: { kind: 'table' as const, name: 'own' },
    columns: ['id'],
  };
  expect(await b.sql(scanSql({ ...named, withOrigin: true }))).toMatchObject([
    { id: 1n, __file: null, __file_row: null },
  ]);
});
