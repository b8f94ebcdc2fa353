import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  appendToTable,
  checksumFile,
  copyToParquet,
  createTableFromBatch,
  makeFolder,
  quoteIdent,
  run,
  type Session,
  type StringDictionary,
  type TableColumn,
} from '@tessera/lake';
import type { StateFamily } from './families.js';
import { checkTileOrder, type LastTile, type TileKey } from './key-order.js';
import { bad } from './row-lanes.js';
import { type StateField, stateColumn, stateFields } from './state-columns.js';
import { placePath, stateColumnName, type TilePlace, tileFileName } from './store-layout.js';
import type { TilesMadeOf } from './tile-manifest.js';
import { stateOfTiles, type Tiles } from './tiles.js';

/** Keys that need not leave the session: SQL that names a table with `code`, `k0`, `k1` … and the codes in the keys' order. */
export interface TileKeysTable {
  readonly table: string;
  readonly count: number;
}

/** Tiles to write: all of a place, or some keys of it. */
export interface TilePiece {
  /** Sorted by (keys, startMs): codes are in the order of the keys. */
  readonly tiles: Tiles;
  /** A row per tile, or the table that has them; null when the keys are in the store already: only the states are written. */
  readonly keys: readonly TileKey[] | TileKeysTable | null;
  /** Strings of the codes of each source column that a state holds. */
  readonly strings: Readonly<Record<string, StringDictionary>>;
}

export interface StagePlace {
  readonly staging: string;
  readonly place: TilePlace;
  /** What a partition's tiles were made of; some tiles of every newly listed partition say so. */
  readonly made?: TilesMadeOf;
}

export interface StageTiles extends StagePlace, TilePiece {}

/** What was staged, as plain data: a worker may write it and another thread publish it. */
export interface StagedTiles {
  readonly place: TilePlace;
  readonly rows: number;
  readonly events: number;
  readonly minStartMs: number | null;
  readonly maxStartMs: number | null;
  /** The one file that was written, in the place's folder. */
  readonly file: string;
  /** Its size and CRC-32. */
  readonly bytes: number;
  readonly crc: string;
  readonly withBase: boolean;
  readonly states: readonly string[];
  readonly made?: TilesMadeOf;
}

/** Where staged tiles lie, below the staging folder. */
export function stagedPath({ place, file }: Pick<StagedTiles, 'place' | 'file'>): string {
  return join(placePath(place), file);
}

/**
 * Write tiles of one level of one partition or block below a staging folder: one file of their states, with their keys and
 * starts unless those are in the store already.
 *
 * Returns  what `publishTiles` needs
 * Throws   INTERNAL when the tiles are not sorted by key and start, or a dictionary is missing; NOT_WRITABLE, DISK_FULL
 */
export function stageTiles(session: Session, input: StageTiles): Promise<StagedTiles> {
  return stageTilePieces(session, input, [input]);
}

/**
 * The same of tiles that come in pieces, in the order of their keys; at least one, which may be empty. Each may have
 * dictionaries of its own. The file has the bytes that it would have of one piece.
 *
 * Cost  all pieces lie in a table of the session until they are written
 */
export async function stageTilePieces(
  session: Session,
  { staging, place, made }: StagePlace,
  pieces: AsyncIterable<TilePiece> | Iterable<TilePiece>,
): Promise<StagedTiles> {
  const folder = join(staging, placePath(place));
  await makeFolder(folder);
  const table = `tiles_${tables++}`;
  let first: Shape | null = null;
  let last: LastTile | null = null;
  const total = { rows: 0, events: 0, minStartMs: NONE, maxStartMs: NONE };
  try {
    for await (const piece of pieces) {
      const { tiles, keys } = piece;
      if (tiles.level !== place.level) throw bad(`${tiles.level} tiles staged as ${place.level}`);
      last = checkTileOrder(isTable(keys) ? null : keys, tiles, last);
      const shape = shapeOf(piece);
      const columns = columnsOf(piece, shape.states);
      if (columns.length === 0) throw bad('tiles without keys and states');
      if (first === null) await createTableFromBatch(session, table, columns, tiles.rows);
      else if (!isDeepStrictEqual(shape, first)) throw bad('pieces of tiles of different kinds');
      else await appendToTable(session, table, columns, tiles.rows);
      first ??= shape;
      addTo(total, tiles);
    }
    if (first === null) throw bad('no tiles to stage');
    const { states, keysTable, withBase, columns } = first;
    const file = tileFileName(withBase, states);
    const sql = selectSql(quoteIdent(table), keysTable);
    const written = await copyToParquet(session, sql, join(folder, file), columns);
    if (written !== total.rows) throw bad(`keys of ${written} tiles of ${total.rows}`);
    const sum = await checksumFile(join(folder, file));
    return { place, ...total, file, ...sum, withBase, states, ...(made && { made }) };
  } finally {
    await run(session, `DROP TABLE IF EXISTS ${quoteIdent(table)}`);
  }
}

type Totals = { -readonly [K in 'rows' | 'events' | 'minStartMs' | 'maxStartMs']: StagedTiles[K] };
const NONE: number | null = null;

function addTo(total: Totals, { rows, n, startMs }: Tiles): void {
  total.rows += rows;
  for (const events of n) total.events += events;
  for (const start of startMs) {
    if (total.minStartMs === null || start < total.minStartMs) total.minStartMs = start;
    if (total.maxStartMs === null || start > total.maxStartMs) total.maxStartMs = start;
  }
}

/** What all pieces have in common. */
interface Shape {
  readonly withBase: boolean;
  readonly keysTable: TileKeysTable | null;
  readonly states: readonly string[];
  /** Of the file. */
  readonly columns: number;
}

function shapeOf({ tiles, keys }: TilePiece): Shape {
  const states = tiles.states.map(({ family }) => family.hash).sort();
  const fields = tiles.states.reduce((sum, { family }) => sum + stateFields(family).length, 0);
  const keysTable = isTable(keys) ? keys : null;
  const base = keys === null ? 0 : 2 + (isTable(keys) ? keys.count : keys.length);
  return { withBase: keys !== null, keysTable, states, columns: base + fields };
}

function isTable(keys: TilePiece['keys']): keys is TileKeysTable {
  return keys !== null && 'table' in keys;
}

/** A join may turn rows round, and files of one place must agree. */
function selectSql(table: string, keys: TileKeysTable | null): string {
  if (keys === null) return `SELECT * FROM ${table}`;
  const names = Array.from({ length: keys.count }, (_, i) => `k.k${i}`);
  return (
    `SELECT ${[...names, 't.* EXCLUDE (code)'].join(', ')} FROM ${table} t ` +
    `JOIN ${keys.table} k ON t.code = k.code ORDER BY t.code, t."start"`
  );
}

let tables = 0;

function columnsOf({ tiles, keys, strings }: TilePiece, states: readonly string[]): TableColumn[] {
  const columns: TableColumn[] = [];
  if (keys !== null) {
    if (isTable(keys)) {
      const code: Column = { kind: 'f64', values: Float64Array.from(tiles.code) };
      columns.push({ name: 'code', type: { kind: 'int32' }, column: code });
    } else {
      keys.forEach((key, i) => {
        columns.push({ name: `k${i}`, ...key });
      });
    }
    const { startMs, n } = tiles;
    columns.push(
      { name: 'start', type: { kind: 'epoch_ms' }, column: { kind: 'f64', values: startMs } },
      { name: 'rows', type: { kind: 'int64' }, column: { kind: 'f64', values: n } },
    );
  }
  for (const hash of states) {
    const state = stateOfTiles(tiles, hash);
    for (const field of stateFields(state.family)) {
      const source = stringSource(state.family, field);
      const dictionary = source === null ? undefined : strings[source];
      if (source !== null && dictionary === undefined) throw bad(`no strings of ${source}`);
      const { name, type } = field;
      columns.push({
        name: stateColumnName(hash, name),
        type,
        column: stateColumn(state, name),
        dictionary,
      });
    }
  }
  return columns;
}

/** The source column whose strings a field of a state holds; null when it holds none. */
export function stringSource(family: StateFamily, { name, type }: StateField): string | null {
  if (!holdsStrings(type)) return null;
  const of = name === 'buckets' ? family.by : name === 'tie' ? family.tie : family.input;
  if (!of) throw bad(`${family.kind} holds strings of no column in ${name}`);
  return of.column;
}

function holdsStrings(type: DataType): boolean {
  return type.kind === 'list' ? holdsStrings(type.element) : type.kind === 'string';
}
