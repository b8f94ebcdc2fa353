import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { arrivalsQuery, cancellationsQuery, departuresQuery } from './tables.js';

/** Raised whenever the same flights give other rows than before. */
const VERSION = 1;

export interface GenerateOptions {
  /** Absent or empty folder; receives one Parquet file per table. */
  readonly out: string;
  /** After every table: rows so far, of all tables. */
  readonly onProgress?: (progress: { rows: number; totalRows: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Generated {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly note: string;
  readonly version: number;
  /** SHA-256 of the file they were made from. */
  readonly source: string;
}

/**
 * Departures, arrivals and cancellations, each with the instant it was known, from `houston-flights/flights.parquet` of
 * the shared data folder: `TESSERA_SHARED`, or `shared` beside the repository.
 *
 * Throws   Error that says what to set, if the file is not there; Error if `out` is not empty.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { out, onProgress, signal } = options;
  const file = sourceFile();
  const source = await sha256(file);
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new Error(`${out} is not empty`);

  const queries = {
    departures: departuresQuery(file),
    arrivals: arrivalsQuery(file),
    cancellations: cancellationsQuery(file),
  };
  // One thread: rows keep the order of the file.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const tables: { name: string; rows: number }[] = [];
  try {
    const counted = await connection.runAndReadAll(
      Object.values(queries)
        .map((query) => `SELECT count(*)::INTEGER FROM (${query})`)
        .join(' UNION ALL '),
    );
    const totalRows = counted.getRows().reduce((sum, [rows]) => sum + Number(rows), 0);
    for (const [name, query] of Object.entries(queries)) {
      signal?.throwIfAborted();
      const target = path.join(out, `${name}.parquet`).replaceAll("'", "''");
      const result = await connection.run(`COPY (${query}) TO '${target}' (FORMAT parquet)`);
      tables.push({ name, rows: result.rowsChanged });
      onProgress?.({ rows: tables.reduce((sum, table) => sum + table.rows, 0), totalRows });
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return { tables, note: 'of 2011', version: VERSION, source };
}

function sourceFile(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const shared = process.env.TESSERA_SHARED ?? path.join(here, '..', '..', '..', 'shared');
  return path.resolve(shared, 'data', 'houston-flights', 'flights.parquet');
}

async function sha256(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Error(
      `cannot read ${file}: set TESSERA_SHARED to the folder that holds data/houston-flights/flights.parquet`,
      { cause },
    );
  }
  return createHash('sha256').update(bytes).digest('hex');
}
