import { DAY_MS, expressionColumns, isFloat, parseDay, type SourceSpec } from '@tessera/api';
import { quoteIdent } from '@tessera/lake';
import type { KeySetPlan, LanePlan, ScanPlan } from '@tessera/planner';
import { conditionSql, sourceSql } from '../expressions/expression-sql.js';
import type { LeftScan, ScanInput } from './task.js';

/**
 * The SQL of each task. User columns are renamed in the innermost SELECT, so no name of theirs can meet one of ours.
 */

/** Time of a row whose source has none: before every query, so that unbounded windows hold it (S3.2). */
export const TIMELESS_MS = -1e15;

const dayOfLabel = (label: string) =>
  `date_diff('day', DATE '1970-01-01', TRY_CAST(${label} AS DATE))`;

export function laneColumns(lane: LanePlan, source: SourceSpec): string[] {
  const { read } = lane;
  if (read.how !== 'true-where') return [read.column];
  const own = read.where ? expressionColumns(read.where) : [];
  // Verbatim SQL may name any column.
  if (own === null) return source.columns.map((column) => column.name);
  return [...own, ...read.notNull];
}

/**
 * 64-bit md5 prefix → register * 64 + rank, as algebra's `hllSlotOfString` (p = 12). A 32-bit integer, which is read as a
 * number: a column of 64-bit ones would be taken for values, and hashed once more.
 */
function hllSlotSql(value: string): string {
  const digest = `md5(${value})`;
  const register = `CAST('0x' || substr(${digest}, 1, 3) AS INTEGER)`;
  const rest = `CAST('0x' || substr(${digest}, 4, 13) AS BIGINT)`;
  return `CAST(${register} * 64 + 53 - length(ltrim(bin(${rest}), '0')) AS INTEGER)`;
}

function laneSql(lane: LanePlan, source: SourceSpec): string {
  const { read } = lane;
  const isList = lane.type.kind === 'list';
  switch (read.how) {
    case 'column':
    case 'code':
      return quoteIdent(read.column);
    case 'not-null': {
      const column = quoteIdent(read.column);
      return isList
        ? `list_transform(${column}, lambda x: CASE WHEN x IS NULL THEN NULL ELSE TRUE END)`
        : `CASE WHEN ${column} IS NULL THEN NULL ELSE TRUE END`;
    }
    case 'hll': {
      const column = quoteIdent(read.column);
      return isList
        ? `list_transform(${column}, lambda x: ${hllSlotSql('x')})`
        : hllSlotSql(column);
    }
    case 'double': {
      const column = quoteIdent(read.column);
      const type = source.columns.find(({ name }) => name === read.column)?.type;
      // Through text: DuckDB's decimal → double is not correctly rounded for wide decimals, its parser is.
      const wide = type?.kind === 'decimal';
      return wide ? `CAST(CAST(${column} AS VARCHAR) AS DOUBLE)` : `CAST(${column} AS DOUBLE)`;
    }
    case 'true-where': {
      const typeOf = (name: string) => source.columns.find((column) => column.name === name)?.type;
      // S4.4: an infinite input counts as null.
      const terms = read.notNull.map((name) => {
        const column = quoteIdent(name);
        const type = typeOf(name);
        return type && isFloat(type)
          ? `coalesce(isfinite(${column}), FALSE)`
          : `${column} IS NOT NULL`;
      });
      if (read.where)
        terms.unshift(
          `coalesce((${conditionSql({ where: read.where, columns: source.columns })}), FALSE)`,
        );
      return `(${terms.join(' AND ')})`;
    }
  }
}

/** Left rows with their position, time and snapshot labels: `__pos`, `__t`, `__day` (of the partition), and columns. */
export function leftSql(left: LeftScan, columns: readonly string[]): string {
  const scan = sourceSql({
    source: left.source,
    relation: left.relation,
    columns: [...columns],
    withPosition: true,
  });
  const time =
    left.source.kind === 'entities'
      ? `epoch_ms(TRY_CAST(__ds AS DATE) + INTERVAL 1 DAY)` // S3.4: the midnight that ends its ds
      : '__t';
  const kept = columns.map((column) => `${quoteIdent(column)}`);
  return `SELECT ${['__pos', `${time} AS __t`, `${dayOfLabel('__ds')} AS __day`, ...kept].join(', ')} FROM (${scan})`;
}

/** Left rows of one day of plain files, in file order: only what can hold that day is read. */
export function leftDaySql(left: LeftScan, columns: readonly string[], ds: string): string {
  const startMs = Date.parse(ds);
  const timeRange = { startMs, endMs: startMs + DAY_MS };
  const { source, relation } = left;
  return sourceSql({ source, relation, columns: [...columns], timeRange });
}

function snapshotDaySql(time: string, lagMs: number): string {
  return `(CAST(floor((${time} - ${lagMs}) / ${DAY_MS}.0) AS INTEGER) - 1)`;
}

function keyConditions(columns: readonly string[]): string {
  return columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
}

/** Distinct keys of left rows: `code, k0, k1, … [, day]`. */
export function leftKeysSql(left: LeftScan, keySet: KeySetPlan): string {
  const rows = leftSql(left, keySet.columns);
  const names = keySet.columns.map((column, idx) => `${quoteIdent(column)} AS k${idx}`);
  const where = keySet.columns.map(quoteIdent);
  if (keySet.snapshotLagMs !== null)
    names.push(`${snapshotDaySql('__t', keySet.snapshotLagMs)} AS day`);
  const time = keySet.snapshotLagMs === null ? '' : ' AND __t IS NOT NULL';
  return `SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS code, * FROM (SELECT DISTINCT ${names.join(', ')} FROM (${rows}) WHERE ${keyConditions(where)}${time})`;
}

/**
 * Distinct keys of source rows, sorted, for the stand-alone values of a groupBy.
 *
 * @param others SELECTs of further keys (`k0`, `k1` …), none null
 */
export function gridKeysSql(
  scan: ScanInput,
  keys: readonly string[],
  byPartition: boolean,
  others: readonly string[] = [],
): string {
  const rows = sourceSql({
    source: scan.source,
    relation: scan.relation,
    columns: [...keys],
    ...timeRange(scan),
  });
  const names = keys.map((column, idx) => `${quoteIdent(column)} AS k${idx}`);
  if (byPartition) names.push(`${dayOfLabel('__ds')} AS day`);
  const order = [...keys.map((_, idx) => `k${idx}`), ...(byPartition ? ['day'] : [])].join(', ');
  const own = `SELECT ${names.join(', ')} FROM (${rows}) WHERE ${keyConditions(keys.map(quoteIdent))}`;
  return `SELECT CAST(row_number() OVER (ORDER BY ${order}) - 1 AS INTEGER) AS code, * FROM (SELECT DISTINCT * FROM (${[own, ...others].join(' UNION ALL ')})) ORDER BY code`;
}

/** Position of a left row, 0, 1, 2 …; and with a limit which rows are wanted. */
function positionSql(left: LeftScan, limit: number | null): { pos: string; wanted: string } {
  if (limit === null) return { pos: '__pos', wanted: '' };
  // The first rows in the order of partitions (S4.3), which is not that of a file without `ds` folders.
  const pos = '(row_number() OVER (ORDER BY __day NULLS LAST, __pos) - 1)';
  const first = left.firstDay === undefined ? 'NULL' : dayOfLabel(`'${left.firstDay}'`);
  const days = `coalesce(__day >= ${first}, TRUE)`;
  return { pos, wanted: ` WHERE ${days} QUALIFY ${pos} < ${limit}` };
}

/**
 * Labels of the files of a left that has a day for each: then rows tell their file instead of their day, which would be
 * made of a text and a date for each of them. Null where they tell their day.
 */
export function labelsByFile(left: LeftScan, limit: number | null): readonly string[] | null {
  const { source, relation } = left;
  if (limit !== null || source.kind !== 'events' || relation.kind !== 'parquet') return null;
  const labels = relation.files.flatMap(({ ds }) =>
    ds !== null && parseDay(ds) !== null ? [ds] : [],
  );
  return labels.length === relation.files.length ? labels : null;
}

/** As `leftSql`, with the position of each row's file as `__day`. */
function leftByFileSql({ source, relation }: LeftScan, columns: readonly string[]): string {
  const scan = sourceSql({
    ...{ source, relation, columns: [...columns] },
    withPosition: true,
    withOrigin: true,
  });
  const kept = columns.map(quoteIdent);
  return `SELECT ${['__pos', '__t', '__file AS __day', ...kept].join(', ')} FROM (${scan})`;
}

/** Left rows whose `__day` is what `labelsByFile` says. */
function leftWithDaySql(left: LeftScan, columns: readonly string[], limit: number | null): string {
  return labelsByFile(left, limit) === null ? leftSql(left, columns) : leftByFileSql(left, columns);
}

/**
 * Left rows with a key code per key set (`c0`, `c1`, …; null = null key), and `day`: days since 1970, or the position of
 * the row's file where `labelsByFile` says so.
 */
export function leftCodesSql(
  left: LeftScan,
  keySets: readonly { keySet: KeySetPlan; table: string }[],
  limit: number | null,
): string {
  const columns = [...new Set(keySets.flatMap(({ keySet }) => keySet.columns))];
  const inner = leftWithDaySql(left, columns, limit);
  const names = new Map(columns.map((column, idx) => [column, `u${idx}`]));
  const renamed = columns.map((column) => `${quoteIdent(column)} AS ${names.get(column)}`);
  const { pos, wanted } = positionSql(left, limit);
  const rows = `SELECT ${[`${pos} AS pos`, '__t AS t', '__day AS day', ...renamed].join(', ')} FROM (${inner})${wanted}`;
  const joins = keySets.map(({ keySet, table }, idx) => {
    const on = keySet.columns.map((column, at) => `l.${names.get(column)} = j${idx}.k${at}`);
    if (keySet.snapshotLagMs !== null)
      on.push(`${snapshotDaySql('l.t', keySet.snapshotLagMs)} = j${idx}.day`);
    return `LEFT JOIN ${table} j${idx} ON ${on.join(' AND ')}`;
  });
  const codes = keySets.map((_, idx) => `j${idx}.code AS c${idx}`);
  return `SELECT ${['CAST(l.pos AS DOUBLE) AS pos', 'CAST(l.t AS DOUBLE) AS t', 'l.day AS day', ...codes].join(', ')} FROM (${rows}) l ${joins.join(' ')}`;
}

/**
 * Left rows in order with what their keys are looked up by, all columns of a key set behind those of the one before, and
 * `pos`, `t` and `day` as of `leftCodesSql`, null where there is none.
 *
 * Returns  names of the columns that are looked up, of each key set
 */
export function leftLookupSql(
  left: LeftScan,
  keySets: readonly {
    readonly keySet: Pick<KeySetPlan, 'columns' | 'snapshotLagMs'>;
    readonly keySql: readonly ((column: string) => string)[];
  }[],
): { readonly sql: string; readonly names: readonly (readonly string[])[] } {
  const columns = [...new Set(keySets.flatMap(({ keySet }) => keySet.columns))];
  const rows = leftWithDaySql(left, columns, null);
  const looked: string[] = [];
  const names = keySets.map(({ keySet, keySql }) => {
    const { snapshotLagMs: lagMs } = keySet;
    const day = lagMs === null ? [] : [snapshotDaySql('__t', lagMs)];
    return [...keySet.columns.map(quoteIdent), ...day].map((column, at) => {
      const name = `k${looked.length}`;
      looked.push(`${keySql[at]!(column)} AS ${name}`);
      return name;
    });
  });
  const own = ['pos', 't', 'day'].map((name) => `CAST(__${name} AS DOUBLE) AS ${name}`);
  return { sql: `SELECT ${[...looked, ...own].join(', ')} FROM (${rows})`, names };
}

/** A range, even an open one, leaves out rows without a time; entities may have none at all. */
function timeRange(scan: { startMs: number | null; endMs: number | null }) {
  if (scan.startMs === null && scan.endMs === null) return {};
  return {
    timeRange: {
      ...(scan.startMs !== null && { startMs: scan.startMs }),
      ...(scan.endMs !== null && { endMs: scan.endMs }),
    },
  };
}

type EventsScan = Omit<ScanPlan, 'fileIdx' | 'tiles'>;

/** Time of an entity row that has none is irrelevant; one whose declared time is null contributes to nothing (S1.3). */
function timeSql(scan: EventsScan): string {
  return scan.timeless ? `CAST(${TIMELESS_MS} AS DOUBLE)` : 'CAST(__t AS DOUBLE)';
}

function eventRows(scan: EventsScan, relation: LeftScan['relation']): string {
  const columns = [
    ...new Set([...scan.keys, ...scan.lanes.flatMap((lane) => laneColumns(lane, scan.source))]),
  ];
  const rows = sourceSql({
    source: scan.source,
    relation,
    columns,
    ...timeRange(scan),
  });
  const keys = scan.keys.map((column, idx) => `${quoteIdent(column)} AS e${idx}`);
  const lanes = scan.lanes.map((lane) => `${laneSql(lane, scan.source)} AS ${lane.name}`);
  const day = scan.byPartition ? [`${dayOfLabel('__ds')} AS day`] : [];
  // A range leaves out rows without a time by itself.
  const mayLackTime = scan.source.time !== undefined && !('timeRange' in timeRange(scan));
  return `SELECT ${[...keys, ...day, `${timeSql(scan)} AS t`, ...lanes].join(', ')} FROM (${rows})${mayLackTime ? ' WHERE __t IS NOT NULL' : ''}`;
}

/** Codes of a list of strings, element by element; null stays null and empty stays empty. */
function listCodesSql(lane: string, table: string): string {
  const codes = `SELECT list(d.code ORDER BY u.p) FROM (SELECT unnest(e.${lane}) AS s, generate_subscripts(e.${lane}, 1) AS p) u LEFT JOIN ${table} d ON d.s = u.s`;
  return `CASE WHEN e.${lane} IS NULL THEN NULL WHEN len(e.${lane}) = 0 THEN [] ELSE (${codes}) END`;
}

/**
 * Events: `code`, `t`, and the lanes, strings as dictionary codes.
 *
 * @param keys SQL that names a table of wanted keys, to join with: others' events are left out. Or what becomes of each
 *             key column, and of the day where there is one, which are returned as `k0`, `k1` … in place of `code`
 */
export function scatterSql(
  scan: EventsScan,
  relation: LeftScan['relation'],
  keys: string | { readonly keySql: readonly ((column: string) => string)[] },
  dictionaries: Readonly<Record<string, string>>,
): string {
  const joins: string[] = [];
  const lanes = scan.lanes.map((lane) => {
    if (lane.read.how !== 'code') return `e.${lane.name}`;
    const table = dictionaries[lane.read.dictionary];
    if (table === undefined) throw new Error(`no dictionary ${lane.read.dictionary}`);
    if (lane.type.kind === 'list') return `${listCodesSql(lane.name, table)} AS ${lane.name}`;
    joins.push(`LEFT JOIN ${table} d${lane.name} ON e.${lane.name} = d${lane.name}.s`);
    return `d${lane.name}.code AS ${lane.name}`;
  });
  const rows = `(${eventRows(scan, relation)}) e`;
  if (typeof keys !== 'string') {
    const day = scan.byPartition ? ['e.day'] : [];
    const own = [...scan.keys.map((_, idx) => `e.e${idx}`), ...day];
    const looked = own.map((column, at) => `${keys.keySql[at]!(column)} AS k${at}`);
    return `SELECT ${[...looked, 'e.t AS t', ...lanes].join(', ')} FROM ${rows} ${joins.join(' ')}`;
  }
  const on = scan.keys.map((_, idx) => `e.e${idx} = k.k${idx}`);
  if (scan.byPartition) on.push('e.day = k.day');
  return `SELECT ${['k.code AS code', 'e.t AS t', ...lanes].join(', ')} FROM ${rows} JOIN ${keys} k ON ${on.join(' AND ')} ${joins.join(' ')}`;
}

/** Entities of some files as they are: keys as `k0`, `k1` …, then columns as `c0`, `c1` …, in the order of keys. */
export function entityRowsSql(
  scan: EventsScan,
  relation: LeftScan['relation'],
  columns: readonly string[],
): string {
  const names = [...new Set([...scan.keys, ...columns])];
  const rows = sourceSql({ source: scan.source, relation, columns: names, ...timeRange(scan) });
  const keys = scan.keys.map((key, idx) => `${quoteIdent(key)} AS k${idx}`);
  const own = columns.map((column, idx) => `${quoteIdent(column)} AS c${idx}`);
  const order = scan.keys.map((_, idx) => `k${idx}`).join(', ');
  // S1.3: a row whose declared time is null contributes to nothing.
  const timed = scan.source.time === undefined ? '' : ' AND __t IS NOT NULL';
  const where = `${keyConditions(scan.keys.map(quoteIdent))}${timed}`;
  return `SELECT ${[...keys, ...own].join(', ')} FROM (${rows}) WHERE ${where} ORDER BY ${order}`;
}

/** Counts for the report: rows read, without time, with a null key. */
export function countsSql(scan: EventsScan, relation: LeftScan['relation']): string {
  const rows = sourceSql({ source: scan.source, relation, columns: [...scan.keys] });
  const nullKey = scan.keys.map((column) => `${quoteIdent(column)} IS NULL`).join(' OR ');
  const noTime = scan.source.time === undefined ? '0' : 'count(*) FILTER (WHERE __t IS NULL)';
  return `SELECT count(*) AS rows, ${noTime} AS no_time, count(*) FILTER (WHERE ${nullKey}) AS null_key FROM (${rows})`;
}

/** Keys with more than one row in one partition (S3.3). */
export function duplicateKeysSql(scan: EventsScan, relation: LeftScan['relation']): string {
  const rows = sourceSql({ source: scan.source, relation, columns: [...scan.keys] });
  const keys = scan.keys.map(quoteIdent);
  return `SELECT __ds AS ds, ${keys.map((key, idx) => `CAST(${key} AS VARCHAR) AS k${idx}`).join(', ')}, count(*) AS n FROM (${rows}) WHERE ${keyConditions(keys)} GROUP BY __ds, ${keys.join(', ')} HAVING count(*) > 1 ORDER BY ALL LIMIT 5`;
}

/**
 * Distinct strings of a column in UTF-8 order.
 *
 * @param others SELECTs of further strings (`s`)
 * @param within of rows of the keys alone that a table has as `k0`, `k1` …
 */
export function dictionarySql(
  scan: ScanInput,
  column: string,
  isList: boolean,
  others: readonly string[] = [],
  within: { readonly keys: readonly string[]; readonly table: string } | null = null,
): string {
  const rows = sourceSql({
    source: scan.source,
    relation: scan.relation,
    columns: [...new Set([column, ...(within?.keys ?? [])])],
    ...timeRange(scan),
  });
  const value = isList ? `unnest(r.${quoteIdent(column)})` : `r.${quoteIdent(column)}`;
  const on = within?.keys.map((key, idx) => `r.${quoteIdent(key)} = k.k${idx}`).join(' AND ');
  const join = within === null ? '' : ` SEMI JOIN ${quoteIdent(within.table)} k ON ${on}`;
  return codedStringsSql(
    [`SELECT ${value} AS s FROM (${rows}) r${join}`, ...others].join(' UNION ALL '),
  );
}

/**
 * As `dictionarySql`, of the strings alone by which rows of one key and one time are told apart: where each row has a time
 * of its own there are none.
 */
export function tiedStringsSql(scan: ScanInput, column: string, keys: readonly string[]): string {
  const columns = [...new Set([column, ...keys])];
  const rows = sourceSql({
    source: scan.source,
    relation: scan.relation,
    columns,
    ...timeRange(scan),
  });
  const names = keys.map(quoteIdent);
  // Two places with one hash cost a string that nobody asks for, and no more.
  const place = `hash(${[...names, '__t'].join(', ')})`;
  const placed = `FROM (${rows}) WHERE __t IS NOT NULL AND ${keyConditions(names)}`;
  const tied = `SELECT place FROM (SELECT ${place} AS place ${placed}) GROUP BY place HAVING count(*) > 1`;
  const strings = `SELECT s FROM (SELECT ${quoteIdent(column)} AS s, ${place} AS place ${placed}) WHERE place IN (${tied})`;
  return codedStringsSql(strings);
}

/** How many of the first rows there are, and how many strings in them, about. */
export function someStringsSql(scan: ScanInput, column: string, limit: number): string {
  const { source, relation } = scan;
  const rows = sourceSql({ source, relation, columns: [column], ...timeRange(scan) });
  return `SELECT count(*) AS rows, approx_count_distinct(s) AS strings FROM (SELECT ${quoteIdent(column)} AS s FROM (${rows}) LIMIT ${limit})`;
}

/** @param strings SELECT of `s`, as often as there are some */
function codedStringsSql(strings: string): string {
  return `SELECT CAST(row_number() OVER (ORDER BY s) - 1 AS INTEGER) AS code, s FROM (SELECT DISTINCT s FROM (${strings})) WHERE s IS NOT NULL ORDER BY code`;
}
