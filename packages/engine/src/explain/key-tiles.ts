import { relative } from 'node:path';
import type { Session } from '@tessera/lake';
import { LEVELS, type TileSet } from '@tessera/tiling';
import type { AskedTiles } from './asked-tiles.js';
import { loadTiles } from './load-tiles.js';
import type { Bounds } from './query-time.js';
import type { Request } from './request.js';
import type { TilesRead } from './tile-piece.js';
import { type TilesToFold, tilesToFold } from './tiles-to-fold.js';

export interface KeyTiles {
  readonly set: TileSet;
  readonly toFold: TilesToFold;
  readonly read: Omit<TilesRead, 'checked'>;
}

/** The key's tiles in the window, and what is told of them. */
export async function keyTiles(
  session: Session,
  request: Request,
  asked: AskedTiles,
  { bounds, out }: { readonly bounds: Bounds; readonly out: string },
): Promise<KeyTiles> {
  const loaded = await loadTiles(session, request, asked);
  const toFold = tilesToFold(loaded, asked.families, { request, bounds, out });
  const { reads } = asked.tiles;
  const levels = LEVELS.flatMap((level) => {
    const places = reads.filter((read) => read.level === level).length;
    const tiles = loaded.filter((tile) => tile.level === level).length;
    return places === 0 ? [] : [{ level, places, tiles }];
  });
  return {
    set: asked.set,
    toFold,
    read: {
      set: relative(out, asked.set.path),
      levels,
      pieces: toFold.tiles.length,
      files: new Set(reads.flatMap(({ fileIdx }) => fileIdx)).size,
      rows: loaded.reduce((sum, { n }) => sum + n, 0),
    },
  };
}
