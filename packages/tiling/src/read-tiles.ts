import { join } from 'node:path';
import type { DataType } from '@tessera/api';
import { type Batch, type Column, gather, sortByKeyTime } from '@tessera/columnar';
import {
  quoteIdent,
  quotePath,
  type ReadKind,
  readColumns,
  run,
  type Session,
} from '@tessera/lake';
import type { StateFamily } from './families.js';
import type { Level } from './hops.js';
import { physicalKind } from './physical.js';
import { bad } from './row-lanes.js';
import { stringSource } from './stage-tiles.js';
import { type StateColumns, type StateField, stateFields } from './state-columns.js';
import { placePath, tileFile } from './store-layout.js';
import type { TileSet } from './tile-set.js';
import type { Tiles } from './tiles.js';

export interface ReadTiles {
  readonly set: TileSet;
  readonly ds: string;
  readonly level: Level;
  readonly families: readonly StateFamily[];
  /** A table of the session with `code` and `k0`, `k1` …: the wanted keys. Tiles of others are left out. */
  readonly keysTable: string;
  readonly keyCount: number;
  /** Source column → what `createStringCodes` made of its dictionary. */
  readonly strings: Readonly<Record<string, StringCodes>>;
}

/** A dictionary inside a session, as a type whose values are its strings. */
export interface StringCodes {
  readonly sqlType: string;
}

/**
 * Make a dictionary known to a session, once for many reads.
 *
 * @param name a fresh name
 * @param table with `code` (0, 1, 2 … in UTF-8 order) and `s`
 */
export async function createStringCodes(
  session: Session,
  name: string,
  table: string,
): Promise<StringCodes> {
  const strings = `SELECT s FROM ${quoteIdent(table)} ORDER BY code`;
  await run(session, `CREATE TYPE ${quoteIdent(name)} AS ENUM (${strings})`);
  return { sqlType: quoteIdent(name) };
}

/** SQL of the distinct strings (`s`) that states of a partition hold of a source column; null when none of them can. */
export function tileStringsSql(
  set: TileSet,
  place: { readonly ds: string; readonly level: Level },
  families: readonly StateFamily[],
  column: string,
): string | null {
  const parts = families.flatMap((family) =>
    stateFields(family)
      .filter((field) => stringSource(family, field) === column)
      .map(({ name, type }) => {
        const file = quotePath(stateFile(set, place.ds, place.level, family.hash));
        const own = quoteIdent(name);
        const value = type.kind === 'list' ? `unnest(${own}, recursive := true)` : own;
        return `SELECT ${value} AS s FROM read_parquet(${file})`;
      }),
  );
  return parts.length === 0
    ? null
    : `SELECT DISTINCT s FROM (${parts.join(' UNION ALL ')}) WHERE s IS NOT NULL`;
}

/**
 * Tiles of one level of one partition, of the wanted keys.
 *
 * Returns  tiles sorted by (code, startMs), fresh memory; strings as codes of their dictionaries
 * Throws   INTERNAL when the set has no such level or state, or files do not fit together; FILE_UNREADABLE; DUCKDB_FAILED
 *          when a string is not in its dictionary
 * Cost     every file is read whole, one after another
 */
export async function readTiles(session: Session, input: ReadTiles): Promise<Tiles> {
  const { set, ds, level, families, keysTable, keyCount, strings } = input;
  const entry = set.manifest.partitions[ds]?.levels[level];
  if (entry === undefined) throw bad(`no ${level} tiles of ${ds}`);
  const base = quotePath(join(folderOf(set, ds, level), tileFile(null)));
  const on = Array.from({ length: keyCount }, (_, i) => `b.k${i} = k.k${i}`).join(' AND ');
  const wanted = await readColumns(
    session,
    `SELECT k.code AS code, b.file_row_number AS pos, b."start" AS start_ms, b."rows" AS n
     FROM read_parquet(${base}, file_row_number = true) b JOIN ${quoteIdent(keysTable)} k ON ${on || 'true'}`,
    { code: 'code', pos: 'f64', start_ms: 'f64', n: 'f64' },
  );
  const { order, code, startMs } = sortWanted(wanted);
  const pos = numbersOf(wanted, 'pos');
  const n = numbersOf(wanted, 'n');
  const rows = order.map((i) => pos[i]!);
  const states: StateColumns[] = [];
  for (const family of families) {
    if (entry.states[family.hash] === undefined) throw bad(`no state ${family.hash} in ${ds}`);
    const file = stateFile(set, ds, level, family.hash);
    const all = await readState(session, file, family, strings);
    if (all.rows !== entry.rows) throw bad(`${file} has ${all.rows} rows of ${entry.rows}`);
    const columns: Record<string, Column> = {};
    for (const [name, column] of Object.entries(all.columns)) columns[name] = gather(column, rows);
    states.push({ family, columns });
  }
  return {
    level,
    rows: rows.length,
    code,
    startMs,
    n: Float64Array.from(order, (i) => n[i]!),
    states,
  };
}

/** A join may give its rows in any order. */
function sortWanted(wanted: Batch) {
  const codes = wanted.columns.code;
  if (codes?.kind !== 'code') throw bad('keys have no code');
  const sorted = sortByKeyTime(codes.values, numbersOf(wanted, 'start_ms'));
  const { order, timeMs } = sorted;
  return { order, startMs: timeMs, code: order.map((i) => codes.values[i]!) };
}

function readState(
  session: Session,
  file: string,
  family: StateFamily,
  strings: ReadTiles['strings'],
): Promise<Batch> {
  const kinds: Record<string, ReadKind> = {};
  const columns = stateFields(family).map((field) => {
    const { name, type } = field;
    kinds[name] = readKind(field, type);
    const source = stringSource(family, field);
    if (source === null) return quoteIdent(name);
    const codes = strings[source];
    if (codes === undefined) throw bad(`no dictionary of ${source}`);
    return `${codesSql(quoteIdent(name), type, codes.sqlType)} AS ${quoteIdent(name)}`;
  });
  return readColumns(
    session,
    `SELECT ${columns.join(', ')} FROM read_parquet(${quotePath(file)})`,
    kinds,
  );
}

/** Strings → their places in the dictionary, in lists of any depth. */
function codesSql(value: string, type: DataType, sqlType: string, depth = 0): string {
  if (type.kind !== 'list') return `CAST(enum_code(CAST(${value} AS ${sqlType})) AS INTEGER)`;
  const element = `x${depth}`;
  const inner = codesSql(element, type.element, sqlType, depth + 1);
  return `list_transform(${value}, lambda ${element}: ${inner})`;
}

function readKind(field: StateField, type: DataType): ReadKind {
  if (type.kind === 'list') return { list: readKind(field, type.element) };
  return field.asDoubles ? 'f64' : (physicalKind(type) as ReadKind);
}

function folderOf({ path, manifest }: TileSet, ds: string, level: Level): string {
  const input = manifest.partitions[ds]?.input;
  if (input === undefined) throw bad(`no tiles of ${ds}`);
  return join(path, placePath({ ds, level, input }));
}

function stateFile(set: TileSet, ds: string, level: Level, hash: string): string {
  return join(folderOf(set, ds, level), tileFile(hash));
}

function numbersOf({ columns }: Batch, name: string): Float64Array {
  const column = columns[name];
  if (column?.kind !== 'f64') throw bad(`column ${name} is ${column?.kind}`);
  return column.values;
}
