import { formatDay } from '@tessera/api';
import { readRows, type Session } from '@tessera/lake';
import type { LeftScan } from './tasks/task.js';
import { leftSql } from './tasks/task-sql.js';

/** Partitions of a left without ds folders: the days of its time (S1.6, S8), ascending, `__none__` last. */
export async function leftDays(
  session: Session,
  left: LeftScan,
): Promise<{ ds: string; rows: number; minQueryMs: number | null; maxQueryMs: number | null }[]> {
  const sql = `SELECT __day AS day, count(*) AS n, CAST(min(__t) AS DOUBLE) AS first, CAST(max(__t) AS DOUBLE) AS last FROM (${leftSql(left, [])}) GROUP BY __day ORDER BY __day NULLS LAST`;
  const rows = await readRows(session, sql);
  const ms = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return rows.map((row) => ({
    ds: row.day === null || row.day === undefined ? '__none__' : formatDay(Number(row.day)),
    rows: Number(row.n),
    minQueryMs: ms(row.first),
    maxQueryMs: ms(row.last),
  }));
}
