import { relative } from 'node:path';
import type { Session } from '@tessera/lake';
import type { TileRead } from '@tessera/planner';
import { LEVELS } from '@tessera/tiling';
import type { AskedReads, AskedTiles } from './asked-tiles.js';
import { type LoadedTile, loadTiles } from './load-tiles.js';
import type { Request } from './request.js';
import type { TilesRead } from './tile-piece.js';
import type { TilesToFold } from './tiles-to-fold.js';

/** What is read as rows, and the key's tiles in the window that stand for all else. */
export interface KeyReads {
  readonly fileIdx: readonly number[];
  readonly tiles: (AskedTiles & { readonly loaded: readonly LoadedTile[] }) | null;
  readonly whyRows: string | null;
}

/** A tile of one event says less than the event. */
const LEAST_ROWS_PER_TILE = 2;

/**
 * Read the key's tiles, and leave out partitions and blocks in which they do not stand for several events each: of those the
 * events are read. Whether tiles pay is a question about all keys to the planner, and here about the one.
 */
export async function keyReads(
  session: Session,
  request: Request,
  { fileIdx, tiles: asked, whyRows }: AskedReads,
): Promise<KeyReads> {
  if (asked === null) return { fileIdx, tiles: null, whyRows };
  const all = await loadTiles(session, request, asked);
  const byPlace = new Map<string, LoadedTile[]>();
  for (const tile of all) {
    const place = placeOf(tile);
    byPlace.set(place, [...(byPlace.get(place) ?? []), tile]);
  }
  const isWorth = (read: Pick<TileRead, 'level' | 'label'>) => {
    const own = byPlace.get(placeOf(read)) ?? [];
    return rowsOf(own) >= LEAST_ROWS_PER_TILE * own.length;
  };
  const { plan, scan, tiles } = asked;
  const reads = tiles.reads.filter(isWorth);
  const left = tiles.reads.filter((read) => !isWorth(read)).flatMap((read) => read.fileIdx);
  const asRows = [...fileIdx, ...left].sort((a, b) => a - b);
  if (reads.length === 0) {
    const few = `they stand for fewer than ${LEAST_ROWS_PER_TILE} events of the key each`;
    return { fileIdx: asRows, tiles: null, whyRows: few };
  }
  const own = { ...scan, fileIdx: asRows, tiles: { ...tiles, reads } };
  return {
    fileIdx: asRows,
    whyRows,
    tiles: {
      ...asked,
      plan: { ...plan, scans: [own] },
      scan: own,
      tiles: own.tiles,
      loaded: all.filter(isWorth),
    },
  };
}

const placeOf = ({ level, label }: Pick<TileRead, 'level' | 'label'>) => `${level} ${label}`;

function rowsOf(tiles: readonly LoadedTile[]): number {
  return tiles.reduce((sum, { n }) => sum + n, 0);
}

/** What is told of tiles that were read. */
export function tilesRead(
  { tiles: { reads }, set, loaded }: NonNullable<KeyReads['tiles']>,
  { tiles: pieces }: TilesToFold,
  out: string,
): Omit<TilesRead, 'checked'> {
  const levels = LEVELS.flatMap((level) => {
    const places = reads.filter((read) => read.level === level).length;
    const tiles = loaded.filter((tile) => tile.level === level).length;
    return places === 0 ? [] : [{ level, places, tiles }];
  });
  return {
    set: relative(out, set.path),
    levels,
    pieces: pieces.length,
    files: new Set(reads.flatMap(({ fileIdx }) => fileIdx)).size,
    rows: rowsOf(loaded),
  };
}
