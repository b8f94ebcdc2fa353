import type { Baseline } from '../contender.js';
import { LOOKUPS } from '../data.js';
import { duckdb } from './duckdb.js';
import { readTable } from './duckdb-sql.js';
import { polarsScript } from './polars.js';

/** One query with an ASOF join a table; strictly before, as ours. */
function asofSql(dir: string): string {
  const columns = LOOKUPS.map((table) => `${table}.amount AS ${table}_amount_last`);
  const joins = LOOKUPS.map(
    (table) =>
      `ASOF LEFT JOIN ${readTable(dir, table)} ${table} ON ${table}.user_id = l.user_id AND ${table}.ts < l.ts`,
  );
  return `SELECT l.row_id, ${columns.join(', ')} FROM ${readTable(dir, 'left')} l ${joins.join(' ')}`;
}

export const duckdbAsof: Baseline = duckdb({
  name: 'duckdb_asof',
  title: 'DuckDB ASOF joins',
  sql: ({ dir }) => asofSql(dir),
});

/** The columns that all read. */
export const asofScan: Baseline = duckdb({
  name: 'duckdb_scan',
  title: 'DuckDB, bare scan',
  sql: ({ dir }) =>
    [
      ...LOOKUPS.map(
        (table) => `SELECT count(user_id), count(ts), sum(amount) FROM ${readTable(dir, table)}`,
      ),
      `SELECT count(user_id), count(ts), sum(row_id) FROM ${readTable(dir, 'left')}`,
    ].join(' UNION ALL '),
  family: 'floor',
});

export const polarsAsof: Baseline = polarsScript({
  name: 'polars_asof',
  title: 'Polars join_asof',
  file: 'polars_asof.py',
  args: LOOKUPS,
});
