import { utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault, mapLimited, moveFile, type PublishRun, syncFolder } from '@tessera/lake';
import { blockInput, blockMembers } from './blocks.js';
import { BLOCK_LEVELS, type BlockLevel, isBlockLevel, LEVELS } from './hops.js';
import { commitTileManifest } from './manifest-file.js';
import { bad } from './row-lanes.js';
import type { StagedTiles } from './stage-tiles.js';
import { placePath, type TilePlace } from './store-layout.js';
import {
  type BlocksByLevel,
  keepFiles,
  type TileLevelEntry,
  type TileManifest,
  type TilePartitionEntry,
  type TilesMadeOf,
  tileEntry,
} from './tile-manifest.js';
import type { TileSet } from './tile-set.js';

/** Files that are moved at once. */
const MOVES = 8;

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
  const blocks: BlocksByLevel = {
    '8d': { ...set.manifest.blocks['8d'] },
    '64d': { ...set.manifest.blocks['64d'] },
  };
  const places = new Map<string, [StagedTiles, ...StagedTiles[]]>();
  for (const tiles of staged) {
    const path = placePath(tiles.place);
    const others = places.get(path);
    if (others === undefined) places.set(path, [tiles]);
    else others.push(tiles);
  }
  // Moving is mostly waiting for the disk.
  const placed = await mapLimited([...places.values()], MOVES, async (tiles) => {
    const [first, ...others] = tiles;
    const { place } = first;
    let entry = await moveTiles(run, set.path, first, current(set.manifest, place));
    for (const other of others) entry = await moveTiles(run, set.path, other, entry);
    fault('tiles.moved', placePath(place));
    return { place, entry };
  });
  const folders = new Set(
    [...places.keys()].flatMap((path) => [dirname(path), dirname(dirname(path))]),
  );
  await mapLimited([...folders], MOVES, (folder) => syncFolder(join(set.path, folder)));
  fault('tiles.synced', set.path);
  for (const { place, entry } of placed) {
    const { ds, level, input } = place;
    if (isBlockLevel(level)) blocks[level][ds] = { input, ...entry };
    else {
      const before = partitions[ds];
      const known = before?.input === input ? before : undefined;
      const made = madeOf(place, known, staged);
      partitions[ds] = { input, ...made, levels: { ...known?.levels, [level]: entry } };
    }
  }
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

async function moveTiles(
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
    crcs: { ...known?.crcs, [file]: tiles.crc },
    states,
  };
  // A file all of whose states are in another now is listed no more.
  const used = new Set([base, ...Object.values(states)]);
  return keepFiles(entry, (name) => used.has(name));
}

/** What a manifest lists of a place as it is now, of this input. */
function current(manifest: TileManifest, { ds, level, input }: TilePlace) {
  const entry = tileEntry(manifest, ds, level);
  return entry?.input === input ? entry : undefined;
}

/** Another state of the same rows may have read another column; all else is as it was. */
function madeOf(
  { ds, input }: TilePlace,
  known: TilePartitionEntry | undefined,
  staged: readonly StagedTiles[],
): TilesMadeOf {
  let made: TilesMadeOf | undefined = known && { files: known.files, counts: known.counts };
  for (const { place, made: more } of staged) {
    if (more === undefined || place.ds !== ds || place.input !== input || isBlockLevel(place.level))
      continue;
    const infinite = { ...made?.counts.infinite, ...more.counts.infinite };
    made = { files: more.files, counts: { ...more.counts, infinite } };
  }
  if (made === undefined) throw bad(`nothing says what the tiles of ${ds} were made of`);
  return made;
}

/** The manifest without the blocks of partitions that have changed. */
async function commit(set: TileSet, wanted: TileManifest): Promise<TileSet> {
  const { partitions } = wanted;
  const blocks: BlocksByLevel = { '8d': {}, '64d': {} };
  for (const level of BLOCK_LEVELS) {
    for (const [ds, entry] of Object.entries(wanted.blocks[level])) {
      if (isCurrent(partitions, level, { ds, input: entry.input })) blocks[level][ds] = entry;
    }
  }
  const manifest = { ...wanted, blocks };
  await markForgotten(set, manifest);
  fault('tiles.forgotten', set.path);
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
