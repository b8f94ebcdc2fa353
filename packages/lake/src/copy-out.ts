import { quoteLiteral } from './quote.js';
import { run, type Session } from './session.js';

/** Rows of a Parquet row group of a table that is not wide. */
const ROW_GROUP_ROWS = 122_880;
/** Values of a row group of a wider one: a writer holds them all, about 32 MB. */
const ROW_GROUP_VALUES = 32 * ROW_GROUP_ROWS;
const VECTOR_ROWS = 2048;

/**
 * Rows of a Parquet row group, a multiple of DuckDB's vector size. It decides the file's bytes, so nothing but the
 * table's shape may decide it.
 */
export function rowGroupRows(columns: number): number {
  const rows = Math.min(ROW_GROUP_ROWS, ROW_GROUP_VALUES / columns);
  return Math.max(VECTOR_ROWS, Math.floor(rows / VECTOR_ROWS) * VECTOR_ROWS);
}

/**
 * Write a query's rows to one Parquet file. The same rows in the same order give the same bytes, whatever the machine
 * and the hour: codec, row groups and version are fixed here.
 *
 * @param columns how many the query has
 *
 * Returns  rows written
 * Throws   NOT_WRITABLE, DISK_FULL, or what `sqlError` says
 */
export async function copyToParquet(
  session: Session,
  sql: string,
  file: string,
  columns = 1,
): Promise<number> {
  const options = [
    'FORMAT parquet',
    // Every reader has it; files of random doubles are 5 % larger than with zstd.
    'COMPRESSION snappy',
    `ROW_GROUP_SIZE ${rowGroupRows(columns)}`,
    'PARQUET_VERSION v1',
  ];
  return copyTo(session, `COPY (${sql}) TO ${quoteLiteral(file)} (${options.join(', ')})`);
}

/**
 * Write a query's rows to one CSV file: comma, LF, a header; null is nothing at all, an empty string is `""`, instants
 * are as DuckDB prints them (UTC).
 *
 * Returns  rows written
 */
export async function copyToCsv(session: Session, sql: string, file: string): Promise<number> {
  return copyTo(session, `COPY (${sql}) TO ${quoteLiteral(file)} (FORMAT csv, HEADER true)`);
}

async function copyTo(session: Session, sql: string): Promise<number> {
  const result = await run(session, sql);
  return result.rowsChanged;
}
