import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Baseline, Family } from '../contender.js';
import { type BenchData, hotKey } from '../data.js';
import { version } from '../duckdb.js';
import type { WindowedCase } from '../windowed.js';
import {
  everything,
  ofLeftKeys,
  rangeJoinSql,
  type Sides,
  scanSql,
  windowSql,
} from './duckdb-sql.js';

const SCRIPT = fileURLToPath(new URL('../run-sql.js', import.meta.url));

/** One statement. */
export interface Query {
  readonly name: string;
  readonly title: string;
  readonly sql: (data: BenchData) => string;
  readonly family?: Family;
  readonly rows?: Baseline['rows'];
}

/** One statement in DuckDB, with all of its threads, spilling to the work folder when it must. */
export function duckdb({ name, title, sql, family = 'duckdb', rows }: Query): Baseline {
  const writes = family !== 'floor';
  return {
    name,
    title,
    family,
    prepare: async () => null,
    version: () => `duckdb ${version()}`,
    place: ({ work }) => join(work, `${name}.parquet`),
    command: ({ data, workers }, place) => ({
      file: process.execPath,
      args: [SCRIPT, sql(data), writes ? place : '', String(workers)],
    }),
    result: (place) => (writes ? place : null),
    ...(rows !== undefined && { rows }),
  };
}

/** Which rows a statement reads; all when absent. */
export type SidesOf = (data: BenchData) => Sides;

const ALL: SidesOf = ({ dir }) => everything(dir);

/** Most events are of keys without left rows, so they are left out first, as one would; a join does so by itself. */
export const FEW: SidesOf = ({ dir }) => ofLeftKeys(dir);

export function duckdbRangeJoin(of: WindowedCase, sides = ALL): Baseline {
  return duckdb({
    name: 'duckdb_range_join',
    title: 'DuckDB range join',
    sql: (data) => rangeJoinSql(of, sides(data)),
  });
}

export function duckdbWindows(of: WindowedCase, sides = ALL): Baseline {
  return duckdb({
    name: 'duckdb_windows',
    title: 'DuckDB window functions',
    sql: (data) => windowSql(of, sides(data)),
  });
}

/** The floor: what reading the columns alone takes. */
export function duckdbScan(of: WindowedCase, sides = ALL): Baseline {
  return duckdb({
    name: 'duckdb_scan',
    title: 'DuckDB, bare scan',
    sql: (data) => scanSql(of, sides(data)),
    family: 'floor',
  });
}

/** One key in a hundred, among them the busiest; of a hot key, a few of its left rows: conditions. */
function sampleOf({ spec }: BenchData): Sides {
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
export function duckdbSample(of: WindowedCase): Baseline {
  return duckdb({
    name: 'duckdb_sample',
    title: 'DuckDB range join of a sample',
    sql: (data) => {
      const { left, events } = everything(data.dir);
      const sample = sampleOf(data);
      return rangeJoinSql(of, {
        left: `${left} WHERE ${sample.left}`,
        events: `${events} WHERE ${sample.events}`,
      });
    },
    rows: (data) => sampleOf(data).left,
  });
}
