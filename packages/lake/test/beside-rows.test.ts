import { readFileSync } from 'node:fs';
import { parseType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { expect, it, test } from 'vitest';
import {
  besideRows,
  copyToParquet,
  createTableFromBatch,
  openDuckDb,
  type ReadKinds,
  readColumns,
  type TableColumn,
} from '../src/index.js';
import { bench } from './support.js';

const b = bench();

/** More than four vectors, with an odd tail. */
const ROWS = 9003;

/** Nulls in the second vector, at its ends, and in the last: what a vector had before must not stay. */
const some = (value: string) =>
  `CASE WHEN i BETWEEN 2048 AND 4095 AND (i % 7 = 3 OR i IN (2048, 4095)) OR i = 9002 THEN NULL ELSE ${value} END`;

const STRINGS = Array.from({ length: 50 }, (_, at) =>
  at % 2 ? `s${at}` : `a longer one, ${at} é`,
);

/** Type, SQL that makes values of it, and how these are read. */
const COLUMNS: readonly (readonly [type: string, sql: string, kind?: ReadKinds[string]])[] = [
  ['boolean', 'i % 3 = 0'],
  ['int32', 'CAST(i - 2500 AS INTEGER)'],
  ['int64', 'CAST(i AS BIGINT) * 4000000000000'],
  ['float', 'CAST(i / 7.0 AS FLOAT)'],
  ['double', 'CAST(i / 7.0 AS DOUBLE)'],
  ['string', 'CAST(i % 50 AS INTEGER)', 'code'],
  ['date', "DATE '1960-01-01' + CAST(i AS INTEGER)"],
  ['timestamp', "TIMESTAMP '2025-01-01' + to_seconds(i)"],
  ['timestamptz', "TIMESTAMPTZ '2025-01-01' + to_seconds(i)"],
  ['timestamp_ns', "CAST(TIMESTAMP '2025-01-01' + to_seconds(i) AS TIMESTAMP_NS)"],
  ['epoch_ms', 'CAST(i AS BIGINT)'],
  ['decimal(4,1)', 'CAST(i % 900 AS DECIMAL(4, 1))'],
  ['decimal(9,2)', 'CAST(i AS DECIMAL(9, 2)) / 4'],
  ['decimal(18,3)', 'CAST(i AS DECIMAL(18, 3)) * 1000'],
  ['decimal(38,3)', 'CAST(i AS DECIMAL(38, 3)) * 100000000000000000000'],
  [
    'list<double>',
    'list_transform(range(i % 4), lambda e: CASE WHEN e = 2 THEN NULL ELSE CAST(e + i AS DOUBLE) END)',
  ],
  [
    'list<string>',
    'list_transform(range(i % 4), lambda e: CAST((e + i) % 50 AS INTEGER))',
    { list: 'code' },
  ],
  ['map<int64, double>', 'MAP {i % 3: CAST(i AS DOUBLE), 10: 0.5}'],
];

const HAS_STRINGS = /string/;

async function columnsOf(): Promise<TableColumn[]> {
  const list = COLUMNS.map(([, sql], idx) => `${some(sql)} AS x${idx}`);
  const kinds = Object.fromEntries(
    COLUMNS.flatMap(([, , kind], idx) => (kind === undefined ? [] : [[`x${idx}`, kind]])),
  );
  const read = await readColumns(
    b.session,
    `SELECT ${list.join(', ')} FROM range(${ROWS}) r(i)`,
    kinds,
  );
  return COLUMNS.map(([type], idx) => ({
    name: `f${idx}`,
    type: parseType(type),
    column: read.columns[`x${idx}`]!,
    ...(HAS_STRINGS.test(type) && { dictionary: STRINGS }),
  }));
}

/** The first rows of a query; a filter below makes vectors of any length. */
const leftOf = (rows: number) =>
  `SELECT i AS own FROM range(100000) r(i) WHERE i % 3 > 0 LIMIT ${rows}`;

test.each([ROWS, 2048, 1, 0])(
  '%i rows: the bytes of a table in a positional join',
  async (rows) => {
    const columns = await columnsOf();
    const [beside, joined] = [b.path(`beside-${rows}.parquet`), b.path(`joined-${rows}.parquet`)];
    const fields = columns.map(({ name }, idx) => `l.beside.c${idx} AS ${name}`).join(', ');
    const written = await besideRows(b.session, columns, rows, (call) =>
      copyToParquet(
        b.session,
        `SELECT l.own, ${fields} FROM (SELECT *, ${call} AS beside FROM (${leftOf(rows)})) l`,
        beside,
        columns.length,
      ),
    );
    expect(written).toBe(rows);
    await createTableFromBatch(b.session, 'features', columns, rows);
    const names = columns.map(({ name }) => `f.${name}`).join(', ');
    await copyToParquet(
      b.session,
      `SELECT l.own, ${names} FROM (${leftOf(rows)}) l POSITIONAL JOIN features f`,
      joined,
      columns.length,
    );
    expect(readFileSync(beside).equals(readFileSync(joined))).toBe(true);
  },
);

const numbers = (length: number): Column => ({
  kind: 'f64',
  values: Float64Array.from({ length }, (_, i) => i),
});
const DOUBLE: TableColumn = { name: 'x', type: parseType('double'), column: numbers(5000) };

/** Sums of `x` over rows, of those that a filter lets through. */
const sumOf = (call: string, rows: number, where = 'TRUE') =>
  b.sql(
    `SELECT sum(s.c0) AS x FROM (SELECT *, ${call} AS s FROM range(${rows}) r(i)) WHERE ${where}`,
  );

it('is used again with other values, and with other types', async () => {
  const of = (columns: TableColumn[], rows: number, where?: string) =>
    besideRows(b.session, columns, rows, (call) => sumOf(call, rows, where));
  expect(await of([DOUBLE], 5000)).toEqual([{ x: 12497500 }]);
  expect(await of([DOUBLE], 3)).toEqual([{ x: 3 }]);
  expect(await of([{ ...DOUBLE, type: parseType('int32') }, DOUBLE], 4)).toEqual([{ x: 6n }]);
  // Rows that are left out above are counted all the same.
  expect(await of([DOUBLE], 5000, 's.c0 >= 4998')).toEqual([{ x: 9997 }]);
});

it('refuses fewer rows, more rows, columns that are too short, and several threads', async () => {
  const of = (given: number, asked: number) =>
    besideRows(b.session, [DOUBLE], given, (call) => sumOf(call, asked));
  await expect(of(10, 9)).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(of(9, 10)).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(of(5001, 5001)).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(
    besideRows(b.session, [DOUBLE], 3, () => b.sql('SELECT no_such_column')),
  ).rejects.toMatchObject({ code: 'DUCKDB_FAILED' });
  expect(await of(3, 3)).toEqual([{ x: 3 }]);
  const session = await openDuckDb({ threads: 2 });
  try {
    await expect(besideRows(session, [DOUBLE], 1, async () => 1)).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  } finally {
    session.close();
  }
});
