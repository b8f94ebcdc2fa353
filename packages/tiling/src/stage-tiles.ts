import { join } from 'node:path';
import type { DataType } from '@tessera/api';
import { type Column, columnLength, rowCompare } from '@tessera/columnar';
import {
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
import { bad } from './row-lanes.js';
import { type StateField, stateColumn, stateFields } from './state-columns.js';
import { placePath, type TilePlace, tileFile } from './store-layout.js';
import type { Tiles } from './tiles.js';

/** One key column, a row per tile. */
export interface TileKey {
  readonly type: DataType;
  readonly column: Column;
  readonly dictionary?: StringDictionary;
}

export interface StageTiles {
  readonly staging: string;
  readonly place: TilePlace;
  /** Sorted by (keys, startMs): codes are in the order of the keys. */
  readonly tiles: Tiles;
  /** Null when the base file is there already: only the states are written. */
  readonly keys: readonly TileKey[] | null;
  /** Strings of the codes of each source column that a state holds. */
  readonly strings: Readonly<Record<string, StringDictionary>>;
}

/** What was staged, as plain data: a worker may write it and another thread publish it. */
export interface StagedTiles {
  readonly place: TilePlace;
  readonly rows: number;
  readonly events: number;
  readonly minStartMs: number | null;
  readonly maxStartMs: number | null;
  readonly withBase: boolean;
  readonly states: readonly string[];
}

/**
 * Write tiles of one level of one partition below a staging folder: a base file, unless it is there already, and a file per
 * state. All are aligned by row.
 *
 * Returns  what `publishTiles` needs
 * Throws   INTERNAL when the tiles are not sorted by key and start, or a dictionary is missing; NOT_WRITABLE, DISK_FULL
 */
export async function stageTiles(session: Session, input: StageTiles): Promise<StagedTiles> {
  const { staging, place, tiles, keys, strings } = input;
  if (tiles.level !== place.level) throw bad(`${tiles.level} tiles staged as ${place.level}`);
  const folder = join(staging, placePath(place));
  await makeFolder(folder);
  if (keys !== null) {
    checkSorted(keys, tiles.startMs);
    const columns: TableColumn[] = [
      ...keys.map(({ type, column, dictionary }, i) => ({
        name: `k${i}`,
        type,
        column,
        dictionary,
      })),
      { name: 'start', type: { kind: 'epoch_ms' }, column: { kind: 'f64', values: tiles.startMs } },
      { name: 'rows', type: { kind: 'int64' }, column: { kind: 'f64', values: tiles.n } },
    ];
    await writeFile(session, join(folder, tileFile(null)), columns, tiles.rows);
  }
  for (const state of tiles.states) {
    const { family } = state;
    const columns = stateFields(family).map((field): TableColumn => {
      const source = stringSource(family, field);
      const dictionary = source === null ? undefined : strings[source];
      if (source !== null && dictionary === undefined) throw bad(`no strings of ${source}`);
      const { name, type } = field;
      return { name, type, column: stateColumn(state, name), dictionary };
    });
    await writeFile(session, join(folder, tileFile(family.hash)), columns, tiles.rows);
  }
  return {
    place,
    rows: tiles.rows,
    events: tiles.n.reduce((sum, n) => sum + n, 0),
    ...range(tiles.startMs),
    withBase: keys !== null,
    states: tiles.states.map(({ family }) => family.hash),
  };
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

let tables = 0;

async function writeFile(
  session: Session,
  file: string,
  columns: readonly TableColumn[],
  rows: number,
): Promise<void> {
  const table = `tiles_${tables++}`;
  try {
    await createTableFromBatch(session, table, columns, rows);
    await copyToParquet(session, `SELECT * FROM ${quoteIdent(table)}`, file, columns.length);
  } finally {
    await run(session, `DROP TABLE IF EXISTS ${quoteIdent(table)}`);
  }
}

function checkSorted(keys: readonly TileKey[], startMs: Float64Array): void {
  const compare = keys.map(({ column }) => rowCompare(column));
  for (const { column } of keys) {
    if (columnLength(column) !== startMs.length) {
      throw bad(`${columnLength(column)} keys for ${startMs.length} tiles`);
    }
  }
  for (let i = 1; i < startMs.length; i++) {
    let order = 0;
    for (let k = 0; k < compare.length && order === 0; k++) order = compare[k]!(i - 1, i);
    if (order > 0 || (order === 0 && startMs[i - 1]! >= startMs[i]!)) {
      throw bad('tiles are not sorted by key and start');
    }
  }
}

function range(startMs: Float64Array): Pick<StagedTiles, 'minStartMs' | 'maxStartMs'> {
  if (startMs.length === 0) return { minStartMs: null, maxStartMs: null };
  let minStartMs = startMs[0]!;
  let maxStartMs = startMs[0]!;
  for (const start of startMs) {
    if (start < minStartMs) minStartMs = start;
    if (start > maxStartMs) maxStartMs = start;
  }
  return { minStartMs, maxStartMs };
}
