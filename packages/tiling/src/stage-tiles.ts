import { join } from 'node:path';
import type { DataType } from '@tessera/api';
import {
  appendToTable,
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
import { checkKeyOrder, type LastTile, type TileKey } from './key-order.js';
import { bad } from './row-lanes.js';
import { type StateField, stateColumn, stateFields } from './state-columns.js';
import { placePath, stateColumnName, type TilePlace, tileFileName } from './store-layout.js';
import type { TilesMadeOf } from './tile-manifest.js';
import { stateOfTiles, type Tiles } from './tiles.js';

/** Tiles to write: all of a place, or some keys of it. */
export interface TilePiece {
  /** Sorted by (keys, startMs): codes are in the order of the keys. */
  readonly tiles: Tiles;
  /** Null when the keys are in the store already: only the states are written. */
  readonly keys: readonly TileKey[] | null;
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
  readonly withBase: boolean;
  readonly states: readonly string[];
  readonly made?: TilesMadeOf;
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
  let first: { withBase: boolean; states: string[]; columns: number } | null = null;
  let last: LastTile | null = null;
  let rows = 0;
  let events = 0;
  let minStartMs: number | null = null;
  let maxStartMs: number | null = null;
  try {
    for await (const piece of pieces) {
      const { tiles, keys } = piece;
      if (tiles.level !== place.level) throw bad(`${tiles.level} tiles staged as ${place.level}`);
      if (keys !== null) last = checkKeyOrder(keys, tiles.startMs, last);
      const states = tiles.states.map(({ family }) => family.hash).sort();
      const columns = columnsOf(piece, states);
      if (columns.length === 0) throw bad('tiles without keys and states');
      if (first === null) {
        await createTableFromBatch(session, table, columns, tiles.rows);
        first = { withBase: keys !== null, states, columns: columns.length };
      } else {
        if (states.join() !== first.states.join() || (keys !== null) !== first.withBase) {
          throw bad('pieces of tiles with different states');
        }
        await appendToTable(session, table, columns, tiles.rows);
      }
      rows += tiles.rows;
      for (const n of tiles.n) events += n;
      for (const start of tiles.startMs) {
        if (minStartMs === null || start < minStartMs) minStartMs = start;
        if (maxStartMs === null || start > maxStartMs) maxStartMs = start;
      }
    }
    if (first === null) throw bad('no tiles to stage');
    const { withBase, states, columns } = first;
    const file = tileFileName(withBase, states);
    const sql = `SELECT * FROM ${quoteIdent(table)}`;
    await copyToParquet(session, sql, join(folder, file), columns);
    return {
      place,
      rows,
      events,
      minStartMs,
      maxStartMs,
      file,
      withBase,
      states,
      ...(made && { made }),
    };
  } finally {
    await run(session, `DROP TABLE IF EXISTS ${quoteIdent(table)}`);
  }
}

let tables = 0;

function columnsOf({ tiles, keys, strings }: TilePiece, states: readonly string[]): TableColumn[] {
  const columns: TableColumn[] = [];
  if (keys !== null) {
    keys.forEach((key, i) => {
      columns.push({ name: `k${i}`, ...key });
    });
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
