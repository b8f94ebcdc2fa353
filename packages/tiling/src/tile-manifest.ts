import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { readText, replaceFile } from '@tessera/lake';
import { TILE_FORMAT } from './families.js';
import { LEVELS, type Level } from './hops.js';

/** Raised when the layout of the manifest changes. What states mean is in `TILE_FORMAT`, and so in every hash. */
export const TILE_MANIFEST_FORMAT = 1;

/** Tiles of one level of one partition. */
export interface TileLevelEntry {
  /** Tiles. */
  readonly rows: number;
  /** Source rows that the tiles hold. */
  readonly events: number;
  /** Starts of the first and last tile in time; null when there are none. */
  readonly minStartMs: number | null;
  readonly maxStartMs: number | null;
  /** Size of the base file. */
  readonly bytes: number;
  /** State hash → size of its file. */
  readonly states: Readonly<Record<string, number>>;
}

export interface TilePartitionEntry {
  /** Fingerprint of the input the tiles were made of. */
  readonly input: string;
  readonly levels: Readonly<Partial<Record<Level, TileLevelEntry>>>;
}

/** What a tile set holds. A level without tiles is listed: empty is not missing. */
export interface TileManifest {
  readonly format: typeof TILE_MANIFEST_FORMAT;
  readonly tileFormat: typeof TILE_FORMAT;
  readonly partitions: Readonly<Record<string, TilePartitionEntry>>;
}

export const NO_TILES: TileManifest = {
  format: TILE_MANIFEST_FORMAT,
  tileFormat: TILE_FORMAT,
  partitions: {},
};

export function tileManifestPath(folder: string): string {
  return join(folder, '_manifest.json');
}

/**
 * The manifest of a tile set's folder; of nothing when there is none, or when it is of another format: tiles can always be
 * built again.
 *
 * Throws  FILE_UNREADABLE when it is damaged
 */
export async function readTileManifest(folder: string): Promise<TileManifest> {
  const path = tileManifestPath(folder);
  const text = await readText(path);
  if (text === null) return NO_TILES;
  try {
    const whole = record(JSON.parse(text), 'the manifest');
    if (whole.format !== TILE_MANIFEST_FORMAT || whole.tileFormat !== TILE_FORMAT) return NO_TILES;
    const partitions: Record<string, TilePartitionEntry> = {};
    for (const [ds, item] of Object.entries(record(whole.partitions, '`partitions`'))) {
      partitions[ds] = readPartition(record(item, `partition ${ds}`), ds);
    }
    return { ...NO_TILES, partitions };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Remove the folder of these tiles: they are built again.';
    throw new TesseraError('FILE_UNREADABLE', { path, reason }, { hint, cause });
  }
}

/** Replace the manifest, whole. Bytes depend on the content alone. Throws DISK_FULL, NOT_WRITABLE. */
export async function commitTileManifest(folder: string, manifest: TileManifest): Promise<void> {
  await replaceFile(tileManifestPath(folder), formatTileManifest(manifest));
}

/** JSON with fixed member order, one line per partition. */
export function formatTileManifest({ partitions }: TileManifest): string {
  const lines = Object.keys(partitions)
    .sort()
    .map((ds) => {
      const { input, levels } = partitions[ds]!;
      const plain: Record<string, TileLevelEntry> = {};
      for (const level of LEVELS) {
        const entry = levels[level];
        if (entry === undefined) continue;
        const { rows, events, minStartMs, maxStartMs, bytes } = entry;
        const states = Object.fromEntries(Object.entries(entry.states).sort());
        plain[level] = { rows, events, minStartMs, maxStartMs, bytes, states };
      }
      return `    ${JSON.stringify(ds)}: ${JSON.stringify({ input, levels: plain })}`;
    });
  return `{
  "format": ${TILE_MANIFEST_FORMAT},
  "tileFormat": ${TILE_FORMAT},
  "partitions": {${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}}
}
`;
}

function readPartition(from: Record<string, unknown>, ds: string): TilePartitionEntry {
  if (typeof from.input !== 'string') throw new Error(`partition ${ds} has no input`);
  const levels: Partial<Record<Level, TileLevelEntry>> = {};
  const found = record(from.levels, `levels of ${ds}`);
  for (const level of LEVELS) {
    if (found[level] === undefined) continue;
    const entry = record(found[level], `${level} of ${ds}`);
    const states: Record<string, number> = {};
    for (const [hash, bytes] of Object.entries(record(entry.states, `states of ${ds}`))) {
      states[hash] = whole(bytes, 'the size of a state');
    }
    levels[level] = {
      rows: whole(entry.rows, '`rows`'),
      events: whole(entry.events, '`events`'),
      minStartMs: entry.minStartMs === null ? null : instant(entry.minStartMs),
      maxStartMs: entry.maxStartMs === null ? null : instant(entry.maxStartMs),
      bytes: whole(entry.bytes, '`bytes`'),
      states,
    };
  }
  return { input: from.input, levels };
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} is no object`);
  }
  // Checked just above; members are looked at one by one.
  return value as Record<string, unknown>;
}

function whole(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${what} is no count`);
}

function instant(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Error('a start is no instant');
}
