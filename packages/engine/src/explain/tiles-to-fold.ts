import { relative } from 'node:path';
import { type Value as AlgebraValue, rowValue } from '@tessera/algebra';
import { TesseraError } from '@tessera/api';
import type { StateFamily } from '@tessera/tiling';
import type { CountedTile } from './fold.js';
import { instantText } from './instant.js';
import type { LoadedTile } from './load-tiles.js';
import type { Bounds } from './query-time.js';
import type { Request } from './request.js';
import { tileShare } from './tile-algebra.js';
import type { ShownState, TilePiece } from './tile-piece.js';
import { listed, shownState } from './tile-shown.js';
import { isEmptyState, type StateRow } from './tile-state.js';

/** A tile that counts. */
export interface TileToFold {
  readonly startMs: number;
  readonly counted: readonly CountedTile[];
  readonly piece: Omit<TilePiece, 'kind' | 'idx' | 'soFar'>;
}

export interface TilesToFold {
  /** By start. */
  readonly tiles: readonly TileToFold[];
  /** Source rows in tiles that their states do not count, as far as those tell. */
  readonly uncountedRows: number;
}

export const NO_TILES: TilesToFold = { tiles: [], uncountedRows: 0 };

interface Loaded {
  readonly loaded: readonly LoadedTile[];
  readonly families: readonly StateFamily[];
}

interface FoldPlace {
  readonly request: Request;
  readonly bounds: Bounds;
  /** Names of files start here. */
  readonly out: string;
}

/**
 * Tiles as pieces.
 *
 * Throws  INTERNAL when one lies across a bound of the window: a part of it would count
 */
export function tilesToFold(
  { loaded, families }: Loaded,
  { request, bounds, out }: FoldPlace,
): TilesToFold {
  const [family] = families;
  if (family === undefined) return NO_TILES;
  const tiles: TileToFold[] = [];
  let uncountedRows = 0;
  for (const tile of loaded) {
    const { level, label, startMs, endMs, n, states, files } = tile;
    if (startMs < bounds.startMs || endMs > bounds.effectiveMs)
      throw new TesseraError('INTERNAL', {
        reason: `the window of ${request.column.name} cuts the ${level} tile of ${instantText(startMs)}`,
      });
    const counted = countedTile(states);
    uncountedRows += uncounted(counted, n, family.exploded);
    if (counted.length === 0) continue;
    tiles.push({
      startMs,
      counted,
      piece: {
        ...{ level, label, n },
        start: instantText(startMs),
        end: instantText(endMs),
        state: stateOf(counted, family, request.limit),
        files: files.map((file) => relative(out, file)),
      },
    });
  }
  return { tiles, uncountedRows };
}

/** States of several families put together, by bucket; nothing of what is empty. */
function countedTile(families: LoadedTile['states']): CountedTile[] {
  const byBucket = new Map<AlgebraValue, StateRow[]>();
  for (const rows of families)
    for (const { bucket, state } of rows) {
      const own = byBucket.get(bucket) ?? [];
      byBucket.set(bucket, own);
      own.push(state);
    }
  return [...byBucket].flatMap(([bucket, states]) =>
    states.every(isEmptyState) ? [] : [{ bucket, states }],
  );
}

function uncounted(counted: readonly CountedTile[], rows: number, exploded: boolean): number {
  if (counted.length === 0) return rows;
  const shares = counted.map(({ states }) => tileShare(states));
  // The elements of lists are not to be compared with rows.
  if (exploded || !shares.every(({ isCounted }) => isCounted)) return 0;
  return rows - shares.reduce((sum, { values }) => sum + values, 0);
}

function stateOf(counted: readonly CountedTile[], family: StateFamily, limit: number): ShownState {
  const { by } = family;
  const own = (tile: CountedTile) => shownState(tile.states, family, limit);
  if (by === undefined) return own(counted[0]!);
  const buckets = listed(counted, limit, (tile) => ({
    bucket: rowValue(by.type, tile.bucket, 'bigint'),
    state: own(tile),
  }));
  return { kind: 'buckets', buckets };
}
