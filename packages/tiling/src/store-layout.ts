import { join } from 'node:path';
import { parseDay } from '@tessera/api';
import { NO_DAY } from '@tessera/lake';
import type { Level } from './hops.js';
import { bad } from './row-lanes.js';

/**
 * Where tiles lie:
 *
 *   <store>/<tile set hash>/_manifest.json                              what there is; the truth
 *                          /_lock, _staging                             while someone writes
 *                          /<level>/ds=2025-01-01/<input>/base.parquet  keys, start and events of each tile
 *                          /<level>/ds=2025-01-01/<input>/<state hash>.parquet
 *
 * `input` is the fingerprint of the partition's files: tiles of a changed partition never lie where the old ones do, so the
 * manifest's one rename replaces them all.
 */
export function tileSetPath(store: string, hash: string): string {
  return join(store, hexName(hash));
}

/** Tiles of one level of one partition, as its files were. */
export interface TilePlace {
  readonly ds: string;
  readonly level: Level;
  /** Fingerprint of the partition's input, hex. */
  readonly input: string;
}

/** Below a tile set's folder, and in the same way below a staging folder. */
export function placePath({ ds, level, input }: TilePlace): string {
  return join(partitionFolder(ds, level), hexName(input));
}

export function partitionFolder(ds: string, level: Level): string {
  // A label becomes a folder's name: nothing but a day or the label of none may get there.
  if (ds !== NO_DAY && parseDay(ds) === null) throw bad(`partition label ${JSON.stringify(ds)}`);
  return join(level, `ds=${ds}`);
}

/** The file of the tiles themselves, or of one of their states. */
export function tileFile(state: string | null): string {
  return state === null ? 'base.parquet' : `${hexName(state)}.parquet`;
}

function hexName(hash: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(hash)) throw bad(`hash ${JSON.stringify(hash)}`);
  return hash;
}
