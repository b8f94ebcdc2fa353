import {
  type ColumnSpec,
  type DataType,
  expressionColumns,
  isInputColumn,
  type SourceSpec,
  TesseraError,
  withInputs,
} from '@tessera/api';
import { dedupeSql } from './dedupe-sql.js';
import { duckDbType } from './duckdb-type.js';
import { normalizedSql } from './normalize-sql.js';
import { predicateSql } from './predicate-sql.js';
import { quoteIdent } from './quote.js';
import { relationSql } from './relation-sql.js';
import { NO_DAY, type ScanSpec } from './scan-spec.js';
import {
  daySql,
  epochMsSql,
  TIME_END_MS,
  TIME_START_MS,
  TIME_START_PRE_1970_MS,
  timeRangeSql,
  wholeDays,
} from './time-sql.js';

/**
 * The one place where a source becomes SQL.
 *
 * Shapes   one row per source row that is left after `dedupe` / `eventId` (S1.5, S3.3) and then passes `where`:
 *            every wanted column under its own name, of its declared type, NaN null and -0 zero (S4.4)
 *            __t    BIGINT   epoch ms, floored; null when there is no time or none that counts (S1.1, S1.3)
 *            __ds   VARCHAR  partition label; without one the UTC day of __t; `__none__` without either (S1.6, S8)
 *            __pos  BIGINT   with `withPosition`: 0, 1, 2 … over the rows of this result, in the order of the files as
 *                            given and of rows inside them; dense, so it numbers exactly the rows that are returned
 *            __file      BIGINT  with `withOrigin`: position of the row's file in the relation; null for a table
 *            __file_row  BIGINT  with `withOrigin`: number of the row in its file, from 0; null for a table
 *          Rows without a time are kept unless `timeRange` is given. ±Infinity is kept.
 * Order    of files and rows, unless deduplicated without `withPosition`; then any
 * Throws   INTERNAL for a wanted column that is not declared
 *
 *   files ─ pushed time filter ─ __t, normal form ─ __ds ─ computed columns ─ dedupe ─ where, exact time filter ─ __pos
 */
export function scanSql(scan: ScanSpec): string {
  const { source, relation, timeRange, expressionSql } = scan;
  const wanted = scan.columns.map((name) => declared(source, name));
  const deduplicated = source.eventId !== undefined || source.dedupe !== undefined;
  const all = neededColumns(scan, deduplicated);
  const needed = all.filter((column) => column.expression === undefined);
  const time = source.time === undefined ? null : declared(source, source.time);

  // Time: the range that counts at all, and what of it may be filtered before anything else looks at rows.
  const least = source.allowPre1970 ? TIME_START_PRE_1970_MS : TIME_START_MS;
  const asked = {
    startMs: Math.max(timeRange?.startMs ?? least, least),
    endMs: Math.min(timeRange?.endMs ?? TIME_END_MS, TIME_END_MS),
  };
  const pushed =
    time === null || timeRange === undefined
      ? null
      : !deduplicated
        ? asked
        : daysAreWhole(scan)
          ? clamp(wholeDays(asked.startMs, asked.endMs), least)
          : null;

  const filterTime = (column: string, type: DataType): string | null =>
    pushed === null || time === null || column !== time.name
      ? null
      : timeRangeSql(quoteIdent(column), type, pushed.startMs, pushed.endMs);
  const base = relationSql(relation, needed, filterTime, { withOrigin: scan.withOrigin });
  const origin = scan.withOrigin ? ORIGIN : [];

  const epochMs = (): string => {
    if (time === null) return 'CAST(NULL AS BIGINT)';
    const raw = quoteIdent(time.name);
    const type = base.timeType(time);
    const value = epochMsSql(raw, type, least);
    if (pushed !== null) return value;
    return `CASE WHEN ${timeRangeSql(raw, type, least, TIME_END_MS)} THEN ${value} END`;
  };
  const normal = needed.map(
    (c) =>
      `${normalizedSql(quoteIdent(c.name), c.type, base.storedAs(c))} AS ${quoteIdent(c.name)}`,
  );

  let sql = base.parts
    .map(
      (part) =>
        `SELECT ${[...normal, `CAST(${epochMs()} AS BIGINT) AS __t`, '__label', ...origin].join(', ')} FROM ${part}`,
    )
    .join('\nUNION ALL ');
  const names = needed.map((c) => quoteIdent(c.name));
  sql = `SELECT ${[...names, '__t', `${labelSql(source)} AS __ds`, ...origin].join(', ')} FROM (${sql})`;

  // A layer each: one may read those before it. DuckDB makes one of them all.
  for (const column of all)
    if (column.expression !== undefined)
      sql = `SELECT *, ${computedSql(scan, column)} AS ${quoteIdent(column.name)} FROM (${sql})`;

  const keepOrder = deduplicated && scan.withPosition === true;
  if (deduplicated) {
    const numbered = keepOrder ? `SELECT *, row_number() OVER () AS __row FROM (${sql})` : sql;
    sql = `SELECT * FROM (${numbered}) QUALIFY ${dedupeSql(source)}`;
  }

  const conditions: string[] = [];
  if (timeRange !== undefined) {
    if (time === null) conditions.push('FALSE');
    else if (pushed === null || deduplicated) {
      conditions.push(`__t >= ${asked.startMs} AND __t < ${asked.endMs}`);
    }
  }
  if (source.where !== undefined) {
    const typeOf = (name: string) => source.columns.find((c) => c.name === name)?.type;
    // Whoever knows the language says what a condition is; without them columns are compared with values.
    conditions.push(
      expressionSql === undefined
        ? predicateSql(source.where, quoteIdent, typeOf)
        : expressionSql(source.where),
    );
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const outputs = [...wanted.map((c) => quoteIdent(c.name)), '__t', '__ds', ...origin].join(', ');
  if (scan.withPosition !== true) return `SELECT ${outputs} FROM (${sql})${where}`;
  const order = keepOrder ? 'ORDER BY __row' : '';
  return `SELECT ${outputs}, row_number() OVER (${order}) - 1 AS __pos FROM (${sql})${where}${keepOrder ? ' ORDER BY __pos' : ''}`;
}

function computedSql({ expressionSql }: ScanSpec, { name, type, expression }: ColumnSpec): string {
  if (expressionSql === undefined || expression === undefined)
    throw new TesseraError('INTERNAL', { reason: `no SQL for the computed column ${name}` });
  return `TRY_CAST(${expressionSql(expression, type)} AS ${duckDbType(type)})`;
}

const ORIGIN = ['__file', '__file_row'];

function declared(source: SourceSpec, name: string): ColumnSpec {
  const column = source.columns.find((c) => c.name === name);
  if (column === undefined) {
    throw new TesseraError('INTERNAL', { reason: `${source.name} has no column ${name}` });
  }
  return column;
}

/** Wanted columns, the time, and what conditions name; every declared one when rows are compared or SQL is verbatim. */
function neededColumns(scan: ScanSpec, deduplicated: boolean): readonly ColumnSpec[] {
  const { source } = scan;
  const named = source.where === undefined ? [] : expressionColumns(source.where);
  const all = deduplicated || named === null;
  const every = source.columns.filter((column) => !isInputColumn(column));
  const wanted = [...scan.columns, ...(all ? every.map(({ name }) => name) : named)];
  if (source.time !== undefined) wanted.push(source.time);
  const needed = new Set(withInputs(source, wanted));
  return source.columns.filter((c) => needed.has(c.name));
}

/**
 * True when a partition is a UTC day of the time itself. Only then does a filter on whole days keep or drop whole
 * partitions, and may run before equal events of one partition are looked for.
 */
function daysAreWhole(scan: ScanSpec): boolean {
  const { source, relation } = scan;
  if (source.eventId === undefined || source.dedupe !== undefined || source.static) return false;
  return relation.kind !== 'table' && relation.files.every((file) => file.ds === null);
}

function clamp(range: { startMs: number; endMs: number }, least: number) {
  return {
    startMs: Math.max(range.startMs, least),
    endMs: Math.min(range.endMs, TIME_END_MS),
  };
}

/** `__label` is the folder's label or null. A static file is one state that holds for every day (S1.6). */
function labelSql(source: SourceSpec): string {
  const none = `'${NO_DAY}'`;
  return source.static || source.time === undefined
    ? `coalesce(__label, ${none})`
    : `coalesce(__label, ${daySql('__t')}, ${none})`;
}

/** The result columns of `scanSql` with their DuckDB types, for tables made to receive them. */
export function scanColumns(scan: ScanSpec): readonly { name: string; sqlType: string }[] {
  return [
    ...scan.columns.map((name) => ({
      name,
      sqlType: duckDbType(declared(scan.source, name).type),
    })),
    { name: '__t', sqlType: 'BIGINT' },
    { name: '__ds', sqlType: 'VARCHAR' },
    ...(scan.withOrigin ? ORIGIN.map((name) => ({ name, sqlType: 'BIGINT' })) : []),
    ...(scan.withPosition ? [{ name: '__pos', sqlType: 'BIGINT' }] : []),
  ];
}
