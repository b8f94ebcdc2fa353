import { type Batch, gather, sortByKeyTime } from '@tessera/columnar';
import { quoteIdent, readColumns, type Session } from '@tessera/lake';
import type { StateFamily } from './families.js';
import type { Level } from './hops.js';
import { bad } from './row-lanes.js';
import { stateFields } from './state-columns.js';
import type { StringCodesOf } from './string-codes.js';
import { placesOf } from './tile-places.js';
import { scanStringsSql, type TileScan, tileScanSql } from './tile-scan.js';
import type { TileSet } from './tile-set.js';
import type { Tiles } from './tiles.js';

export interface ReadTiles {
  readonly set: TileSet;
  /** Label of a partition, or of a block. */
  readonly ds: string;
  readonly level: Level;
  readonly families: readonly StateFamily[];
  /** A table of the session with `code` and `k0`, `k1` …: the wanted keys. Tiles of others are left out. */
  readonly keysTable: string;
  readonly keyCount: number;
  /** Source column → what `createStringCodes` made of its dictionary. */
  readonly strings: StringCodesOf;
}

/**
 * Tiles of one level of one partition or block, of the wanted keys.
 *
 * Returns  tiles sorted by (code, startMs), fresh memory; strings as codes of their dictionaries
 * Throws   what `placesOf` and `tileScanSql` say
 */
export async function readTiles(session: Session, input: ReadTiles): Promise<Tiles> {
  const { set, ds, level, families, keysTable, keyCount, strings } = input;
  const places = placesOf(set, level, [ds], families);
  const scan = { level, places, families, keyCount, startMs: null, endMs: null };
  return sortTiles(await readTileScan(session, scan, quoteIdent(keysTable), strings));
}

/**
 * What a scan gives, as it comes: in any order, and with a row per place for a tile that several have. `mergeTiles` takes it.
 */
export async function readTileScan(
  session: Session,
  scan: TileScan,
  keysTable: string,
  strings: StringCodesOf,
): Promise<Tiles> {
  const { sql, kinds } = tileScanSql(scan, keysTable, strings);
  return tilesOf(await readColumns(session, sql, kinds), scan);
}

/** A batch of a scan's columns as tiles. */
export function tilesOf(batch: Batch, { level, families }: TileScan): Tiles {
  const { code, t, rows: n } = batch.columns;
  if (code?.kind !== 'code' || t?.kind !== 'f64' || n?.kind !== 'f64') {
    throw bad('a scan of tiles without code, t and rows');
  }
  const states = families.map((family, i) => ({
    family,
    columns: Object.fromEntries(
      stateFields(family).map(({ name }) => {
        const column = batch.columns[`s${i}_${name}`];
        if (column === undefined) throw bad(`a scan of tiles without s${i}_${name}`);
        return [name, column];
      }),
    ),
  }));
  return { level, rows: batch.rows, code: code.values, startMs: t.values, n: n.values, states };
}

function sortTiles(tiles: Tiles): Tiles {
  const { order, timeMs } = sortByKeyTime(tiles.code, tiles.startMs);
  const states = tiles.states.map(({ family, columns }) => ({
    family,
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, gather(column, order)]),
    ),
  }));
  return {
    ...tiles,
    code: order.map((row) => tiles.code[row]!),
    startMs: timeMs,
    n: Float64Array.from(order, (row) => tiles.n[row]!),
    states,
  };
}

/** SQL of the distinct strings (`s`) that states of one place hold of a source column; null when none of them can. */
export function tileStringsSql(
  set: TileSet,
  { ds, level }: { readonly ds: string; readonly level: Level },
  families: readonly StateFamily[],
  column: string,
): string | null {
  const places = placesOf(set, level, [ds], families);
  const scan = { level, places, families, keyCount: 0, startMs: null, endMs: null };
  return scanStringsSql(scan, column);
}
