import { copyFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckDb, readColumns, readStrings, type Session, streamColumns } from '@tessera/lake';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  mergeTiles,
  openTileSet,
  placesOf,
  readTiles,
  type StateFamily,
  type StringCodesOf,
  scanStringsSql,
  stageTiles,
  stateOfTiles,
  type TileSet,
  type Tiles,
  tileEntry,
  tileScanSql,
  tilesOf,
} from '../src/index.js';
import { build, type Event, eventsOf, WHERE } from './events.js';
import {
  freshStore,
  HASH,
  INPUT,
  prepare,
  publishAll,
  readMerged,
  removeStores,
  STRINGS,
  scanOf,
} from './store-support.js';
import { aggregation, DICTIONARY, families, sourceOf, TYPES } from './support.js';

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

const type = { kind: 'string' } as const;
const all = families(
  [
    aggregation('MIN'),
    aggregation('LAST_K', { by: 'b' }),
    aggregation('COUNT'),
    aggregation('HISTOGRAM', { where: WHERE, by: 'bi' }),
  ],
  sourceOf(type),
);
const [min, last, count, histogram] = all as [StateFamily, StateFamily, StateFamily, StateFamily];
const [events] = fc.sample(
  eventsOf(TYPES.string!).filter(({ length }) => length > 25),
  { numRuns: 1, seed: 2 },
) as [Event[]];
const part = (wanted: number): Tiles =>
  build(
    events.filter((event) => event.part === wanted),
    type,
    '1h',
    false,
    all,
  );
const only = (tiles: Tiles, wanted: readonly StateFamily[]): Tiles => ({
  ...tiles,
  states: wanted.map(({ hash }) => stateOfTiles(tiles, hash)),
});
const LABELS = ['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-04'];

/** Places in which the states are spread over one file, two, three, and two of another kind. */
async function fourPlaces(store: string): Promise<TileSet> {
  const split = [[all], [[min], [last, count, histogram]], [[count], [last], [histogram, min]]];
  let set: TileSet | null = null;
  for (const [i, ds] of LABELS.entries()) {
    for (const [j, wanted] of (split[i] ?? split[1]!).entries()) {
      set = await publishAll(session, store, [
        { ds, tiles: only(part(i), wanted), withKeys: j === 0 },
      ]);
    }
  }
  return set!;
}

test('many places read at once are those places read one by one', async () => {
  const set = await fourPlaces(freshStore());
  const scan = scanOf(set, '1h', LABELS, all);
  expect(scan.places.map(({ folders, files }) => [folders.length, files.length])).toEqual([
    [1, 1],
    [2, 2],
    [1, 3],
  ]);
  const each: Tiles[] = [];
  for (const ds of LABELS) {
    const place = { set, ds, level: '1h', families: all, keysTable: 'keys', keyCount: 2 } as const;
    each.push(await readTiles(session, { ...place, strings }));
  }
  expect(each).toStrictEqual([0, 1, 2, 3].map(part));
  const whole = build(events, type, '1h', false, all);
  expect(mergeTiles(each, '1h', all)).toStrictEqual(whole);
  for (const threads of [1, 2]) {
    const other = await openDuckDb({ threads, memoryBytes: 512e6 });
    const codes = await prepare(other);
    // Sent to another thread, it says the same.
    const sent: typeof scan = JSON.parse(JSON.stringify(scan));
    expect(await readMerged(other, sent, codes)).toStrictEqual(whole);
    other.close();
  }
  const days = mergeTiles([whole], '1d', all);
  const wanted = scanOf(set, '1h', [...LABELS].reverse(), [histogram, min]);
  expect(
    mergeTiles([await readMerged(session, wanted, strings)], '1d', all.slice(0, 1)),
  ).toStrictEqual(only(days, [min]));
});

test('streamed, by time, and wanted keys only', async () => {
  const set = await fourPlaces(freshStore());
  const [startMs, endMs] = [0, 3_600_000 * 24];
  const scan = { ...scanOf(set, '1h', LABELS, all), startMs, endMs };
  const some = '(SELECT code + 5 AS code, k0, k1 FROM keys WHERE code = 0)';
  const { sql, kinds } = tileScanSql(scan, some, strings);
  const batches: Tiles[] = [];
  await streamColumns(session, sql, kinds, (batch) => {
    batches.push(tilesOf(batch, scan));
  });
  const wanted = events.filter(({ code, t }) => code === 0 && t >= startMs && t < endMs);
  expect(wanted.length).toBeGreaterThan(3);
  const built = build(wanted, type, '1h', false, all);
  const found = mergeTiles(batches, '1h', all);
  expect({ ...found, code: found.code.map((code) => code - 5) }).toStrictEqual(built);
});

test('keys and strings of many places', async () => {
  const set = await fourPlaces(freshStore());
  const scan = scanOf(set, '1h', LABELS, []);
  const { sql, kinds } = tileScanSql(scan, null, {});
  expect(kinds).toEqual({ t: 'f64', rows: 'f64' });
  const keys = await readStrings(session, `SELECT DISTINCT k1 FROM (${sql}) ORDER BY k1`);
  expect(keys).toEqual(['u0', 'u9']);
  const { columns } = await readColumns(session, `SELECT sum("rows") AS n FROM (${sql})`);
  expect(columns.n).toStrictEqual({ kind: 'f64', values: Float64Array.of(events.length) });
  const found = (wanted: string, keysTable: string | null) => {
    const query = scanStringsSql(scanOf(set, '1h', LABELS, all), wanted, keysTable);
    return query === null ? null : readStrings(session, `SELECT s FROM (${query}) ORDER BY s`);
  };
  const buckets = (of: readonly Event[]) =>
    DICTIONARY.filter((s) => of.some(({ b, value }) => b === s && value !== null));
  expect(await found('b', null)).toEqual(buckets(events));
  const first = '(SELECT * FROM keys WHERE code = 3)';
  expect(await found('b', first)).toEqual(buckets(events.filter(({ code }) => code === 3)));
  expect(await found('w', null)).toBeNull();
});

test('row groups of any size stay side by side', async () => {
  const store = freshStore();
  const hour = 3_600_000;
  // More than a row group, of few columns and of many.
  const large = (rows: number) =>
    build(
      Array.from({ length: rows }, (_, i) => ({
        ...events[0]!,
        code: i < rows / 2 ? 0 : 3,
        t: i * hour,
        value: DICTIONARY[i % 7]!,
      })),
      type,
      '1h',
      false,
      [min, count],
    );
  const sizes = [125_000, 3, 123_000];
  for (const [i, rows] of sizes.entries()) {
    const tiles = large(rows);
    const ds = LABELS[i]!;
    await publishAll(session, store, [{ ds, tiles: only(tiles, [count]) }]);
    await publishAll(session, store, [{ ds, tiles: only(tiles, [min]), withKeys: false }]);
  }
  const scan = scanOf(await openTileSet(store, HASH), '1h', LABELS.slice(0, 3), [min, count]);
  const { sql } = tileScanSql(scan, 'keys', strings);
  const right = `t / ${hour} % 7 = s0_value AND s1_n = 1 AND "rows" = 1`;
  const { columns } = await readColumns(
    session,
    `SELECT count(*) AS n, sum(CAST(${right} AS INTEGER)) AS fit, sum(code) AS codes FROM (${sql})`,
  );
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const threes = sizes.reduce((sum, n) => sum + Math.floor(n / 2), 0);
  const value = (name: string) =>
    Number((columns[name] as { values: ArrayLike<number> }).values[0]);
  expect([value('n'), value('fit'), value('codes')]).toEqual([total, total, 3 * threes]);
});

test('lost, damaged and exchanged files fail, naming one', async () => {
  const set = await fourPlaces(freshStore());
  const fileOf = (i: number, family: StateFamily): string => {
    const entry = tileEntry(set.manifest, LABELS[i]!, '1h')!;
    return join(set.path, '1h', `ds=${LABELS[i]}`, INPUT, entry.states[family.hash]!);
  };
  const read = () => readMerged(session, scanOf(set, '1h', LABELS, all), strings);
  const fails = async (code: string, words: string) => {
    await expect(read()).rejects.toMatchObject({ code });
    await expect(read()).rejects.toThrow(words);
  };
  await read();
  // Places 1 and 3 are of one kind, with other numbers of tiles.
  expect(part(1).rows).not.toBe(part(3).rows);
  const kept = join(freshStore(), 'kept');
  copyFileSync(fileOf(1, last), kept);
  copyFileSync(fileOf(3, last), fileOf(1, last));
  await fails('DUCKDB_FAILED', 'has other rows than');
  truncateSync(fileOf(1, last), 40);
  await fails('FILE_UNREADABLE', fileOf(1, last));
  rmSync(fileOf(1, last));
  await fails('PATH_MISSING', fileOf(1, last));
  copyFileSync(kept, fileOf(1, last));
  await read();
  rmSync(fileOf(0, min));
  await fails('PATH_MISSING', fileOf(0, min));
});

test('what cannot be read is refused', async () => {
  const set = await fourPlaces(freshStore());
  expect(() => placesOf(set, '1h', ['2025-02-01'], all)).toThrow('no 1h tiles of 2025-02-01');
  expect(() => placesOf(set, '8d', ['2025-01-01'], all)).toThrow('no 8d tiles');
  const [other] = families([aggregation('MAX')], sourceOf(type));
  expect(() => placesOf(set, '1h', LABELS, [other!])).toThrow('no state');
  expect(() => tileScanSql(scanOf(set, '1h', [], all), 'keys', strings)).toThrow('no places');
  expect(() => tileScanSql(scanOf(set, '1h', LABELS, all), 'keys', {})).toThrow('no dictionary');
  const scan = { ...scanOf(set, '1h', LABELS, all), startMs: Number.NaN };
  expect(() => tileScanSql(scan, 'keys', strings)).toThrow('no instant');
  const staged = stageTiles(session, {
    staging: freshStore(),
    place: { ds: LABELS[0]!, level: '1h', input: INPUT },
    tiles: only(part(0), []),
    keys: null,
    strings: STRINGS,
  });
  await expect(staged).rejects.toThrow('without keys and states');
});
