import type { DataType } from '@tessera/api';
import { isAssignable } from '../assignable.js';
import { duckDbType } from '../duckdb-type.js';
import { quoteIdent, quotePath, quotePaths } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';
import { csvTypes } from './csv-types.js';
import { declaredAs, unusableName } from './file-type.js';
import { csvReader, filesSql } from './files-sql.js';
import { type FoundTable, fileColumns, type TableFile } from './find-tables.js';
import { type ColumnProfile, profileColumns } from './profile.js';
import { findSnapshotKeys, type SnapshotEvidence } from './snapshots.js';

export interface DescribedColumn extends ColumnProfile {
  readonly name: string;
  /** DuckDB's type in the files. */
  readonly fileType: string;
  readonly type: DataType;
}

export interface LeftOutColumn {
  readonly name: string;
  readonly fileType: string;
  readonly reason: string;
}

/** A table's real schema, and what a bounded sample of its rows says. */
export interface DescribedTable extends FoundTable {
  readonly bytes: number;
  /** Null for CSV files too large to be counted. */
  readonly rows: number | null;
  readonly sampledRows: number;
  readonly columns: readonly DescribedColumn[];
  readonly leftOut: readonly LeftOutColumn[];
  /** Hive only: whether partitions hold the same keys again and again. */
  readonly snapshots: SnapshotEvidence | null;
}

/** Rows that distinct values, ranges and nulls are counted over. */
const SAMPLE_ROWS = 200_000;
/** Files the sample is taken from, evenly over the table. */
const SAMPLE_FILES = 16;
/** A small table of no more files is looked at whole. */
const MAX_WHOLE_FILES = 512;
/** CSV has no types: all of it is read to tell them up to this size, a sample beyond. */
const WHOLE_CSV_BYTES = 256e6;

/**
 * Look at a table: schema, types and a profile of each column.
 *
 * Cost    footers of up to 16 files, and up to 200,000 rows of them; CSV up to 256 MB is read whole
 * Throws  FILE_UNREADABLE
 */
export async function describeTable(session: Session, table: FoundTable): Promise<DescribedTable> {
  const bytes = table.files.reduce((sum, file) => sum + file.bytes, 0);
  const chosen = spread(table.files, SAMPLE_FILES);
  const schemas: Schema[] = [];
  for (const { path } of chosen) schemas.push(await fileColumns(session, path, table.format));
  const notes = [...table.notes];
  const { columns, leftOut } = merge(schemas, notes);
  const isWholeCsv = table.format === 'csv' && bytes <= WHOLE_CSV_BYTES;
  const names = columns.map(({ name }) => name);
  const rows = await countRows(session, table, isWholeCsv);
  const isSmall = rows !== null && rows <= SAMPLE_ROWS && table.files.length <= MAX_WHOLE_FILES;
  const sample = isSmall
    ? filesSql(table, table.files)
    : sampleSql({ table, files: chosen, names, schemas });
  const typed =
    table.format === 'parquet'
      ? columns
      : await withCsvTypes(session, columns, isWholeCsv ? filesSql(table, table.files) : sample);
  const relation = `SELECT ${typed.map(typedColumn).join(', ') || '1'} FROM (${sample})`;
  const { rows: sampledRows, profiles } = await profileColumns(session, relation, typed);
  const described = typed.map((column, idx) => ({ ...column, ...profiles[idx]! }));
  if (table.format === 'csv') notes.push(...separatorNotes(names));
  return {
    ...table,
    notes,
    bytes,
    rows,
    sampledRows,
    columns: described,
    leftOut,
    snapshots:
      table.layout === 'hive'
        ? await findSnapshotKeys(table.files, described, async (files, query) =>
            readRows(session, query(`(${filesSql(table, files)})`)),
          )
        : null,
  };
}

type Schema = readonly { readonly name: string; readonly type: string }[];

interface TypedColumn {
  readonly name: string;
  readonly fileType: string;
  readonly type: DataType;
}

/** One declaration for all files: the first type that holds what each of them has. */
function merge(
  schemas: readonly Schema[],
  notes: string[],
): { columns: TypedColumn[]; leftOut: LeftOutColumn[] } {
  const types = new Map<string, string[]>();
  for (const schema of schemas) {
    for (const { name, type } of schema) {
      const known = types.get(name) ?? [];
      if (!known.includes(type)) known.push(type);
      types.set(name, known);
    }
  }
  const names = [...types.keys()];
  const columns: TypedColumn[] = [];
  const leftOut: LeftOutColumn[] = [];
  for (const [name, found] of types) {
    const fileType = found.join(' and ');
    const wrongName = unusableName(name, names);
    const declared = found.map(declaredAs);
    const reason =
      wrongName ?? declared.flatMap((one) => ('leftOut' in one ? [one.leftOut] : []))[0];
    const type = declared
      .flatMap((one) => ('type' in one ? [one.type] : []))
      .find((one) => found.every((each) => isAssignable(each, one)));
    if (reason !== undefined) leftOut.push({ name, fileType, reason });
    else if (type === undefined)
      leftOut.push({ name, fileType, reason: 'its files do not agree on the type' });
    else columns.push({ name, fileType, type });
    const lacking = schemas.filter((schema) => schema.every((column) => column.name !== name));
    if (lacking.length > 0 && reason === undefined) {
      notes.push(`\`${name}\` is not in every file: it is null where it lacks.`);
    }
  }
  return { columns, leftOut };
}

/** Ends, and evenly between: late files may hold other columns than early ones. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const at = (i: number) => Math.round((i * (items.length - 1)) / (count - 1));
  return Array.from({ length: count }, (_, i) => items[at(i)]!);
}

interface Sampled {
  readonly table: FoundTable;
  readonly files: readonly TableFile[];
  readonly names: readonly string[];
  readonly schemas: readonly (readonly { readonly name: string }[])[];
}

/** As many rows of each file as make up the sample together. */
function sampleSql({ table, files, names, schemas }: Sampled): string {
  const limit = Math.ceil(SAMPLE_ROWS / files.length);
  const parts = files.map((file, idx) => {
    const own = names.filter((name) => schemas[idx]!.some((column) => column.name === name));
    const selected = own.map(quoteIdent).join(', ') || '1 AS __none';
    const reader =
      table.format === 'csv'
        ? csvReader([file], schemas[idx]!)
        : `read_parquet(${quotePath(file.path)}, hive_partitioning=false)`;
    return `(SELECT ${selected} FROM ${reader} LIMIT ${limit})`;
  });
  return parts.join(' UNION ALL BY NAME ');
}

async function withCsvTypes(
  session: Session,
  columns: readonly TypedColumn[],
  relation: string,
): Promise<TypedColumn[]> {
  const types = await csvTypes(
    session,
    relation,
    columns.map(({ name }) => name),
  );
  return columns.map((column) => ({
    ...column,
    fileType: 'text of CSV',
    type: types.get(column.name) ?? column.type,
  }));
}

/** A sampled value as the type it will be declared as; text that is none of it is null. */
function typedColumn({ name, type }: TypedColumn): string {
  const column = quoteIdent(name);
  return type.kind === 'string' || type.kind === 'list' || type.kind === 'map'
    ? column
    : `TRY_CAST(${column} AS ${duckDbType(type)}) AS ${column}`;
}

async function countRows(
  session: Session,
  table: FoundTable,
  isWholeCsv: boolean,
): Promise<number | null> {
  const paths = quotePaths(table.files.map(({ path }) => path));
  if (table.format === 'parquet') {
    const [row] = await readRows(
      session,
      `SELECT sum(num_rows) AS n FROM parquet_file_metadata(${paths})`,
    );
    return Number(row?.n);
  }
  if (!isWholeCsv) return null;
  const [row] = await readRows(
    session,
    `SELECT count(*) AS n FROM (${filesSql(table, table.files)})`,
  );
  return Number(row?.n);
}

/** A CSV whose only column holds other separators was not written with commas. */
function separatorNotes(names: readonly string[]): string[] {
  const [only] = names;
  const separator = [';', '\t', '|'].find((char) => only?.includes(char));
  if (names.length !== 1 || separator === undefined) return [];
  const shown = separator === '\t' ? 'a tab' : `\`${separator}\``;
  return [`its columns seem to be parted by ${shown}: only commas are read. Write it as Parquet.`];
}
