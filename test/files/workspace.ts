import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { atEndOfFile } from '../end-of-file.js';
import { DuckDBInstance } from './duckdb.js';

/** Values as `@duckdb/node-api` gives them to JavaScript: its own readers, not the engine's. */
export type Cell = unknown;
export type Cells = Record<string, Cell>;

/** An empty folder that is removed after the tests of the file. */
export function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tessera-files-')));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opened once for all files of a process. */
let connection: Promise<DuckDBConnection> | null = null;

async function connect(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const opened = await instance.connect();
  await opened.run("SET TimeZone = 'UTC'");
  return opened;
}

/** Answer one query with DuckDB alone, rows as objects of plain JavaScript values. */
export async function sql(text: string): Promise<Cells[]> {
  const opened = await (connection ??= connect());
  const result = await opened.runAndReadAll(text);
  return result.getRowObjectsJS() as Cells[];
}

/** The same with values as DuckDB's binding has them: exact decimals and instants. */
export async function rawRows(text: string): Promise<Cells[]> {
  const opened = await (connection ??= connect());
  const result = await opened.runAndReadAll(text);
  return result.getRowObjects() as Cells[];
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Write the rows of a query to one Parquet file; its folder is made. */
export async function parquet(file: string, query: string, options = ''): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await sql(
    `COPY (${query}) TO ${quoted(file)} (FORMAT parquet${options === '' ? '' : `, ${options}`})`,
  );
}

/** Every file below a folder, by its name there, sorted. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** SHA-256 of every file below a folder. */
export function hashes(
  folder: string,
  which: (name: string) => boolean = () => true,
): Record<string, string> {
  return Object.fromEntries(
    filesBelow(folder)
      .filter(which)
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}

export const isPublished = (name: string): boolean =>
  name.endsWith('.parquet') && !name.startsWith('tiles/');

/** All rows of a published dataset in the order of its partitions, without `ds`. */
export function datasetRows(path: string): Promise<Cells[]> {
  const files = filesBelow(path).filter(isPublished);
  if (files.length === 0) return Promise.resolve([]);
  const list = files.map((name) => quoted(join(path, name))).join(', ');
  return sql(`FROM read_parquet([${list}], hive_partitioning = false)`);
}
