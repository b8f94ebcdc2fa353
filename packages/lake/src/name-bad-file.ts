import type { DuckDBConnection } from '@duckdb/node-api';
import type { TesseraError } from '@tessera/api';
import { quotePath } from './quote.js';
import { readFilesOf, sqlError } from './sql-error.js';

/**
 * A failed query's error. DuckDB does not say which of several Parquet files has a damaged page: then each is read by
 * itself until one fails, so that the error names it. Costs a pass over the files, after a failure only.
 */
export async function failedQuery(
  connection: DuckDBConnection,
  sql: string,
  cause: unknown,
): Promise<TesseraError> {
  const error = sqlError(sql, cause);
  const files = readFilesOf(sql);
  if (error.code !== 'FILE_UNREADABLE' || files.length < 2) return error;
  if (files.includes((error.params as { path: string }).path)) return error;
  for (const file of files) {
    const probe = `SELECT max(hash(COLUMNS(*))) FROM read_parquet([${quotePath(file)}], hive_partitioning=false)`;
    try {
      await connection.run(probe);
    } catch (probeCause) {
      return sqlError(probe, probeCause);
    }
  }
  return error;
}
