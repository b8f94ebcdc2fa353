import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type DuckDBConnection, DuckDBDataChunk, INTEGER } from '@duckdb/node-api';
import { dsOf } from './calendar.js';
import type { Rows } from './columns.js';

const CHUNK_ROWS = 2048;

/** Puts rows into a new DuckDB table of INTEGER columns; strings and times are made from them there, where it is cheap. */
export async function stage<Name extends string>(
  connection: DuckDBConnection,
  table: string,
  rows: Rows<Name>,
): Promise<void> {
  const columns = rows.names.map((name) => `"${name}" INTEGER`).join(', ');
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${columns})`);
  const appender = await connection.createAppender(table);
  const types = rows.names.map(() => INTEGER);
  for (let start = 0; start < rows.rows; start += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows.rows - start);
    const chunk = DuckDBDataChunk.create(types, count);
    rows.names.forEach((name, columnIdx) => {
      const values = rows.columns[name];
      const vector = chunk.getColumnVector(columnIdx);
      for (let i = 0; i < count; i++) vector.setItem(i, values[start + i]!);
      vector.flush();
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Writes one day of one table, `{out}/{table}/ds=YYYY-MM-DD/part-0.parquet`, and returns how many rows it has. */
export async function writePartition(
  connection: DuckDBConnection,
  out: string,
  table: string,
  dayIdx: number,
  query: string,
): Promise<number> {
  const folder = path.join(out, table, `ds=${dsOf(dayIdx)}`);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'part-0.parquet').replaceAll("'", "''");
  const result = await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
  return result.rowsChanged;
}
