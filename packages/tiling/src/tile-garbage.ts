import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isLocked, lockIfFree, removeTree } from '@tessera/lake';
import { LEVELS } from './hops.js';
import { lookAtManifest } from './manifest-file.js';
import { measure, names } from './measure.js';
import { placePath, tileSetPath } from './store-layout.js';
import { type TileManifest, tileEntry } from './tile-manifest.js';
import { labelsOf, tileSetHashes } from './tile-store.js';

/** A file or folder of a tile store that no manifest lists. */
export interface TileGarbage {
  readonly path: string;
  /** Of the tile set it lies in. */
  readonly hash: string;
  /** `replaced`: tiles that were listed, or were about to be; `staged`: left by a run that did not end; `temporary`: half a manifest or lock. */
  readonly kind: 'replaced' | 'staged' | 'temporary';
  readonly bytes: number;
  /** The newest time of anything in it. Tiles get the time at which they were forgotten. */
  readonly newestMs: number;
}

/**
 * What could be removed from a store. Nothing that a manifest lists, nor staged files while a living process holds the lock
 * of their tile set, nor anything in a set that a newer version of Tessera wrote, or whose manifest is damaged: what it
 * lists cannot be known until tiles of it are built again.
 *
 * Throws  FILE_UNREADABLE for a manifest that may not be read
 */
export async function tileGarbage(store: string): Promise<readonly TileGarbage[]> {
  const found: TileGarbage[] = [];
  for (const hash of await tileSetHashes(store)) {
    found.push(...(await garbageOf(store, hash, await isLocked(tileSetPath(store, hash)))));
  }
  return found;
}

export interface RemoveTileGarbage {
  /** Remove what nobody has changed, or forgotten, for this long: a run that reads old tiles must not take longer. */
  readonly olderThanMs: number;
  /** Default: the clock's. */
  readonly nowMs?: number;
}

export interface RemovedTileGarbage {
  readonly removed: readonly TileGarbage[];
  /** Too young, or in tile sets that a living process is writing to. */
  readonly kept: readonly TileGarbage[];
}

/**
 * Remove garbage that is old enough, one tile set after another, each under its lock; folders that are empty then go too.
 *
 * Throws  FILE_UNREADABLE for a manifest that may not be read, NOT_WRITABLE
 */
export async function removeTileGarbage(
  store: string,
  { olderThanMs, nowMs = Date.now() }: RemoveTileGarbage,
): Promise<RemovedTileGarbage> {
  const removed: TileGarbage[] = [];
  const kept: TileGarbage[] = [];
  for (const hash of await tileSetHashes(store)) {
    const path = tileSetPath(store, hash);
    // Without garbage there is nothing to lock.
    if ((await garbageOf(store, hash, false)).length === 0) continue;
    const lock = await lockIfFree(path, 'removing old tiles');
    if (lock === null) {
      kept.push(...(await garbageOf(store, hash, true)));
      continue;
    }
    try {
      for (const item of await garbageOf(store, hash, false)) {
        if (nowMs - item.newestMs < olderThanMs) {
          kept.push(item);
          continue;
        }
        await removeTree(item.path);
        removed.push(item);
        await removeEmpty(dirname(item.path), path);
      }
    } finally {
      await lock.release();
    }
    await removeEmpty(path, store);
  }
  return { removed, kept };
}

/** Folders that hold nothing any more, up to `top`, which stays. */
async function removeEmpty(path: string, top: string): Promise<void> {
  for (let folder = path; folder !== top; folder = dirname(folder)) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

async function garbageOf(
  store: string,
  hash: string,
  locked: boolean,
): Promise<readonly TileGarbage[]> {
  const path = tileSetPath(store, hash);
  const { manifest, state } = await lookAtManifest(path);
  if (state === 'newer' || state === 'damaged') return [];
  const found: TileGarbage[] = [];
  const add = async (kind: TileGarbage['kind'], ...parts: string[]) => {
    // A folder's own time counts: it is set when what it holds is forgotten.
    const item = await measure(join(path, ...parts));
    if (item !== null) found.push({ path: join(path, ...parts), hash, kind, ...item });
  };
  const listed = filesByPlace(manifest);
  for (const level of LEVELS) {
    for (const label of await names(join(path, level))) {
      for (const input of await names(join(path, level, label))) {
        const place = join(level, label, input);
        const files = listed.get(place);
        if (files === undefined) await add('replaced', place);
        else {
          for (const name of await names(join(path, place))) {
            if (!files.has(name)) await add('replaced', place, name);
          }
        }
      }
    }
  }
  if (!locked) {
    for (const run of await names(join(path, '_staging'))) await add('staged', '_staging', run);
    for (const name of await names(path)) {
      if (/^(_manifest\.json|_lock)\..*\.tmp$/.test(name)) await add('temporary', name);
    }
  }
  return found;
}

/** Every place that a manifest lists: its folder below the tile set's → names of its files. */
function filesByPlace(manifest: TileManifest): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, ReadonlySet<string>>();
  for (const level of LEVELS) {
    for (const ds of labelsOf(manifest, level)) {
      const entry = tileEntry(manifest, ds, level);
      if (entry === undefined) continue;
      const { input, files } = entry;
      places.set(placePath({ ds, level, input }), new Set(Object.keys(files)));
    }
  }
  return places;
}
