import { readdir } from 'node:fs/promises';
import { isBlockLevel, LEVELS, type Level } from './hops.js';
import { lookAtManifest, type ManifestState } from './manifest-file.js';
import { isHexName, tileSetPath } from './store-layout.js';
import { type TileManifest, tileEntry } from './tile-manifest.js';

/** What a tile set holds of one level. */
export interface TileLevelSummary {
  readonly level: Level;
  /** Partitions, or blocks. */
  readonly places: number;
  /** Tiles. */
  readonly rows: number;
  readonly bytes: number;
}

export interface TileSetSummary {
  readonly hash: string;
  /** Whether this version wrote it; all others count as empty. */
  readonly state: ManifestState;
  readonly partitions: number;
  /** Those that there are, from the finest. */
  readonly levels: readonly TileLevelSummary[];
  /** States that any place holds. */
  readonly states: number;
  /** Tiles. */
  readonly rows: number;
  readonly bytes: number;
  /** First and last label, where there are partitions. */
  readonly firstDs: string | null;
  readonly lastDs: string | null;
}

/** Hashes of the tile sets that have a folder in a store; none when there is no store. */
export async function tileSetHashes(store: string): Promise<readonly string[]> {
  const items = await readdir(store, { withFileTypes: true }).catch(() => []);
  return items
    .filter((item) => item.isDirectory() && isHexName(item.name))
    .map(({ name }) => name)
    .sort();
}

/**
 * The tile sets of a store, by hash, as their manifests tell it; files are not looked at.
 *
 * Throws  FILE_UNREADABLE for a manifest that may not be read
 */
export async function listTileSets(store: string): Promise<readonly TileSetSummary[]> {
  const summaries: TileSetSummary[] = [];
  for (const hash of await tileSetHashes(store)) {
    const { manifest, state } = await lookAtManifest(tileSetPath(store, hash));
    summaries.push({ hash, state, ...tilesOfManifest(manifest) });
  }
  return summaries;
}

/** What a manifest lists, counted. */
export function tilesOfManifest(manifest: TileManifest): Omit<TileSetSummary, 'hash' | 'state'> {
  const states = new Set<string>();
  const levels: TileLevelSummary[] = [];
  for (const level of LEVELS) {
    let [places, rows, bytes] = [0, 0, 0];
    for (const ds of labelsOf(manifest, level)) {
      const entry = tileEntry(manifest, ds, level);
      if (entry === undefined) continue;
      places++;
      rows += entry.rows;
      bytes += entry.bytes;
      for (const state of Object.keys(entry.states)) states.add(state);
    }
    if (places > 0) levels.push({ level, places, rows, bytes });
  }
  const labels = Object.keys(manifest.partitions).sort();
  return {
    partitions: labels.length,
    levels,
    states: states.size,
    rows: levels.reduce((sum, { rows }) => sum + rows, 0),
    bytes: levels.reduce((sum, { bytes }) => sum + bytes, 0),
    firstDs: labels[0] ?? null,
    lastDs: labels.at(-1) ?? null,
  };
}

/** Labels that may have tiles of a level. */
export function labelsOf({ partitions, blocks }: TileManifest, level: Level): string[] {
  return Object.keys(isBlockLevel(level) ? blocks[level] : partitions);
}
