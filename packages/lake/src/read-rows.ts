import type { DuckDBValue } from '@duckdb/node-api';
import { TesseraError } from '@tessera/api';
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
  for (let i = 0; i < result.chunkCount; i++) {
    for (const value of result.getChunk(i).getColumnValues(0)) {
      if (value !== null && typeof value !== 'string') {
        throw new TesseraError('DUCKDB_FAILED', { sql, reason: 'a VARCHAR column was expected' });
      }
      strings.push(value);
    }
  }
  return strings;
}
