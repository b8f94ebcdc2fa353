import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Column } from '@tessera/columnar';
import { beginRun, createTableFromBatch, endRun, type Session } from '@tessera/lake';
import {
  createStringCodes,
  mergeBlock,
  mergeTiles,
  openTileSet,
  placesOf,
  publishTiles,
  readTileScan,
  type StagedTiles,
  type StateFamily,
  type StringCodesOf,
  stageTiles,
  type TileKey,
  type TileScan,
  type TileSet,
  type Tiles,
  type TilesMadeOf,
} from '../src/index.js';
import { DICTIONARY } from './support.js';

export const HASH = 'a'.repeat(32);
export const INPUT = 'b'.repeat(32);
export const STRINGS = { x: DICTIONARY, b: DICTIONARY, tie: DICTIONARY };
/** Keys of two columns, in the order of their codes. */
export const KEYS: readonly (readonly [bigint, string])[] = [
  [-7n, 'u9'],
  [0n, '\u{10000}'],
  [2n ** 62n, ''],
  [2n ** 62n, 'u0'],
];
export const KEY_TYPES = [{ kind: 'int64' }, { kind: 'string' }] as const;

export const MADE: TilesMadeOf = {
  files: [{ path: 'ds=2025-01-01/a.parquet', fingerprint: 'f', content: null, stat: '5:7' }],
  counts: {
    rowsRead: 40,
    rowsWithoutTime: 1,
    rowsWithNullKey: 2,
    duplicateEvents: 3,
    infinite: { x: 4 },
  },
};

const folders: string[] = [];
export function freshStore(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'tessera-tiling-')));
  return folders.at(-1)!;
}
export function removeStores(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

const codes = (values: Iterable<number>): Column => ({
  kind: 'code',
  values: Int32Array.from(values),
});

/** The keys of tiles, whose codes are positions in `KEYS`. */
export function keysOf(code: Int32Array): readonly TileKey[] {
  const values = BigInt64Array.from(code, (c) => KEYS[c]![0]);
  return [
    { type: KEY_TYPES[0], column: { kind: 'i64', values, valid: null } },
    { type: KEY_TYPES[1], column: codes(code), dictionary: KEYS.map(([, text]) => text) },
  ];
}

/** Makes the tables `dict` and `keys`, and the codes of every column that holds strings. */
export async function prepare(session: Session): Promise<StringCodesOf> {
  const text = (name: string, texts: readonly string[]) => ({
    name,
    type: { kind: 'string' } as const,
    column: codes(texts.keys()),
    dictionary: texts,
  });
  const code = (rows: number) => ({
    name: 'code',
    type: { kind: 'int32' } as const,
    column: { kind: 'f64', values: Float64Array.from({ length: rows }, (_, i) => i) } as const,
  });
  const dict = [code(DICTIONARY.length), text('s', DICTIONARY)];
  await createTableFromBatch(session, 'dict', dict, DICTIONARY.length);
  const [first, second] = keysOf(Int32Array.from(KEYS.keys())) as [TileKey, TileKey];
  const keys = [code(KEYS.length), { name: 'k0', ...first }, { name: 'k1', ...second }];
  await createTableFromBatch(session, 'keys', keys, KEYS.length);
  const all = await createStringCodes(session, 'dict_codes', 'dict');
  return { x: all, b: all, tie: all };
}

export interface Publishing {
  readonly ds: string;
  readonly tiles: Tiles;
  readonly input?: string;
  readonly withKeys?: boolean;
  /** Default: `MADE`; undefined = nothing said. */
  readonly made?: TilesMadeOf | undefined;
}

export async function publishAll(
  session: Session,
  store: string,
  all: readonly Publishing[],
): Promise<TileSet> {
  return inRun(store, async (staging) => {
    const staged: StagedTiles[] = [];
    for (const one of all) {
      const { ds, tiles, input = INPUT, withKeys = true } = one;
      const made = 'made' in one ? one.made : MADE;
      const place = { ds, level: tiles.level, input };
      const keys = withKeys ? keysOf(tiles.code) : null;
      staged.push(
        await stageTiles(session, { staging, place, tiles, keys, strings: STRINGS, made }),
      );
    }
    return staged;
  });
}

/** A block of the partitions that are there, merged and published. */
export async function publishBlock(
  session: Session,
  store: string,
  wanted: Omit<Parameters<typeof mergeBlock>[1], 'set' | 'staging' | 'keyCount'>,
): Promise<TileSet> {
  return inRun(store, async (staging, set) => [
    await mergeBlock(session, { ...wanted, set, staging, keyCount: 2 }),
  ]);
}

async function inRun(
  store: string,
  stage: (staging: string, set: TileSet) => Promise<StagedTiles[]>,
): Promise<TileSet> {
  const set = await openTileSet(store, HASH);
  const run = await beginRun(set.path, 'run');
  try {
    return await publishTiles(run, set, await stage(run.staging, set));
  } finally {
    await endRun(run);
  }
}

export function scanOf(
  set: TileSet,
  level: Tiles['level'],
  labels: readonly string[],
  families: readonly StateFamily[],
): TileScan {
  const places = placesOf(set, level, labels, families);
  return { level, places, families, keyCount: 2, startMs: null, endMs: null };
}

/** What a scan finds, one row per tile, in order. */
export async function readMerged(
  session: Session,
  scan: TileScan,
  strings: StringCodesOf,
  keysTable = 'keys',
): Promise<Tiles> {
  const found = await readTileScan(session, scan, keysTable, strings);
  return mergeTiles([found], scan.level, scan.families);
}
