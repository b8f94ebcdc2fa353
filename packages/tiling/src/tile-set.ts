import { readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from '@tessera/columnar';
import { formatCrc } from '@tessera/lake';
import { BLOCK_LEVELS, PARTITION_LEVELS } from './hops.js';
import { readTileManifest, tileManifestPath } from './manifest-file.js';
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
  /** What is there: entries whose files are gone, of another size or changed since are left out. */
  readonly manifest: TileManifest;
}

/** Look at a tile set; nothing is created. Throws FILE_UNREADABLE for a damaged manifest. */
export async function openTileSet(store: string, hash: string): Promise<TileSet> {
  const path = tileSetPath(store, hash);
  const manifest = await readTileManifest(path);
  const writtenMs = statOf(tileManifestPath(path))?.mtimeMs ?? 0;
  const partitions: Record<string, TilePartitionEntry> = {};
  for (const [ds, partition] of Object.entries(manifest.partitions)) {
    const levels: Record<string, TileLevelEntry> = {};
    for (const level of PARTITION_LEVELS) {
      const entry = partition.levels[level];
      if (entry === undefined) continue;
      const there = whatIsThere(
        join(path, placePath({ ds, level, input: partition.input })),
        entry,
        writtenMs,
      );
      if (there !== null) levels[level] = there;
    }
    partitions[ds] = { ...partition, levels };
  }
  const blocks: BlocksByLevel = { '8d': {}, '64d': {} };
  for (const level of BLOCK_LEVELS) {
    for (const [ds, entry] of Object.entries(manifest.blocks[level])) {
      const { input } = entry;
      const there = whatIsThere(join(path, placePath({ ds, level, input })), entry, writtenMs);
      if (there !== null) blocks[level][ds] = { ...entry, ...there };
    }
  }
  return { path, manifest: { ...manifest, partitions, blocks } };
}

/** An entry without the files that are lost or damaged, and their states; null without its base. */
function whatIsThere(
  folder: string,
  entry: TileLevelEntry,
  writtenMs: number,
): TileLevelEntry | null {
  const isLost = ([name, bytes]: [string, number]) => {
    const file = join(folder, name);
    const now = statOf(file);
    if (now?.size !== bytes) return true;
    const crc = entry.crcs[name];
    // Somebody has written to it since it was listed.
    return crc !== undefined && now.mtimeMs > writtenMs && checksumOf(file) !== crc;
  };
  const lost = Object.entries(entry.files).filter(isLost);
  if (lost.length === 0) return entry;
  const gone = new Set(lost.map(([name]) => name));
  if (gone.has(entry.base)) return null;
  return keepFiles(entry, (name) => !gone.has(name));
}

/** A set has thousands of files: asking for each by itself, and waiting, costs ten times as much. */
function statOf(file: string): Stats | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function checksumOf(file: string): string | null {
  try {
    return formatCrc(crc32(readFileSync(file)));
  } catch {
    return null;
  }
}
