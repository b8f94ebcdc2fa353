import { openDataset } from '../dataset.js';
import { fileColumns } from '../describe/find-tables.js';
import { quoteIdent, quotePaths } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';

/** A published dataset, to be looked at. */
export interface Published {
  readonly path: string;
  /** In label order; a partition whose file is gone is left out. */
  readonly partitions: readonly {
    readonly ds: string;
    readonly rows: number;
    readonly file: string;
  }[];
  readonly lost: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** Names of those columns that were computed. */
  readonly features: readonly string[];
  /** Columns of the files in their order, with DuckDB's types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What is published at a path, or null. The manifest says what there is. Throws FILE_UNREADABLE. */
export async function openPublished(session: Session, path: string): Promise<Published | null> {
  const { manifest, lost, fileOf } = await openDataset(path);
  if (manifest === null) return null;
  const gone = new Set(lost);
  const partitions = Object.entries(manifest.partitions)
    .filter(([ds]) => !gone.has(ds))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ds, { rows, bytes }]) => ({ ds, rows, bytes, file: fileOf(ds) }));
  const last = partitions.at(-1);
  return {
    path,
    partitions,
    lost,
    rows: partitions.reduce((sum, { rows }) => sum + rows, 0),
    bytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
    features: manifest.columns.map(({ name }) => name),
    columns: last === undefined ? [] : await fileColumns(session, last.file, 'parquet'),
  };
}

/** The first rows in the order of partitions and of rows in them, values as DuckDB prints them. */
export async function publishedRows(
  session: Session,
  { partitions }: Published,
  { columns, limit }: { readonly columns: readonly string[]; readonly limit: number },
): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  const printed = columns.map((name, i) => `CAST(${quoteIdent(name)} AS VARCHAR) AS c${i}`);
  for (const { file, rows: count } of partitions) {
    if (rows.length >= limit) break;
    if (count === 0) continue;
    const found = await readRows(
      session,
      `SELECT ${printed.join(', ') || '1'} FROM read_parquet(${quotePaths([file])}, hive_partitioning=false) LIMIT ${limit - rows.length}`,
    );
    for (const row of found) {
      rows.push(columns.map((_, i) => (row[`c${i}`] == null ? null : String(row[`c${i}`]))));
    }
  }
  return rows;
}

/** The relation of all its files. */
export function publishedSql({ partitions }: Published): string {
  const files = partitions.map(({ file }) => file);
  return `read_parquet(${quotePaths(files)}, hive_partitioning=false, union_by_name=true)`;
}
