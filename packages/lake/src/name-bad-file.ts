import type { DuckDBConnection } from '@duckdb/node-api';
import type { TesseraError } from '@tessera/api';
import { DuckDBInstance } from './duckdb.js';
import { quotePath } from './quote.js';
import { damagedFile, readFilesOf, sqlError } from './sql-error.js';

/**
 * A failed query's error. DuckDB does not say which of several Parquet files has a damaged page, and has no one word for
 * damage: each file is then read by itself, in the way the query reads it, and the first that fails is named. Costs a pass
 * over the files, after a failure only.
 */
export async function failedQuery(sql: string, cause: unknown): Promise<TesseraError> {
  const error = sqlError(sql, cause);
  const isMemory = cause instanceof Error && /^Out of Memory/.test(cause.message);
  if ((error.code !== 'FILE_UNREADABLE' && error.code !== 'DUCKDB_FAILED') || isMemory)
    return error;
  const probes = readers(sql);
  if (probes.length === 0) return error;
  const named = error.code === 'FILE_UNREADABLE' && (error.params as { path: string }).path;
  if (readFilesOf(sql).some((file) => file === named)) return error;
  // One of its own: after an internal error a DuckDB answers nothing any more.
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '1GB',
  });
  const connection = await instance.connect();
  try {
    return (await firstThatFails(connection, probes)) ?? error;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

interface Probe {
  readonly file: string;
  readonly reader: string;
}

/** The query's calls of the Parquet reader, as `relationSql` writes them, with one file each. */
function readers(sql: string): Probe[] {
  const calls = sql.matchAll(
    /read_parquet\((\[(?:'(?:[^']|'')*'(?:, )?)*\])(.*?hive_partitioning=false)\)/g,
  );
  const probes = new Map<string, Probe>();
  for (const [call, , rest] of calls) {
    for (const file of readFilesOf(call)) {
      const reader = `read_parquet([${quotePath(file)}]${rest})`;
      probes.set(reader, { file, reader });
    }
  }
  return [...probes.values()];
}

async function firstThatFails(
  connection: DuckDBConnection,
  probes: readonly Probe[],
): Promise<TesseraError | null> {
  for (const { file, reader } of probes) {
    const sql = `SELECT max(hash(COLUMNS(*))) FROM ${reader}`;
    try {
      await connection.run(sql);
    } catch (cause) {
      const error = sqlError(sql, cause);
      return error.code === 'DUCKDB_FAILED' ? damagedFile(file, cause) : error;
    }
  }
  return null;
}
