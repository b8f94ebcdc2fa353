import { TILE_FORMAT } from './families.js';
import { type BlockLevel, isBlockLevel, type Level, type PartitionLevel } from './hops.js';

/** Raised when the layout of the manifest changes. What states mean is in `TILE_FORMAT`, and so in every hash. */
export const TILE_MANIFEST_FORMAT = 2;

/** Tiles of one level of one partition or block. */
export interface TileLevelEntry {
  /** Tiles. */
  readonly rows: number;
  /** Source rows that the tiles hold. */
  readonly events: number;
  /** Starts of the first and last tile in time; null when there are none. */
  readonly minStartMs: number | null;
  readonly maxStartMs: number | null;
  /** Size of all files. */
  readonly bytes: number;
  /** The file with keys and starts. */
  readonly base: string;
  /** File name → size. */
  readonly files: Readonly<Record<string, number>>;
  /** File name → CRC-32, eight hex digits; files that an older version wrote have none. */
  readonly crcs: Readonly<Record<string, string>>;
  /** State hash → the file that holds it. */
  readonly states: Readonly<Record<string, string>>;
}

/** A file that tiles were made of, and how to tell whether it is still the same. */
export interface TileSourceFile {
  readonly path: string;
  readonly fingerprint: string;
  /** Hash of all bytes; null when it is not known. */
  readonly content: string | null;
  /** Size and times; null when they prove nothing. */
  readonly stat: string | null;
}

/** What reading the rows of a partition met, for the report of every run that reads its tiles instead. */
export interface TileRowCounts {
  readonly rowsRead: number;
  readonly rowsWithoutTime: number;
  readonly rowsWithNullKey: number;
  readonly duplicateEvents: number;
  /** Source column → infinite values, of the columns that any state read. */
  readonly infinite: Readonly<Record<string, number>>;
}

/** What the tiles of a partition were made of. */
export interface TilesMadeOf {
  readonly files: readonly TileSourceFile[];
  readonly counts: TileRowCounts;
}

export interface TilePartitionEntry extends TilesMadeOf {
  /** Fingerprint of the input the tiles were made of. */
  readonly input: string;
  readonly levels: Readonly<Partial<Record<PartitionLevel, TileLevelEntry>>>;
}

/** Tiles of a block; `input` is `blockInput` of its members. */
export interface TileBlockEntry extends TileLevelEntry {
  readonly input: string;
}

export type TileBlocks = Readonly<Record<BlockLevel, Readonly<Record<string, TileBlockEntry>>>>;
/** The same, being made. */
export type BlocksByLevel = Record<BlockLevel, Record<string, TileBlockEntry>>;

/**
 * What a tile set holds. A level without tiles is listed: empty is not missing. Blocks are always those of the partitions
 * that are listed: where one of them changes, its blocks are gone.
 */
export interface TileManifest {
  readonly format: typeof TILE_MANIFEST_FORMAT;
  readonly tileFormat: typeof TILE_FORMAT;
  readonly partitions: Readonly<Record<string, TilePartitionEntry>>;
  readonly blocks: TileBlocks;
}

export const NO_TILES: TileManifest = {
  format: TILE_MANIFEST_FORMAT,
  tileFormat: TILE_FORMAT,
  partitions: {},
  blocks: { '8d': {}, '64d': {} },
};

/** What a manifest says of a place; undefined when it does not list it. */
export function tileEntry(
  { partitions, blocks }: TileManifest,
  ds: string,
  level: Level,
): TileBlockEntry | undefined {
  if (isBlockLevel(level)) return blocks[level][ds];
  const partition = partitions[ds];
  const entry = partition?.levels[level];
  return partition === undefined || entry === undefined
    ? undefined
    : { input: partition.input, ...entry };
}

/** Size of files in all. */
export function sizeOfFiles(files: Readonly<Record<string, number>>): number {
  return Object.values(files).reduce((sum, bytes) => sum + bytes, 0);
}

/** An entry of some of its files, and of the states that they hold. */
export function keepFiles(
  entry: TileLevelEntry,
  isKept: (name: string) => boolean,
): TileLevelEntry {
  const files = Object.fromEntries(Object.entries(entry.files).filter(([name]) => isKept(name)));
  const crcs = Object.fromEntries(Object.entries(entry.crcs).filter(([name]) => isKept(name)));
  const states = Object.entries(entry.states).filter(([, name]) => isKept(name));
  return { ...entry, files, crcs, states: Object.fromEntries(states), bytes: sizeOfFiles(files) };
}
