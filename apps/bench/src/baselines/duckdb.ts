import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Baseline } from '../contender.js';
import { version } from '../duckdb.js';
import { rangeJoinSql, scanSql, windowSql } from './duckdb-sql.js';

const SCRIPT = fileURLToPath(new URL('../run-sql.js', import.meta.url));

interface Query {
  readonly name: string;
  readonly title: string;
  readonly sql: (dir: string) => string;
  /** Default: it writes a result. */
  readonly writes?: false;
  readonly rows?: string;
}

/** One statement in DuckDB, with all of its threads, spilling to the work folder when it must. */
function duckdb(query: Query): Baseline {
  return {
    name: query.name,
    title: query.title,
    prepare: async () => null,
    version: () => `duckdb ${version()}`,
    place: ({ work }) => join(work, `${query.name}.parquet`),
    command: ({ data, workers }, place) => ({
      file: process.execPath,
      args: [SCRIPT, query.sql(data.dir), query.writes === false ? '' : place, String(workers)],
    }),
    result: (place) => (query.writes === false ? null : place),
    ...(query.rows !== undefined && { rows: query.rows }),
  };
}

export const duckdbRangeJoin = duckdb({
  name: 'duckdb_range_join',
  title: 'DuckDB range join',
  sql: (dir) => rangeJoinSql(dir),
});

export const duckdbWindows = duckdb({
  name: 'duckdb_windows',
  title: 'DuckDB window functions',
  sql: windowSql,
});

/** The floor: what reading the columns alone takes. */
export const duckdbScan = duckdb({
  name: 'duckdb_scan',
  title: 'DuckDB, bare scan',
  sql: scanSql,
  writes: false,
});

/** One key in a hundred, among them the busiest: a check where the whole would take hours. */
const SAMPLE = "user_id LIKE '%00'";
export const duckdbSample = duckdb({
  name: 'duckdb_sample',
  title: 'DuckDB range join, 1 key in 100',
  sql: (dir) => rangeJoinSql(dir, SAMPLE),
  rows: SAMPLE,
});
