import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { moveFile, type PublishRun, removeTree, syncFolder } from '@tessera/lake';
import { LEVELS, type Level } from './hops.js';
import { bad } from './row-lanes.js';
import type { StagedTiles } from './stage-tiles.js';
import { partitionFolder, placePath, tileFile, tileSetPath } from './store-layout.js';
import {
  commitTileManifest,
  readTileManifest,
  type TileLevelEntry,
  type TileManifest,
  type TilePartitionEntry,
} from './tile-manifest.js';

/** A tile set as it lies in a store. */
export interface TileSet {
  readonly path: string;
  /** What is there: entries whose files are gone or of another size are left out. */
  readonly manifest: TileManifest;
}

/** Look at a tile set; nothing is created. Throws FILE_UNREADABLE for a damaged manifest. */
export async function openTileSet(store: string, hash: string): Promise<TileSet> {
  const path = tileSetPath(store, hash);
  const manifest = await readTileManifest(path);
  const partitions: Record<string, TilePartitionEntry> = {};
  for (const [ds, { input, levels }] of Object.entries(manifest.partitions)) {
    const there: Partial<Record<Level, TileLevelEntry>> = {};
    for (const level of LEVELS) {
      const entry = levels[level];
      if (entry === undefined) continue;
      const folder = join(path, placePath({ ds, level, input }));
      if ((await sizeOf(join(folder, tileFile(null)))) !== entry.bytes) continue;
      const states: Record<string, number> = {};
      for (const [state, bytes] of Object.entries(entry.states)) {
        if ((await sizeOf(join(folder, tileFile(state)))) === bytes) states[state] = bytes;
      }
      there[level] = { ...entry, states };
    }
    partitions[ds] = { input, levels: there };
  }
  return { path, manifest: { ...manifest, partitions } };
}

async function sizeOf(file: string): Promise<number | null> {
  return stat(file).then(
    ({ size }) => size,
    () => null,
  );
}

/**
 * Put staged tiles in place, then replace the manifest: readers see all of them or none. Tiles of a partition whose input
 * is another now are forgotten, with all their levels, and removed afterwards. The caller holds the lock, and gives the set
 * as it opened it under that lock.
 *
 * Throws  INTERNAL when states come without a base, or are not aligned with the one that is there; NOT_WRITABLE, DISK_FULL
 */
export async function publishTiles(
  run: PublishRun,
  set: TileSet,
  staged: readonly StagedTiles[],
): Promise<TileSet> {
  const partitions: Record<string, TilePartitionEntry> = { ...set.manifest.partitions };
  const folders = new Set<string>();
  for (const tiles of staged) {
    const { ds, level, input } = tiles.place;
    const before = partitions[ds];
    const levels = before?.input === input ? before.levels : {};
    const entry = await place(run, set.path, tiles, levels[level]);
    partitions[ds] = { input, levels: { ...levels, [level]: entry } };
    folders.add(partitionFolder(ds, level)).add(level);
  }
  for (const folder of folders) await syncFolder(join(set.path, folder));
  const manifest = { ...set.manifest, partitions };
  await commitTileManifest(set.path, manifest);
  for (const ds of new Set(staged.map((tiles) => tiles.place.ds))) {
    await removeOthers(set.path, ds, partitions[ds]!.input);
  }
  return { path: set.path, manifest };
}

async function place(
  run: PublishRun,
  path: string,
  tiles: StagedTiles,
  known: TileLevelEntry | undefined,
): Promise<TileLevelEntry> {
  const { rows, events, minStartMs, maxStartMs, withBase } = tiles;
  const below = placePath(tiles.place);
  const move = (file: string) => moveFile(join(run.staging, below, file), join(path, below, file));
  const what = `${tiles.place.level} tiles of ${tiles.place.ds}`;
  if (known !== undefined && (known.rows !== rows || known.events !== events)) {
    throw bad(`${what}: ${rows} of ${events} events are not the ${known.rows} that are there`);
  }
  if (!withBase && known === undefined) throw bad(`${what}: states without their base`);
  const bytes = withBase ? await move(tileFile(null)) : known!.bytes;
  const states: Record<string, number> = { ...known?.states };
  for (const state of tiles.states) states[state] = await move(tileFile(state));
  return { rows, events, minStartMs, maxStartMs, bytes, states };
}

/** Forget partitions that are no more, then remove their files. The caller holds the lock. */
export async function removeTiles(set: TileSet, gone: readonly string[]): Promise<TileSet> {
  const kept = Object.entries(set.manifest.partitions).filter(([ds]) => !gone.includes(ds));
  const manifest = { ...set.manifest, partitions: Object.fromEntries(kept) };
  await commitTileManifest(set.path, manifest);
  for (const ds of gone) {
    for (const level of LEVELS) await removeTree(join(set.path, partitionFolder(ds, level)));
  }
  return { path: set.path, manifest };
}

/** Tiles of inputs that a partition has no more, of this run or of one that was killed. */
async function removeOthers(path: string, ds: string, input: string): Promise<void> {
  for (const level of LEVELS) {
    const folder = join(path, partitionFolder(ds, level));
    const names = await readdir(folder).catch(() => []);
    for (const name of names) if (name !== input) await removeTree(join(folder, name));
  }
}
