import { join } from 'node:path';
import type { DataType } from '@tessera/api';
import { quoteIdent, quotePaths, type ReadKind } from '@tessera/lake';
import type { StateFamily } from './families.js';
import type { Level } from './hops.js';
import { physicalKind } from './physical.js';
import { bad } from './row-lanes.js';
import { stringSource } from './stage-tiles.js';
import { type StateField, stateFields } from './state-columns.js';
import { stateColumnName } from './store-layout.js';
import { codesOf, type StringCodesOf, stringCodesSql } from './string-codes.js';
import type { TilePlaces } from './tile-places.js';

/** Tiles of one level, of many partitions or blocks, to be read in one statement. Plain data. */
export interface TileScan {
  readonly level: Level;
  /** From `placesOf`, of the same families in the same order (or none). */
  readonly places: readonly TilePlaces[];
  readonly families: readonly StateFamily[];
  readonly keyCount: number;
  /** Half-open range of the starts wanted; null = no limit. */
  readonly startMs: number | null;
  readonly endMs: number | null;
}

export interface TileScanSql {
  readonly sql: string;
  /** For lake's readColumns and streamColumns. */
  readonly kinds: Readonly<Record<string, ReadKind>>;
}

/**
 * SQL of the tiles of wanted keys, a row each, in any order:
 *
 *   code                of the key; with no keys table `k0`, `k1` … instead, of every key
 *   t                   DOUBLE: start in epoch ms
 *   rows                DOUBLE: source rows in the tile
 *   s0_n, s0_terms …    the fields of the first family's state, and so on; strings as codes of their dictionaries
 *
 * One (code, t) comes once from each place that has it.
 *
 * @param keysTable SQL that names a table with `code`, `k0`, `k1` …, each key once: a quoted name, `read_parquet('…')`, a query in parentheses
 * @param strings source column → what `createStringCodes` made of its dictionary
 *
 * Throws  INTERNAL when there are no places, or no dictionary of a column whose strings a state holds
 * The query throws DUCKDB_FAILED when a string is not in its dictionary or files do not fit together; PATH_MISSING,
 *         FILE_UNREADABLE
 */
export function tileScanSql(
  scan: TileScan,
  keysTable: string | null,
  strings: StringCodesOf,
): TileScanSql {
  const kinds: Record<string, ReadKind> = { t: 'f64', rows: 'f64' };
  if (keysTable !== null) kinds.code = 'code';
  const columns = [
    ...(keysTable === null ? keyNames(scan).map((k) => `b.${k}`) : ['code']),
    'CAST(b."start" AS DOUBLE) AS t',
    'CAST(b."rows" AS DOUBLE) AS "rows"',
  ];
  scan.families.forEach((family, i) => {
    for (const field of stateFields(family)) {
      const name = `s${i}_${field.name}`;
      kinds[name] = readKind(field, field.type);
      const value = `b.${quoteIdent(stateColumnName(family.hash, field.name))}`;
      columns.push(`${fieldSql(value, family, field, strings)} AS ${quoteIdent(name)}`);
    }
  });
  return { sql: selectSql(scan, scan.families.keys(), columns, keysTable), kinds };
}

/**
 * SQL of the distinct strings (`s`) that states hold of a source column; null when none of them can. Of wanted keys where
 * there is a keys table.
 */
export function scanStringsSql(
  scan: TileScan,
  column: string,
  keysTable: string | null = null,
): string | null {
  const parts = scan.families.flatMap((family, i) =>
    stateFields(family)
      .filter((field) => stringSource(family, field) === column)
      .map(({ name, type }) => {
        const own = `b.${quoteIdent(stateColumnName(family.hash, name))}`;
        const value = type.kind === 'list' ? `unnest(${own}, recursive := true)` : own;
        return selectSql(scan, [i], [`${value} AS s`], keysTable);
      }),
  );
  if (parts.length === 0) return null;
  return `SELECT DISTINCT s FROM (${parts.join(' UNION ALL ')}) WHERE s IS NOT NULL`;
}

/**
 * Select columns of the tiles (`b`), and the `code` of wanted keys, of all places.
 *
 * @param states positions of the families whose columns are selected: files that hold none of them are not opened
 */
function selectSql(
  scan: TileScan,
  states: Iterable<number>,
  columns: readonly string[],
  keysTable: string | null,
): string {
  if (scan.places.length === 0) throw bad(`no places to read ${scan.level} tiles of`);
  const { startMs, endMs } = scan;
  const within = [
    ...(startMs === null ? [] : [`b."start" >= ${whole(startMs)}`]),
    ...(endMs === null ? [] : [`b."start" < ${whole(endMs)}`]),
  ];
  const where = within.length === 0 ? '' : ` WHERE ${within.join(' AND ')}`;
  const on = keyNames(scan).map((k) => `b.${k} = k.${k}`);
  const same = on.join(' AND ') || 'true';
  const wanted = [...states];
  return scan.places
    .map((places) => {
      const held = wanted.map((i) => places.files[places.fileOf[i] ?? 0]!);
      const files = [...new Set([places.files[0]!, ...held])];
      const tiles = `${placesSql(places.folders, files)} b`;
      const select = `SELECT ${columns.join(', ')} FROM`;
      if (keysTable === null) return `${select} ${tiles}${where}`;
      if (files.length === 1) {
        return `${select} ${tiles} JOIN ${keysTable} k ON ${same}${where}`;
      }
      // DuckDB takes what is joined by position for empty, and would hash all of it rather than the keys; a subquery's
      // join it never turns round.
      const code = `(SELECT k.code FROM ${keysTable} k WHERE ${same}) AS code`;
      return `${select} (SELECT b.*, ${code} FROM ${tiles}${where}) b WHERE code IS NOT NULL`;
    })
    .join(' UNION ALL ');
}

/**
 * The rows of all files of places. Files of one place are aligned by row: where there are several they are put side by side,
 * and a row whose position is not the same in all of them fails the query. DuckDB pushes no filter below such a join.
 */
function placesSql(folders: readonly string[], files: readonly string[]): string {
  const lists = files.map((name) => quotePaths(folders.map((folder) => join(folder, name))));
  if (lists.length === 1) return `read_parquet(${lists[0]!}, hive_partitioning=false)`;
  const sides = lists.map(
    (list, i) =>
      `read_parquet(${list}, filename=true, file_row_number=true, hive_partitioning=false) f${i}`,
  );
  const checks = lists
    .slice(1)
    .map(
      (_, i) =>
        `CASE WHEN f${i + 1}.file_row_number = f0.file_row_number THEN true ELSE ` +
        `error(coalesce(f${i + 1}.filename, ${quoteText(files[i + 1]!)}) || ' has other rows than ' || ` +
        `coalesce(f0.filename, ${quoteText(files[0]!)})) END`,
    );
  const own = (i: number) => `f${i}.* EXCLUDE (filename, file_row_number)`;
  return `(SELECT ${lists.map((_, i) => own(i)).join(', ')} FROM ${sides.join(' POSITIONAL JOIN ')} WHERE ${checks.join(' AND ')})`;
}

function fieldSql(
  value: string,
  family: StateFamily,
  field: StateField,
  strings: StringCodesOf,
): string {
  const source = stringSource(family, field);
  if (source !== null) return stringCodesSql(value, field.type, codesOf(strings, source));
  return field.asDoubles && field.type.kind !== 'list' ? `CAST(${value} AS DOUBLE)` : value;
}

function readKind(field: StateField, type: DataType): ReadKind {
  if (type.kind === 'list') return { list: readKind(field, type.element) };
  return field.asDoubles ? 'f64' : (physicalKind(type) as ReadKind);
}

function keyNames({ keyCount }: TileScan): string[] {
  return Array.from({ length: keyCount }, (_, i) => `k${i}`);
}

function whole(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw bad(`${ms} is no instant`);
  return String(ms);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
