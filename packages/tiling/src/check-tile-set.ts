import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumFile } from '@tessera/lake';
import { LEVELS, type Level } from './hops.js';
import { lookAtManifest } from './manifest-file.js';
import { removeTiles } from './publish-tiles.js';
import { placePath, tileSetPath } from './store-layout.js';
import { tileEntry } from './tile-manifest.js';
import { openTileSet } from './tile-set.js';
import { labelsOf } from './tile-store.js';

/** A file that a manifest lists and that is not there as it was written. */
export interface DamagedTiles {
  readonly path: string;
  readonly level: Level;
  /** Label of its partition or block. */
  readonly label: string;
  readonly what: 'missing' | 'of another size' | 'changed';
}

/**
 * Read every file that a tile set's manifest lists, and compare it with what was written. None where the manifest cannot be
 * read.
 *
 * Cost  one read of all tiles
 */
export async function damagedTiles(store: string, hash: string): Promise<DamagedTiles[]> {
  const path = tileSetPath(store, hash);
  const { manifest } = await lookAtManifest(path);
  const damaged: DamagedTiles[] = [];
  for (const level of LEVELS) {
    for (const label of labelsOf(manifest, level)) {
      const entry = tileEntry(manifest, label, level);
      if (entry === undefined) continue;
      const folder = join(path, placePath({ ds: label, level, input: entry.input }));
      for (const [name, bytes] of Object.entries(entry.files)) {
        const file = join(folder, name);
        const now = await checksumFile(file).catch(() => null);
        const crc = entry.crcs[name];
        const what =
          now === null
            ? 'missing'
            : now.bytes !== bytes
              ? 'of another size'
              : crc !== undefined && crc !== now.crc
                ? 'changed'
                : null;
        if (what !== null) damaged.push({ path: file, level, label, what });
      }
    }
  }
  return damaged;
}

/**
 * Forget damaged files, and remove them: whoever needs these tiles builds them again. The caller holds the lock.
 *
 * Throws  NOT_WRITABLE, DISK_FULL
 */
export async function forgetDamaged(
  store: string,
  hash: string,
  damaged: readonly DamagedTiles[],
): Promise<void> {
  for (const { path } of damaged) await rm(path, { force: true });
  // What is not there is left out of a set that is opened.
  await removeTiles(await openTileSet(store, hash), []);
}
