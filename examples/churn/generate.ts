import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CUSTOMERS_AT_SCALE_1, DAYS, tables } from './tables.js';

/** Raised whenever the same seed gives other rows than before. */
const VERSION = 1;

export interface GenerateOptions {
  /** Absent or empty folder; receives one folder of `ds=` folders per table. */
  readonly out: string;
  /** 1 = 20,000 customers. */
  readonly scale?: number;
  readonly seed?: number;
  /** After every table: tables so far, and how many there will be. */
  readonly onProgress?: (progress: { rows: number; totalRows: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Generated {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly note: string;
  readonly version: number;
}

/**
 * Half a year of a subscription shop, as Parquet partitioned by day. The rows depend on seed, scale and version alone.
 *
 * Throws   RangeError for a scale or seed out of range; Error if `out` is not empty.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { out, scale = 1, seed = 42, onProgress, signal } = options;
  const customers = Math.round(CUSTOMERS_AT_SCALE_1 * scale);
  if (!(customers >= 1 && scale <= 50))
    throw new RangeError(`scale must be from ${1 / CUSTOMERS_AT_SCALE_1} to 50, not ${scale}`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new RangeError(`seed must be a whole number from 0 to 2^32 - 1, not ${seed}`);
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new Error(`${out} is not empty`);
  // One thread: rows keep the order of the query.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const made: { name: string; rows: number }[] = [];
  try {
    const wanted = tables(customers, seed);
    for (const { name, query } of wanted) {
      signal?.throwIfAborted();
      const target = path.join(out, name).replaceAll("'", "''");
      const result = await connection.run(
        `COPY (${query}) TO '${target}' (FORMAT parquet, PARTITION_BY (ds))`,
      );
      made.push({ name, rows: result.rowsChanged });
      onProgress?.({ rows: made.length, totalRows: wanted.length });
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return { tables: made, note: `${DAYS} days`, version: VERSION };
}
