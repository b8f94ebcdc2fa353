import { join } from 'node:path';
import type { StateFamily } from './families.js';
import type { Level } from './hops.js';
import { bad } from './row-lanes.js';
import { placePath } from './store-layout.js';
import { tileEntry } from './tile-manifest.js';
import type { TileSet } from './tile-set.js';

/** Places whose files hold the same states: they are read as one. Plain data. */
export interface TilePlaces {
  /** Absolute if the store's path is. */
  readonly folders: readonly string[];
  /** Names of the files in each of the folders; the first is the one with keys and starts. */
  readonly files: readonly string[];
  /** The position in `files` of each of the families asked for. */
  readonly fileOf: readonly number[];
  /** Tiles in all of them. */
  readonly rows: number;
  /** Size of the files that are named, with states that nobody asked for. */
  readonly bytes: number;
}

/**
 * Where tiles of a level lie: of the partitions, or blocks, with these labels. As many entries as there are ways in which
 * states are spread over files: one, where all were built at once.
 *
 * Throws  INTERNAL when the set has no such tiles or states
 */
export function placesOf(
  { path, manifest }: TileSet,
  level: Level,
  labels: readonly string[],
  families: readonly StateFamily[],
): readonly TilePlaces[] {
  const groups = new Map<string, { -readonly [K in keyof TilePlaces]: TilePlaces[K] }>();
  for (const ds of labels) {
    const entry = tileEntry(manifest, ds, level);
    if (entry === undefined) throw bad(`no ${level} tiles of ${ds}`);
    const holders = families.map(({ hash }) => {
      const file = entry.states[hash];
      if (file === undefined) throw bad(`no state ${hash} in the ${level} tiles of ${ds}`);
      return file;
    });
    const files = [entry.base, ...new Set(holders.filter((name) => name !== entry.base).sort())];
    const folder = join(path, placePath({ ds, level, input: entry.input }));
    const bytes = files.reduce((sum, name) => sum + entry.files[name]!, 0);
    const name = files.join();
    const group = groups.get(name);
    if (group === undefined) {
      const fileOf = holders.map((file) => files.indexOf(file));
      groups.set(name, { folders: [folder], files, fileOf, rows: entry.rows, bytes });
    } else {
      group.folders = [...group.folders, folder];
      group.rows += entry.rows;
      group.bytes += bytes;
    }
  }
  return [...groups.values()];
}
