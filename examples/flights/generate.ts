import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { publishFolder, readMarker } from './publish-folder.js';
import { arrivalsQuery, cancellationsQuery, departuresQuery } from './tables.js';

/** Raised whenever the same flights give other rows than before. */
const VERSION = 1;

export interface GenerateOptions {
  /** Folder that receives one Parquet file per table. Replaced if its input changed; never if it was not made here. */
  readonly out: string;
  /** After every table: tables done, of how many, and rows so far. */
  readonly onProgress?: (progress: { done: number; total: number; rows: number }) => void;
  readonly signal?: AbortSignal;
}

export interface GeneratedTables {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * Departures, arrivals and cancellations, each with the instant it was known, from `houston-flights/flights.parquet` of
 * the shared data folder: `TESSERA_SHARED`, or `shared` beside the repository.
 *
 * Throws   Error that says what to set, if the file is not there; Error if `out` holds files not made here.
 */
export async function generate(options: GenerateOptions): Promise<GeneratedTables> {
  const { out, onProgress, signal } = options;
  const source = sourceFile();
  const made = { generator: 'flights', version: VERSION, source: await sha256(source) };
  const present = await readMarker(out);
  if (present && JSON.stringify(present.made) === JSON.stringify(made)) {
    return { tables: present.tables };
  }

  const queries = {
    departures: departuresQuery(source),
    arrivals: arrivalsQuery(source),
    cancellations: cancellationsQuery(source),
  };
  const total = Object.keys(queries).length;
  const marker = await publishFolder(out, async (partial) => {
    // One thread: rows keep the order of the file.
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const tables: { name: string; rows: number }[] = [];
    try {
      for (const [name, query] of Object.entries(queries)) {
        signal?.throwIfAborted();
        const file = path.join(partial, `${name}.parquet`).replaceAll("'", "''");
        const result = await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
        tables.push({ name, rows: result.rowsChanged });
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        onProgress?.({ done: tables.length, total, rows });
      }
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
    return { made, tables };
  });
  return { tables: marker.tables };
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
