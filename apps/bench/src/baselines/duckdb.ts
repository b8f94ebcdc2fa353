import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Baseline } from '../contender.js';
import { type BenchData, hotKey } from '../data.js';
import { version } from '../duckdb.js';
import { rangeJoinSql, scanSql, windowSql } from './duckdb-sql.js';

const SCRIPT = fileURLToPath(new URL('../run-sql.js', import.meta.url));

interface Query {
  readonly name: string;
  readonly title: string;
  readonly sql: (data: BenchData) => string;
  /** Default: it writes a result. */
  readonly writes?: false;
  readonly rows?: Baseline['rows'];
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
      args: [SCRIPT, query.sql(data), query.writes === false ? '' : place, String(workers)],
    }),
    result: (place) => (query.writes === false ? null : place),
    ...(query.rows !== undefined && { rows: query.rows }),
  };
}

export const duckdbRangeJoin = duckdb({
  name: 'duckdb_range_join',
  title: 'DuckDB range join',
  sql: ({ dir }) => rangeJoinSql(dir),
});

export const duckdbWindows = duckdb({
  name: 'duckdb_windows',
  title: 'DuckDB window functions',
  sql: ({ dir }) => windowSql(dir),
});

/** The floor: what reading the columns alone takes. */
export const duckdbScan = duckdb({
  name: 'duckdb_scan',
  title: 'DuckDB, bare scan',
  sql: ({ dir }) => scanSql(dir),
  writes: false,
});

/** One key in a hundred, among them the busiest; of a hot key, a few of its left rows. */
function sampleOf({ spec }: BenchData) {
  const keys = "user_id LIKE '%00'";
  const hot = hotKey(spec);
  if (hot === null) return { left: keys, events: keys };
  const isHot = `user_id = '${hot}'`;
  const some = `row_id % ${Math.max(1, Math.round(spec.leftRows / 200))} = 0`;
  return {
    left: `(${keys} AND NOT ${isHot} OR ${isHot} AND ${some})`,
    events: `(${keys} OR ${isHot})`,
  };
}

/** A check where the whole would take hours. */
export const duckdbSample = duckdb({
  name: 'duckdb_sample',
  title: 'DuckDB range join of a sample',
  sql: (data) => rangeJoinSql(data.dir, sampleOf(data)),
  rows: (data) => sampleOf(data).left,
});
