import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockIfFree, removeTree } from '@tessera/lake';
import { LEVELS } from './hops.js';
import { lookAtManifest, tileManifestPath } from './manifest-file.js';
import { type Measured, measure, names } from './measure.js';
import { tileSetPath } from './store-layout.js';
import type { RemoveTileGarbage } from './tile-garbage.js';

/** Names in a tile set's folder that are its own, the manifest first; a lock is not among them. */
async function ownNames(path: string): Promise<string[]> {
  const all = await names(path);
  const isOwn = (name: string) =>
    (LEVELS as readonly string[]).includes(name) ||
    name === '_staging' ||
    /^(_manifest\.json|_lock)\..*\.tmp$/.test(name);
  return ['_manifest.json', ...all.filter(isOwn)].filter((name) => all.includes(name));
}

/**
 * Size of a tile set, and when it was last written; null when there is nothing of it. Whatever is written ends with its
 * manifest; times of folders also tell when something was taken away.
 */
export async function measureTileSet(store: string, hash: string): Promise<Measured | null> {
  const path = tileSetPath(store, hash);
  const items: Measured[] = [];
  for (const name of await ownNames(path)) {
    const item = await measure(join(path, name));
    if (item !== null) items.push(item);
  }
  if (items.length === 0) return null;
  const manifest = await measure(tileManifestPath(path));
  const times = (manifest === null ? items : [manifest]).map(({ newestMs }) => newestMs);
  return {
    bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    newestMs: Math.max(...times),
  };
}

/**
 * Remove a tile set as a whole, under its lock: its manifest first, so that nobody begins to read what goes.
 *
 * Returns  false when it was left alone: written more recently than asked, locked by a living process, or a newer version's
 * Throws   NOT_WRITABLE
 */
export async function removeTileSet(
  store: string,
  hash: string,
  { olderThanMs, nowMs = Date.now() }: RemoveTileGarbage,
): Promise<boolean> {
  const path = tileSetPath(store, hash);
  const isYoung = async () => {
    const found = await measureTileSet(store, hash);
    return found === null || nowMs - found.newestMs < olderThanMs;
  };
  if (await isYoung()) return false;
  const lock = await lockIfFree(path, 'removing unused tiles');
  if (lock === null) return false;
  try {
    if ((await lookAtManifest(path)).state === 'newer' || (await isYoung())) return false;
    for (const name of await ownNames(path)) await removeTree(join(path, name));
  } finally {
    await lock.release();
  }
  // Whatever else somebody put there stays.
  await rmdir(path).catch(() => undefined);
  return true;
}
