import type { ColumnSpec, DataType } from '@tessera/api';
import { readCsvHeader } from './csv-header.js';
import { duckDbType } from './duckdb-type.js';
import { readType, type StoredAs } from './normalize-sql.js';
import { quoteIdent, quoteLiteral, quotePaths } from './quote.js';
import type { Relation, ScanFile } from './scan-spec.js';

/**
 * A relation as parenthesised SELECTs of one shape: the needed columns as they are stored, `__label`, and with
 * `withOrigin` `__file` and `__file_row`.
 */
export interface RelationSql {
  readonly parts: readonly string[];
  /** How a column lies in the parts: the same in all of them. */
  storedAs(column: ColumnSpec): StoredAs;
  /** The type by which the raw time column is filtered and converted. */
  timeType(column: ColumnSpec): DataType;
}

/** A filter on the raw column, or null. Called with the type the column is stored under. */
type PushedFilter = (column: string, type: DataType) => string | null;

/**
 * Files that lie alike are read by one reader call; UNION ALL keeps their order.
 *
 * The readers are told every column's name and type (`schema` for Parquet, `columns` for CSV): files may lack columns,
 * hold narrower types, or hold others, and no file has to be opened to plan the query.
 */
export function relationSql(
  relation: Relation,
  needed: readonly ColumnSpec[],
  pushed: PushedFilter,
  { withOrigin = false }: { readonly withOrigin?: boolean | undefined } = {},
): RelationSql {
  const nowhere = withOrigin ? [originSql('NULL', 'NULL')] : [];
  if (relation.kind === 'table') {
    const label = 'CAST("ds" AS VARCHAR) AS __label';
    const columns = [...needed.map((c) => quoteIdent(c.name)), label, ...nowhere];
    return shaped(
      [
        `SELECT ${columns.join(', ')} FROM ${quoteIdent(relation.name)}${filter(needed, pushed, () => 'declared')}`,
      ],
      () => 'declared',
    );
  }
  const files =
    relation.kind === 'csv'
      ? relation.files.map((file) => ({ ...file, header: file.header ?? readCsvHeader(file.path) }))
      : relation.files;
  const stored = commonStorage(relation.kind, files);
  if (files.length === 0) {
    const columns = needed.map(
      (c) => `CAST(NULL AS ${readType(c.type, stored(c))}) AS ${quoteIdent(c.name)}`,
    );
    return shaped(
      [
        `SELECT ${[...columns, 'CAST(NULL AS VARCHAR) AS __label', ...nowhere].join(', ')} WHERE FALSE`,
      ],
      stored,
    );
  }
  const keyOf = (file: ScanFile): string =>
    withOrigin && (relation.kind === 'csv' || names(needed, 'file_index'))
      ? file.path
      : alike(file, needed);
  let before = 0;
  const parts = runsOf(files, keyOf).map((run) => {
    const first = before;
    before += run.length;
    const hive = run[0]!.ds !== null;
    // The folder's label is the value of a declared column `ds` (S1.2), whatever the files hold.
    const fromLabel = (c: ColumnSpec): boolean => hive && c.name === 'ds';
    const inFile = needed.filter((c) => !fromLabel(c));
    const physical = (c: ColumnSpec): StoredAs => storageIn(relation.kind, run[0]!, c);
    const reader =
      relation.kind === 'parquet'
        ? parquetReader(run, inFile, physical)
        : csvReader(run, inFile, physical);
    const label = labelOf(run);
    const columns = needed.map((c) => {
      const name = quoteIdent(c.name);
      if (fromLabel(c)) return `TRY_CAST(${label} AS ${duckDbType(c.type)}) AS ${name}`;
      if (relation.kind === 'csv' && !run[0]!.header!.includes(c.name)) {
        return `CAST(NULL AS ${readType(c.type, stored(c))}) AS ${name}`;
      }
      const value =
        relation.kind === 'csv' && isInstant(c, physical(c)) ? csvInstant(name, c, run) : name;
      return `${convertedStorage(value, physical(c), stored(c))} AS ${name}`;
    });
    const origin = withOrigin ? [originOf(run, first, relation.kind, inFile)] : [];
    const inner = `SELECT ${[...columns, `${label} AS __label`, ...origin].join(', ')} FROM ${reader}`;
    // In a CSV file the raw column is text: the filter waits for the conversion.
    return relation.kind === 'csv'
      ? `SELECT * FROM (${inner})${filter(needed, pushed, stored)}`
      : `${inner}${filter(inFile, pushed, physical)}`;
  });
  return shaped(parts, stored);
}

function shaped(parts: readonly string[], stored: (column: ColumnSpec) => StoredAs): RelationSql {
  return {
    parts: parts.map((part) => `(${part})`),
    storedAs: stored,
    timeType: (column) => storedType(column.type, stored(column)),
  };
}

function storedType(type: DataType, storedAs: StoredAs): DataType {
  if (storedAs === 'instant') return { kind: 'timestamptz' };
  return storedAs === 'local' ? { kind: 'timestamp' } : type;
}

function filter(
  columns: readonly ColumnSpec[],
  pushed: PushedFilter,
  physical: (column: ColumnSpec) => StoredAs,
): string {
  const conditions = columns.flatMap((c) => pushed(c.name, storedType(c.type, physical(c))) ?? []);
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

function isInstant(column: ColumnSpec, storedAs: StoredAs): boolean {
  return storedType(column.type, storedAs).kind === 'timestamptz';
}

/**
 * Text of a CSV file as an instant. DuckDB's CSV reader turns text that is no TIMESTAMP WITH TIME ZONE into null without a
 * word (1.5.6; other types it refuses), so the text is read and cast here.
 */
function csvInstant(name: string, column: ColumnSpec, files: readonly ScanFile[]): string {
  const file = files.length === 1 ? quoteLiteral(files[0]!.path) : 'filename';
  const what = quoteLiteral(`" in column ${column.name} is no instant\n  file = `);
  return `CASE WHEN ${name} IS NOT NULL THEN coalesce(TRY_CAST(${name} AS TIMESTAMP WITH TIME ZONE), error('CSV: "' || ${name} || ${what} || ${file})) END`;
}

/**
 * How a column lies in one file. A CSV timestamp is read as an instant: DuckDB's TIMESTAMP takes `10:00+02:00` for
 * 10:00, TIMESTAMP WITH TIME ZONE for 08:00 (and text without a zone as UTC, the session's zone).
 */
function storageIn(kind: 'parquet' | 'csv', file: ScanFile, column: ColumnSpec): StoredAs {
  const { kind: type } = column.type;
  if (type !== 'timestamp' && type !== 'timestamptz') return 'declared';
  const instant =
    kind === 'csv' ||
    (file.adjusted === undefined ? type === 'timestamptz' : file.adjusted.includes(column.name));
  if (instant) return type === 'timestamptz' ? 'declared' : 'instant';
  return type === 'timestamp' ? 'declared' : 'local';
}

/** What a column looks like above the readers: as in all files if they agree, else as declared. */
function commonStorage(
  kind: 'parquet' | 'csv',
  files: readonly ScanFile[],
): (column: ColumnSpec) => StoredAs {
  return (column) => {
    const [first, ...others] = files.map((file) => storageIn(kind, file, column));
    return first !== undefined && others.every((other) => other === first) ? first : 'declared';
  };
}

function convertedStorage(name: string, physical: StoredAs, wanted: StoredAs): string {
  if (physical === wanted) return name;
  return physical === 'instant'
    ? `make_timestamp(epoch_us(${name}))`
    : `make_timestamptz(epoch_us(${name}))`;
}

function runsOf<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const runs: T[][] = [];
  let last: string | undefined;
  for (const item of items) {
    const key = keyOf(item);
    if (key === last) runs.at(-1)!.push(item);
    else runs.push([item]);
    last = key;
  }
  return runs;
}

function alike(file: ScanFile, needed: readonly ColumnSpec[]): string {
  const adjusted = needed.map((c) => storageIn('parquet', file, c));
  // With a declared column of that name in the file, the reader's own `file_index` is hidden: one label per call then.
  const label = names(needed, 'file_index') ? file.ds : file.ds === null;
  return JSON.stringify([label, adjusted, file.header]);
}

/** A constant where all files share a label, else looked up by the reader's own number of the file. */
function labelOf(files: readonly ScanFile[]): string {
  const labels = files.map((file) => file.ds);
  if (labels[0] === null) return 'CAST(NULL AS VARCHAR)';
  if (labels.every((label) => label === labels[0])) return quoteLiteral(labels[0]!);
  const list = labels.map((label) => quoteLiteral(label!)).join(', ');
  return `list_extract([${list}], CAST(file_index AS BIGINT) + 1)`;
}

function names(columns: readonly ColumnSpec[], name: string): boolean {
  return columns.some((c) => c.name.toLowerCase() === name);
}

function originSql(file: string, row: string): string {
  return `CAST(${file} AS BIGINT) AS __file, CAST(${row} AS BIGINT) AS __file_row`;
}

/** Where a row lies, by the reader's own numbers; a CSV file is read alone, and its rows come in their order. */
function originOf(
  files: readonly ScanFile[],
  first: number,
  kind: 'parquet' | 'csv',
  columns: readonly ColumnSpec[],
): string {
  const file = files.length === 1 ? String(first) : `${first} + file_index`;
  if (kind === 'csv') return originSql(file, 'row_number() OVER () - 1');
  // A declared column of that name in the file hides the reader's number.
  return originSql(file, names(columns, 'file_row_number') ? 'NULL' : 'file_row_number');
}

function parquetReader(
  files: readonly ScanFile[],
  columns: readonly ColumnSpec[],
  physical: (column: ColumnSpec) => StoredAs,
): string {
  const paths = quotePaths(files.map((file) => file.path));
  if (columns.length === 0) return `read_parquet(${paths}, hive_partitioning=false)`;
  const schema = columns.map((c) => {
    const name = quoteLiteral(c.name);
    const type = quoteLiteral(readType(c.type, physical(c)));
    return `${name}: {name: ${name}, type: ${type}, default_value: NULL}`;
  });
  return `read_parquet(${paths}, schema=MAP {${schema.join(', ')}}, hive_partitioning=false)`;
}

/**
 * Nothing is detected: detection drops CRLF files beside LF ones without a word. Nothing at all is null, `""` is the empty
 * string.
 */
function csvReader(
  files: readonly ScanFile[],
  columns: readonly ColumnSpec[],
  physical: (column: ColumnSpec) => StoredAs,
): string {
  const typeOf = (c: ColumnSpec): string =>
    isInstant(c, physical(c)) ? 'VARCHAR' : readType(c.type, physical(c));
  const types = new Map(columns.map((c) => [c.name, typeOf(c)]));
  const header = files[0]!.header!.map(
    (name) => `${quoteLiteral(name)}: ${quoteLiteral(types.get(name) ?? 'VARCHAR')}`,
  );
  const options = [
    'auto_detect=false',
    'header=true',
    "delim=','",
    "quote='\"'",
    "escape='\"'",
    "nullstr=''",
    'allow_quoted_nulls=false',
    'hive_partitioning=false',
    `columns={${header.join(', ')}}`,
  ];
  return `read_csv(${quotePaths(files.map((file) => file.path))}, ${options.join(', ')})`;
}
