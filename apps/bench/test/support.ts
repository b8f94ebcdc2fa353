import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { atEndOfFile } from '../../../test/end-of-file.js';
import { standardCase } from '../src/cases/standard.js';
import { DuckDBInstance } from '../src/duckdb.js';

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-test-'));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Rows of a query, by DuckDB alone. */
export async function sql(text: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(text)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A result of so many rows: counts are row_id, everything else is row_id / 10, except where `replace` says otherwise. */
export async function writeResult(
  file: string,
  rows: number,
  replace: Readonly<Record<string, string>> = {},
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const columns = standardCase.features.map(({ name, operation }) => {
    const value = operation === 'count' ? 'row_id' : 'row_id / 10.0::DOUBLE';
    return `${replace[name] ?? value} AS ${name}`;
  });
  await sql(
    `COPY (SELECT row_id, ${columns.join(', ')} FROM range(${rows}) r(row_id)) TO '${file}' (FORMAT parquet)`,
  );
}
