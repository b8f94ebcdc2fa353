import { type DataType, formatType, TesseraError } from '@tessera/api';
import { duckDbType } from '../duckdb-type.js';
import { quoteIdent } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';
import { filesSql } from './files-sql.js';
import type { FoundTable } from './find-tables.js';
import type { TimeCandidate } from './suggest-source.js';

/**
 * How many UTC days a table has events of, and the first of the last `count` of them. Times that no source counts (S1.3) are
 * not looked at.
 *
 * Cost  a scan of the time column
 */
export async function recentDays(
  session: Session,
  table: FoundTable,
  time: TimeCandidate,
  count: number,
): Promise<{ readonly days: number; readonly first: string | null }> {
  const day = `CAST(${instantSql(quoteIdent(time.column), time.type)} AS DATE)`;
  const [row] = await readRows(
    session,
    `WITH days AS (SELECT DISTINCT ${day} AS day FROM (${filesSql(table, table.files)})
       WHERE ${day} >= DATE '0001-01-01' AND ${day} < DATE '2201-01-01')
     SELECT (SELECT count(*) FROM days) AS days,
       CAST((SELECT min(day) FROM (SELECT day FROM days ORDER BY day DESC LIMIT ${Math.floor(count)})) AS VARCHAR) AS first`,
  );
  return { days: Number(row?.days), first: row?.first == null ? null : String(row.first) };
}

/** A stored time as a TIMESTAMP or DATE; text of CSV is cast first. */
function instantSql(column: string, type: DataType): string {
  const value = `TRY_CAST(${column} AS ${duckDbType(type)})`;
  switch (type.kind) {
    case 'epoch_s':
      return `make_timestamp(${value} * 1000000)`;
    case 'epoch_ms':
      return `make_timestamp(${value} * 1000)`;
    case 'epoch_us':
      return `make_timestamp(${value})`;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return value;
    default:
      throw new TesseraError('INTERNAL', { reason: `${formatType(type)} is no time` });
  }
}
