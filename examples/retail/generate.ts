import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  basketsQuery,
  type Files,
  linesQuery,
  productsQuery,
  promotionStartsQuery,
  promotionsQuery,
} from './tables.js';

/** Raised whenever the same files give other rows than before. */
const VERSION = 1;

export interface GenerateOptions {
  /** Absent or empty folder; receives one Parquet file, or one folder of `ds=` folders, per table. */
  readonly out: string;
  /** After every table: rows so far, of all tables. */
  readonly onProgress?: (progress: { rows: number; totalRows: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Generated {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly note: string;
  readonly version: number;
  /** SHA-256 of the files they were made from. */
  readonly source: string;
}

interface Table {
  readonly name: string;
  readonly query: string;
  /** By `ds`; otherwise one file. */
  readonly partitioned: boolean;
}

/**
 * Baskets, lines, promotions and the catalogue, from `complete-journey` of the shared data folder: `TESSERA_SHARED`, or
 * `shared` beside the repository.
 *
 * Throws   Error that says what to set, if the files are not there; Error if `out` is not empty.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { out, onProgress, signal } = options;
  const files = sourceFiles();
  const source = await sha256(files);
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new Error(`${out} is not empty`);

  const wanted: readonly Table[] = [
    { name: 'baskets', query: basketsQuery(files), partitioned: false },
    { name: 'lines', query: linesQuery(files), partitioned: true },
    { name: 'promotion_starts', query: promotionStartsQuery(files), partitioned: false },
    { name: 'promotions', query: promotionsQuery(files), partitioned: true },
    { name: 'products', query: productsQuery(files), partitioned: false },
  ];
  // One thread: rows keep the order of the query.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const tables: { name: string; rows: number }[] = [];
  try {
    const counted = await connection.runAndReadAll(
      wanted.map(({ query }) => `SELECT count(*)::INTEGER FROM (${query})`).join(' UNION ALL '),
    );
    const totalRows = counted.getRows().reduce((sum, [rows]) => sum + Number(rows), 0);
    for (const { name, query, partitioned } of wanted) {
      signal?.throwIfAborted();
      const target = path.join(out, partitioned ? name : `${name}.parquet`).replaceAll("'", "''");
      const how = partitioned ? ', PARTITION_BY (ds)' : '';
      const result = await connection.run(`COPY (${query}) TO '${target}' (FORMAT parquet${how})`);
      tables.push({ name, rows: result.rowsChanged });
      onProgress?.({ rows: tables.reduce((sum, table) => sum + table.rows, 0), totalRows });
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return { tables, note: 'of 2017', version: VERSION, source };
}

function sourceFiles(): Files {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const shared = process.env.TESSERA_SHARED ?? path.join(here, '..', '..', '..', 'shared');
  const file = (name: string) => path.resolve(shared, 'data', 'complete-journey', name);
  return {
    transactions: file('transactions.parquet'),
    promotions: file('promotions.parquet'),
    products: file('products.parquet'),
  };
}

async function sha256(files: Files): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [files.transactions, files.promotions, files.products]) {
    try {
      hash.update(await readFile(file));
    } catch (cause) {
      throw new Error(
        `cannot read ${file}: set TESSERA_SHARED to the folder that holds data/complete-journey`,
        { cause },
      );
    }
  }
  return hash.digest('hex');
}
