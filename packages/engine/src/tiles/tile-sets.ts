import { join } from 'node:path';
import type { SourceSpec } from '@tessera/api';
import { openTileSet, type TileSet, type TileSourceFile, tileSetHash } from '@tessera/tiling';
import { type Definition, groupBysOf } from '../definition.js';

/** Tile sets by hash, as they lie in the store. */
export type TileSets = ReadonlyMap<string, TileSet>;

export const NO_SETS: TileSets = new Map();

/** Where an output folder has its tiles. */
export function tileStore(out: string): string {
  return join(out, 'tiles');
}

/** Tiles are made of events that lie in `ds` folders; which those are only the lake knows. */
export function canHaveTiles({ kind }: Pick<SourceSpec, 'kind'>): boolean {
  return kind === 'events';
}

/** Look at the tiles that a definition could use; nothing is created. */
export async function openTileSets(store: string, definition: Definition): Promise<TileSets> {
  const sets = new Map<string, TileSet>();
  for (const { source, keys, aggregations } of groupBysOf(definition)) {
    if (!canHaveTiles(source) || aggregations.length === 0) continue;
    const hash = tileSetHash(source, keys);
    if (!sets.has(hash)) sets.set(hash, await openTileSet(store, hash));
  }
  return sets;
}

/** Files that tiles were made of, as they were. */
export function filesOfTiles(sets: TileSets): TileSourceFile[] {
  return [...sets.values()].flatMap(({ manifest }) =>
    Object.values(manifest.partitions).flatMap(({ files }) => files),
  );
}
