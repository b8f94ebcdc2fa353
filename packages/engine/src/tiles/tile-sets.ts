import { join } from 'node:path';
import { type GroupBySpec, isTesseraError, type SourceSpec, type TesseraError } from '@tessera/api';
import {
  NO_TILES,
  openTileSet,
  type TileSet,
  type TileSourceFile,
  tileSetHash,
  tileSetPath,
} from '@tessera/tiling';
import { type Definition, groupBysOf } from '../definition.js';

/** A tile set as it lies in the store. */
export interface OpenTileSet extends TileSet {
  /** Its manifest cannot be read, and why: the set is as if it were empty. */
  readonly damage: TesseraError | null;
}

/** Tile sets by hash. */
export type TileSets = ReadonlyMap<string, OpenTileSet>;

export const NO_SETS: TileSets = new Map();

/** Where an output folder has its tiles. */
export function tileStore(out: string): string {
  return join(out, 'tiles');
}

/** Tiles are made of events that lie in `ds` folders; which those are only the lake knows. */
export function canHaveTiles({ kind }: Pick<SourceSpec, 'kind'>): boolean {
  return kind === 'events';
}

/** A groupBy, or part of a join, that can be answered from tiles. */
function hasTiles({ source, aggregations }: GroupBySpec): boolean {
  return canHaveTiles(source) && aggregations.length > 0;
}

/**
 * Look at a tile set; nothing is created. A manifest that is damaged counts as none: tiles can always be built again, and
 * whoever builds some replaces it.
 */
export async function openSet(store: string, hash: string): Promise<OpenTileSet> {
  try {
    return { ...(await openTileSet(store, hash)), damage: null };
  } catch (error) {
    if (!isTesseraError(error) || error.code !== 'FILE_UNREADABLE') throw error;
    return { path: tileSetPath(store, hash), manifest: NO_TILES, damage: error };
  }
}

/** Tile sets that a definition could use, by hash, whether they are there or not. */
export function setsOf(
  definition: Definition,
): Map<string, { readonly source: string; readonly keys: readonly string[] }> {
  return new Map(
    groupBysOf(definition)
      .filter(hasTiles)
      .map(({ source, keys }) => [tileSetHash(source, keys), { source: source.name, keys }]),
  );
}

/** Look at the tiles that a definition could use; nothing is created. */
export async function openTileSets(store: string, definition: Definition): Promise<TileSets> {
  const sets = new Map<string, OpenTileSet>();
  for (const hash of setsOf(definition).keys()) sets.set(hash, await openSet(store, hash));
  return sets;
}

/** Files that tiles were made of, as they were. */
export function filesOfTiles(sets: TileSets): TileSourceFile[] {
  return [...sets.values()].flatMap(({ manifest }) =>
    Object.values(manifest.partitions).flatMap(({ files }) => files),
  );
}
