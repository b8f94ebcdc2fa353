import { statSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { moveFile, type PublishRun, syncFolder } from '@tessera/lake';
import { blockInput, blockMembers } from './blocks.js';
import { BLOCK_LEVELS, type BlockLevel, isBlockLevel, LEVELS, PARTITION_LEVELS } from './hops.js';
import { commitTileManifest, readTileManifest } from './manifest-file.js';
import { bad } from './row-lanes.js';
import type { StagedTiles } from './stage-tiles.js';
import { placePath, type TilePlace, tileSetPath } from './store-layout.js';
import {
  sizeOfFiles,
  type TileBlockEntry,
  type TileLevelEntry,
  type TileManifest,
  type TilePartitionEntry,
  type TilesMadeOf,
  tileEntry,
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
  const blocks: Record<BlockLevel, Record<string, TileBlockEntry>> = { '8d': {}, '64d': {} };
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

function keepFiles(entry: TileLevelEntry, isKept: (name: string) => boolean): TileLevelEntry {
  const files = Object.fromEntries(Object.entries(entry.files).filter(([name]) => isKept(name)));
  const states = Object.entries(entry.states).filter(([, name]) => isKept(name));
  return { ...entry, files, states: Object.fromEntries(states), bytes: sizeOfFiles(files) };
}

/** A set has thousands of files: asking for each by itself, and waiting, costs ten times as much. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? null;
  } catch {
    return null;
  }
}

/**
 * Put staged tiles in place, then replace the manifest: readers see all of them or none. Tiles of a partition whose input
 * is another now are forgotten, with all their levels, and so are the blocks that it lies in. What is forgotten stays on the
 * disk, for those who read it, until `removeTileGarbage`. The caller holds the lock, and gives the set as it opened it under
 * that lock.
 *
 * Throws  INTERNAL when states come without a base, or are not aligned with the one that is there, or nothing says what a
 *         partition was made of, or a block was made of others than what is listed; NOT_WRITABLE, DISK_FULL
 */
export async function publishTiles(
  run: PublishRun,
  set: TileSet,
  staged: readonly StagedTiles[],
): Promise<TileSet> {
  const partitions: Record<string, TilePartitionEntry> = { ...set.manifest.partitions };
  const blocks: Record<BlockLevel, Record<string, TileBlockEntry>> = {
    '8d': { ...set.manifest.blocks['8d'] },
    '64d': { ...set.manifest.blocks['64d'] },
  };
  const folders = new Set<string>();
  for (const tiles of staged) {
    const { ds, level, input } = tiles.place;
    const before = isBlockLevel(level) ? blocks[level][ds] : partitions[ds];
    const same = before?.input === input ? before : undefined;
    if (isBlockLevel(level)) {
      const known = same === undefined ? undefined : blocks[level][ds];
      blocks[level][ds] = { input, ...(await place(run, set.path, tiles, known)) };
    } else {
      const known = same === undefined ? undefined : partitions[ds];
      const entry = await place(run, set.path, tiles, known?.levels[level]);
      const made = madeOf(known, tiles);
      partitions[ds] = { input, ...made, levels: { ...known?.levels, [level]: entry } };
    }
    folders.add(dirname(placePath(tiles.place))).add(level);
  }
  for (const folder of folders) await syncFolder(join(set.path, folder));
  for (const { place } of staged) {
    if (isBlockLevel(place.level) && !isCurrent(partitions, place.level, place)) {
      throw bad(`the ${place.level} block ${place.ds} was made of what is not there`);
    }
  }
  return commit(set, { ...set.manifest, partitions, blocks });
}

/**
 * Forget partitions that are no more, and the blocks that they lie in. Their files stay until `removeTileGarbage`. The
 * caller holds the lock.
 */
export async function removeTiles(set: TileSet, gone: readonly string[]): Promise<TileSet> {
  const kept = Object.entries(set.manifest.partitions).filter(([ds]) => !gone.includes(ds));
  return commit(set, { ...set.manifest, partitions: Object.fromEntries(kept) });
}

async function place(
  run: PublishRun,
  path: string,
  tiles: StagedTiles,
  known: TileLevelEntry | undefined,
): Promise<TileLevelEntry> {
  const { rows, events, minStartMs, maxStartMs, withBase, file } = tiles;
  const what = `${tiles.place.level} tiles of ${tiles.place.ds}`;
  if (known !== undefined && (known.rows !== rows || known.events !== events)) {
    throw bad(`${what}: ${rows} of ${events} events are not the ${known.rows} that are there`);
  }
  if (!withBase && known === undefined) throw bad(`${what}: states without their base`);
  const below = join(placePath(tiles.place), file);
  const bytes = await moveFile(join(run.staging, below), join(path, below));
  const states: Record<string, string> = { ...known?.states };
  for (const state of tiles.states) states[state] = file;
  const base = withBase ? file : known!.base;
  const entry: TileLevelEntry = {
    rows,
    events,
    minStartMs,
    maxStartMs,
    bytes,
    base,
    files: { ...known?.files, [file]: bytes },
    states,
  };
  // A file all of whose states are in another now is listed no more.
  const used = new Set([base, ...Object.values(states)]);
  return keepFiles(entry, (name) => used.has(name));
}

/** Another state of the same rows may have read another column; all else is as it was. */
function madeOf(known: TilePartitionEntry | undefined, { made, place }: StagedTiles): TilesMadeOf {
  if (made === undefined) {
    if (known === undefined) throw bad(`nothing says what the tiles of ${place.ds} were made of`);
    return { files: known.files, counts: known.counts };
  }
  const infinite = { ...known?.counts.infinite, ...made.counts.infinite };
  return { files: made.files, counts: { ...made.counts, infinite } };
}

/** The manifest without the blocks of partitions that have changed. */
async function commit(set: TileSet, wanted: TileManifest): Promise<TileSet> {
  const { partitions } = wanted;
  const blocks: Record<BlockLevel, Record<string, TileBlockEntry>> = { '8d': {}, '64d': {} };
  for (const level of BLOCK_LEVELS) {
    for (const [ds, entry] of Object.entries(wanted.blocks[level])) {
      if (isCurrent(partitions, level, { ds, input: entry.input })) blocks[level][ds] = entry;
    }
  }
  const manifest = { ...wanted, blocks };
  await markForgotten(set, manifest);
  await commitTileManifest(set.path, manifest);
  return { path: set.path, manifest };
}

function isCurrent(
  partitions: TileManifest['partitions'],
  level: BlockLevel,
  { ds, input }: Pick<TilePlace, 'ds' | 'input'>,
): boolean {
  const members = blockMembers(partitions, ds, level);
  return members.length > 0 && blockInput(members) === input;
}

/** What is about to be garbage gets the time of now: from then on its age tells how long nobody can have begun to read it. */
async function markForgotten({ path, manifest: before }: TileSet, after: TileManifest) {
  const now = new Date();
  // A folder that is gone, or another user's, needs no mark.
  const mark = (...parts: string[]) => utimes(join(path, ...parts), now, now).catch(() => {});
  for (const level of LEVELS) {
    const labels = isBlockLevel(level) ? before.blocks[level] : before.partitions;
    for (const ds of Object.keys(labels)) {
      const was = tileEntry(before, ds, level);
      if (was === undefined) continue;
      const is = tileEntry(after, ds, level);
      const folder = placePath({ ds, level, input: was.input });
      if (is?.input !== was.input) await mark(folder);
      else {
        const gone = Object.keys(was.files).filter((name) => is.files[name] === undefined);
        for (const name of gone) await mark(folder, name);
      }
    }
  }
}
