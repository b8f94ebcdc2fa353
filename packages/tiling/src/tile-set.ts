import { statSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_LEVELS, PARTITION_LEVELS } from './hops.js';
import { readTileManifest } from './manifest-file.js';
import { placePath, tileSetPath } from './store-layout.js';
import {
  type BlocksByLevel,
  keepFiles,
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
  for (const [ds, partition] of Object.entries(manifest.partitions)) {
    const levels: Record<string, TileLevelEntry> = {};
    for (const level of PARTITION_LEVELS) {
      const entry = partition.levels[level];
      if (entry === undefined) continue;
      const there = whatIsThere(
        join(path, placePath({ ds, level, input: partition.input })),
        entry,
      );
      if (there !== null) levels[level] = there;
    }
    partitions[ds] = { ...partition, levels };
  }
  const blocks: BlocksByLevel = { '8d': {}, '64d': {} };
  for (const level of BLOCK_LEVELS) {
    for (const [ds, entry] of Object.entries(manifest.blocks[level])) {
      const { input } = entry;
      const there = whatIsThere(join(path, placePath({ ds, level, input })), entry);
      if (there !== null) blocks[level][ds] = { ...entry, ...there };
    }
  }
  return { path, manifest: { ...manifest, partitions, blocks } };
}

/** An entry without the files that are lost or damaged, and their states; null without its base. */
function whatIsThere(folder: string, entry: TileLevelEntry): TileLevelEntry | null {
  const lost = Object.entries(entry.files).filter(
    ([name, bytes]) => sizeOf(join(folder, name)) !== bytes,
  );
  if (lost.length === 0) return entry;
  const gone = new Set(lost.map(([name]) => name));
  if (gone.has(entry.base)) return null;
  return keepFiles(entry, (name) => !gone.has(name));
}

/** A set has thousands of files: asking for each by itself, and waiting, costs ten times as much. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? null;
  } catch {
    return null;
  }
}
