import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { acquireLock, beginRun, endRun, openDuckDb, type Session } from '@tessera/lake';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  blockOf,
  listTileSets,
  measureTileSet,
  openTileSet,
  removeTileGarbage,
  removeTileSet,
  removeTiles,
  type StateFamily,
  type StringCodesOf,
  stateOfTiles,
  type TileGarbage,
  type Tiles,
  tileGarbage,
} from '../src/index.js';
import { build, type Event, eventsOf } from './events.js';
import {
  freshStore,
  HASH,
  INPUT,
  prepare,
  publishAll,
  publishBlock,
  readMerged,
  removeStores,
  scanOf,
} from './store-support.js';
import { aggregation, families, sourceOf, TYPES } from './support.js';

let session: Session;
let strings: StringCodesOf;
beforeAll(async () => {
  session = await openDuckDb({ threads: 1, memoryBytes: 512e6 });
  strings = await prepare(session);
});
afterAll(() => {
  session?.close();
  removeStores();
});

const type = { kind: 'double' } as const;
const all = families([aggregation('MIN'), aggregation('SUM')], sourceOf(type));
const [min, sum] = all as [StateFamily, StateFamily];
const [events] = fc.sample(
  eventsOf(TYPES.double!).filter(({ length }) => length > 10),
  { numRuns: 1, seed: 4 },
) as [Event[]];
const days = build(events, type, '1d', false, all);
const only = (family: StateFamily): Tiles => ({
  ...days,
  states: [stateOfTiles(days, family.hash)],
});
const [A, B] = ['2025-01-01', '2025-01-02'] as const;
const OTHER = 'c'.repeat(32);
const HOUR = 3_600_000;

const paths = (store: string, items: readonly TileGarbage[]): string[] =>
  items.map(({ path }) => relative(join(store, HASH), path)).sort();

test('what is listed is no garbage, what was listed is', async () => {
  const store = freshStore();
  expect(await tileGarbage(join(store, 'nowhere'))).toEqual([]);
  await publishAll(session, store, [
    { ds: A, tiles: days },
    { ds: B, tiles: only(min) },
  ]);
  await publishAll(session, store, [{ ds: B, tiles: only(sum), withKeys: false }]);
  const label = blockOf(A, '8d')!;
  const before = await publishBlock(session, store, {
    level: '8d',
    label,
    families: all,
    withBase: true,
  });
  expect(await tileGarbage(store)).toEqual([]);
  const old = new Date(Date.now() - 9 * HOUR);
  for (const path of readdirSync(before.path, { recursive: true, encoding: 'utf8' })) {
    utimesSync(join(before.path, path), old, old);
  }
  await publishAll(session, store, [{ ds: A, tiles: days, input: OTHER }]);
  const block = before.manifest.blocks['8d'][label]!;
  const found = await tileGarbage(store);
  expect(paths(store, found)).toEqual(
    [`1d/ds=${A}/${INPUT}`, `8d/block=${label}/${block.input}`].sort(),
  );
  expect(found.map(({ kind, hash }) => [kind, hash])).toEqual([
    ['replaced', HASH],
    ['replaced', HASH],
  ]);
  expect(found.find(({ path }) => path.includes('block='))!.bytes).toBe(block.bytes);
  // However old the tiles, they were forgotten just now: who read them goes on.
  expect(await removeTileGarbage(store, { olderThanMs: HOUR })).toMatchObject({ removed: [] });
  const read = () => readMerged(session, scanOf(before, '1d', [A, B], all), strings);
  await read();
  const later = { olderThanMs: HOUR, nowMs: Date.now() + 2 * HOUR };
  const { removed, kept } = await removeTileGarbage(store, later);
  expect([paths(store, removed), kept]).toEqual([paths(store, found), []]);
  await expect(read()).rejects.toMatchObject({ code: 'PATH_MISSING' });
  const set = await openTileSet(store, HASH);
  const now = await readMerged(session, scanOf(set, '1d', [A], all), strings);
  expect(now).toStrictEqual(days);
  expect(await tileGarbage(store)).toEqual([]);
  expect(readdirSync(set.path).sort()).toEqual(['1d', '_manifest.json']);
});

test('a state that lies in another file now', async () => {
  const store = freshStore();
  await publishAll(session, store, [{ ds: A, tiles: only(min) }]);
  await publishAll(session, store, [{ ds: A, tiles: only(sum), withKeys: false }]);
  const set = await publishAll(session, store, [{ ds: A, tiles: days }]);
  const entry = set.manifest.partitions[A]!.levels['1d']!;
  expect(Object.keys(entry.files)).toEqual([entry.base]);
  expect(entry.bytes).toBe(entry.files[entry.base]);
  const found = await tileGarbage(store);
  expect(found).toHaveLength(2);
  expect(paths(store, found).every((path) => path.startsWith(`1d/ds=${A}/${INPUT}/`))).toBe(true);
  expect(paths(store, found)).not.toContain(`1d/ds=${A}/${INPUT}/${entry.base}`);
});

test('partitions that are no more, and a set of none', async () => {
  const store = freshStore();
  await publishAll(session, store, [{ ds: A, tiles: days }]);
  await removeTiles(await openTileSet(store, HASH), [A]);
  expect(paths(store, await tileGarbage(store))).toEqual([`1d/ds=${A}/${INPUT}`]);
  await removeTileGarbage(store, { olderThanMs: -1 });
  expect(readdirSync(join(store, HASH))).toEqual(['_manifest.json']);
});

test('what a dead run staged is garbage, what a living one stages is not', async () => {
  const store = freshStore();
  await publishAll(session, store, [{ ds: A, tiles: days }]);
  const path = join(store, HASH);
  const lock = await acquireLock(path, 'test');
  const run = await beginRun(path, 'run');
  writeFileSync(join(run.staging, 'half.parquet'), 'half');
  writeFileSync(join(path, '_manifest.json.1.tmp'), '{');
  expect(await tileGarbage(store)).toEqual([]);
  mkdirSync(join(path, '1d', `ds=${B}`, OTHER), { recursive: true });
  const old = { olderThanMs: -1 };
  expect(await removeTileGarbage(store, old)).toMatchObject({
    removed: [],
    kept: [{ kind: 'replaced' }],
  });
  expect(existsSync(join(path, '1d', `ds=${B}`, OTHER))).toBe(true);
  await lock.release();
  expect((await tileGarbage(store)).map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ['replaced', 0],
    ['staged', 4],
    ['temporary', 1],
  ]);
  // Of a process that is no more.
  const dead = { owner: 'run', pid: 2 ** 22 + 1, host: hostname(), since: '', token: '0-0' };
  writeFileSync(join(path, '_lock'), JSON.stringify(dead));
  expect(await tileGarbage(store)).toHaveLength(3);
  expect((await removeTileGarbage(store, old)).removed).toHaveLength(3);
  expect(readdirSync(path).sort()).toEqual(['1d', '_manifest.json']);
  await endRun(run);
});

test('sets of other versions, of none, and what is not ours', async () => {
  const store = freshStore();
  await publishAll(session, store, [{ ds: A, tiles: days }]);
  const path = join(store, HASH);
  writeFileSync(join(path, 'notes.txt'), 'mine');
  mkdirSync(join(store, 'notes'));
  writeFileSync(join(path, '_manifest.json'), '{"format": 999}');
  expect(await tileGarbage(store)).toEqual([]);
  expect(await listTileSets(store)).toMatchObject([{ hash: HASH, state: 'newer', partitions: 0 }]);
  writeFileSync(join(path, '_manifest.json'), '{"format": 1}');
  expect(paths(store, await tileGarbage(store))).toEqual([`1d/ds=${A}/${INPUT}`]);
  await removeTileGarbage(store, { olderThanMs: -1 });
  expect(readdirSync(path).sort()).toEqual(['_manifest.json', 'notes.txt']);
  writeFileSync(join(path, '_manifest.json'), '{"format": 2, "tile');
  // What it lists cannot be known.
  expect(await tileGarbage(store)).toEqual([]);
  expect(await removeTileGarbage(store, { olderThanMs: -1 })).toEqual({ removed: [], kept: [] });
  expect(await listTileSets(store)).toMatchObject([{ hash: HASH, state: 'damaged', rows: 0 }]);
  await expect(openTileSet(store, HASH)).rejects.toThrow('built again');
  const empty = freshStore();
  mkdirSync(join(empty, HASH, '1d', `ds=${A}`, INPUT), { recursive: true });
  await removeTileGarbage(empty, { olderThanMs: -1 });
  expect(readdirSync(empty)).toEqual([]);
});

test('tile sets are listed by what they hold', async () => {
  const store = freshStore();
  expect(await listTileSets(store)).toEqual([]);
  await publishAll(session, store, [
    { ds: A, tiles: days },
    { ds: B, tiles: only(min) },
  ]);
  const { manifest } = await openTileSet(store, HASH);
  const [a, b] = [A, B].map((ds) => manifest.partitions[ds]!.levels['1d']!);
  const [rows, bytes] = [a!.rows + b!.rows, a!.bytes + b!.bytes];
  expect(await listTileSets(store)).toEqual([
    {
      hash: HASH,
      state: 'ours',
      partitions: 2,
      states: 2,
      levels: [{ level: '1d', places: 2, rows, bytes }],
      rows,
      bytes,
      firstDs: A,
      lastDs: B,
    },
  ]);
});

test('a tile set goes as a whole, unless it is young, locked or newer', async () => {
  const store = freshStore();
  await publishAll(session, store, [{ ds: A, tiles: days }]);
  const path = join(store, HASH);
  const manifest = join(path, '_manifest.json');
  const size = await measureTileSet(store, HASH);
  expect(size?.bytes).toBeGreaterThan(0);
  expect(await measureTileSet(store, OTHER)).toBeNull();
  const isThere = () => existsSync(join(path, '1d'));
  expect(await removeTileSet(store, OTHER, { olderThanMs: 0 })).toBe(false);
  expect(await removeTileSet(store, HASH, { olderThanMs: HOUR })).toBe(false);
  const old = new Date(Date.now() - 9 * HOUR);
  // Its folders are young whenever something was taken out of them: its manifest tells.
  utimesSync(manifest, old, old);
  const lock = await acquireLock(path, 'test');
  expect(await removeTileSet(store, HASH, { olderThanMs: HOUR })).toBe(false);
  await lock.release();
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, '{"format": 999}');
  utimesSync(manifest, old, old);
  expect(await removeTileSet(store, HASH, { olderThanMs: HOUR })).toBe(false);
  expect(isThere()).toBe(true);
  writeFileSync(manifest, text.slice(0, 50));
  utimesSync(manifest, old, old);
  writeFileSync(join(path, 'notes.txt'), 'mine');
  expect(await removeTileSet(store, HASH, { olderThanMs: HOUR })).toBe(true);
  expect(readdirSync(path)).toEqual(['notes.txt']);
  await publishAll(session, store, [{ ds: A, tiles: days }]);
  expect(isThere()).toBe(true);
});
