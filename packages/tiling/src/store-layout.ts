import { join } from 'node:path';
import { contentHash, parseDay } from '@tessera/api';
import { NO_DAY } from '@tessera/lake';
import { blockOf } from './blocks.js';
import { isBlockLevel, type Level } from './hops.js';
import { bad } from './row-lanes.js';

/**
 * Where tiles lie:
 *
 *   <store>/<tile set hash>/_manifest.json                             what there is; the truth
 *                          /_lock, _staging                            while someone writes
 *                          /<level>/ds=2025-01-01/<input>/<file>       tiles of one partition
 *                          /<level>/block=2025-01-06/<input>/<file>    tiles of 8 or 64 days of partitions
 *
 * `input` is the fingerprint of what the tiles were made of: tiles of a changed partition never lie where the old ones do, so
 * the manifest's one rename replaces them all, and who reads the old ones can go on.
 */
export function tileSetPath(store: string, hash: string): string {
  return join(store, hexName(hash));
}

/** Tiles of one level of one partition or block, as its files were. */
export interface TilePlace {
  /** Label of the partition, or of the block. */
  readonly ds: string;
  readonly level: Level;
  /** Fingerprint of the input, hex. */
  readonly input: string;
}

/** Below a tile set's folder, and in the same way below a staging folder. */
export function placePath({ ds, level, input }: TilePlace): string {
  return join(labelFolder(ds, level), hexName(input));
}

/** The folder of all inputs that a partition or block ever had. */
export function labelFolder(ds: string, level: Level): string {
  // A label becomes a folder's name: nothing but a day or the label of none may get there.
  const isLabel = isBlockLevel(level)
    ? blockOf(ds, level) === ds
    : ds === NO_DAY || parseDay(ds) !== null;
  if (!isLabel) throw bad(`${level} tiles of ${JSON.stringify(ds)}, which is no label`);
  return join(level, `${isBlockLevel(level) ? 'block' : 'ds'}=${ds}`);
}

/**
 * The file that holds these states, written together, and the tiles' keys and starts too when `withBase`. Equal contents
 * have equal names, and so equal bytes.
 */
export function tileFileName(withBase: boolean, states: readonly string[]): string {
  return `${withBase ? 'base' : 'more'}-${contentHash([...states].sort())}.parquet`;
}

/** Names that `tileFileName` makes. */
export function isTileFileName(name: string): boolean {
  return /^(base|more)-[0-9a-f]{32}\.parquet$/.test(name);
}

/** The column of a tile file that holds a field of a state. */
export function stateColumnName(hash: string, field: string): string {
  return `${hexName(hash)}_${field}`;
}

function hexName(hash: string): string {
  if (!isHexName(hash)) throw bad(`hash ${JSON.stringify(hash)}`);
  return hash;
}

export function isHexName(name: string): boolean {
  return /^[0-9a-f]{8,64}$/.test(name);
}
