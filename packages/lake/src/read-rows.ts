import type { DuckDBValue } from '@duckdb/node-api';
import { TesseraError } from '@tessera/api';
import { failedQuery } from './name-bad-file.js';
import { run, type Session } from './session.js';

/**
 * Run a query and return its rows as objects: for metadata and small answers only. Integers beyond 32 bits are bigint,
 * other types are what DuckDB's own binding gives.
 */
export async function readRows(
  session: Session,
  sql: string,
): Promise<Record<string, DuckDBValue>[]> {
  const result = await run(session, sql);
  return (await result.getRowObjects()) as Record<string, DuckDBValue>[];
}

/** Run a query with one VARCHAR column and return it in order. */
export async function readStrings(session: Session, sql: string): Promise<(string | null)[]> {
  const result = await run(session, sql);
  if (result.columnCount !== 1) {
    throw new TesseraError('DUCKDB_FAILED', { sql, reason: 'one column was expected' });
  }
  const strings: (string | null)[] = [];
  for (let i = 0; i < result.chunkCount; i++)
    addStrings(strings, result.getChunk(i).getColumnValues(0), sql);
  return strings;
}

function addStrings(strings: (string | null)[], values: readonly DuckDBValue[], sql: string): void {
  for (const value of values) {
    if (value !== null && typeof value !== 'string') {
      throw new TesseraError('DUCKDB_FAILED', { sql, reason: 'a VARCHAR column was expected' });
    }
    strings.push(value);
  }
}

/** The same, some rows at a time and in the order of columns: nothing but one chunk of the result is held. */
export async function streamRows(
  session: Session,
  sql: string,
  onRows: (rows: readonly (readonly DuckDBValue[])[]) => void,
): Promise<void> {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw await failedQuery(sql, cause);
    }
  };
  const result = await told(session.connection.stream(sql));
  for (;;) {
    const chunk = await told(result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    onRows(chunk.getRows());
  }
}
