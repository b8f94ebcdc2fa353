import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATIONS, takesType } from '@tessera/api';
import { gather } from '@tessera/columnar';
import { beginRun, openDuckDb, readStrings, run, type Session } from '@tessera/lake';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  noStates,
  openTileSet,
  publishTiles,
  readTiles,
  removeTiles,
  type StateFamily,
  type StringCodesOf,
  stageTilePieces,
  stageTiles,
  stateOfTiles,
  type TileSet,
  type Tiles,
  tileStringsSql,
} from '../src/index.js';
import { build, eventsOf, WHERE } from './events.js';
import {
  freshStore as fresh,
  HASH,
  INPUT,
  keysOf,
  MADE,
  type Publishing,
  prepare,
  publishAll,
  removeStores,
  STRINGS,
} from './store-support.js';
import { aggregation, DICTIONARY, families, sourceOf, TYPES } from './support.js';

const DS = '2025-01-01';

let session: Session;
let strings: StringCodesOf;
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

beforeAll(async () => {
  session = await openDuckDb({ threads: 1, memoryBytes: 512e6 });
  strings = await prepare(session);
  await run(
    session,
    `CREATE TEMP TABLE two AS
     SELECT CAST(CASE code WHEN 0 THEN 7 ELSE 2 END AS INTEGER) AS code, k0, k1
     FROM keys WHERE code IN (0, 3)`,
  );
});
afterAll(() => {
  session?.close();
  removeStores();
});

const publish = (
  store: string,
  all: readonly (Omit<Publishing, 'ds'> & { readonly ds?: string })[],
): Promise<TileSet> =>
  publishAll(
    session,
    store,
    all.map((one) => ({ ds: DS, ...one })),
  );

const read = (
  set: TileSet,
  wanted: readonly StateFamily[],
  more: Partial<Parameters<typeof readTiles>[1]> = {},
): Promise<Tiles> =>
  readTiles(session, {
    set,
    ds: DS,
    level: '1h',
    families: wanted,
    keysTable: 'keys',
    keyCount: 2,
    strings,
    ...more,
  });

for (const [name, typeCase] of Object.entries(TYPES)) {
  test(`${name}: every state comes back from its file as it was`, async () => {
    const { type } = typeCase;
    const source = sourceOf(type);
    const aggregations = OPERATIONS.filter((operation) => takesType(operation, type)).flatMap(
      (operation) => [
        aggregation(operation),
        aggregation(operation, { by: operation < 'M' ? 'b' : 'bi', where: WHERE }),
      ],
    );
    const all = families(aggregations, source);
    const [events] = fc.sample(
      eventsOf(typeCase).filter(({ length }) => length > 12),
      { numRuns: 1, seed: 7 },
    );
    const tiles = build(events!, type, '1h', false, all);
    const store = fresh();
    await publish(store, [{ tiles }]);
    const set = await openTileSet(store, HASH);
    expect(await read(set, all)).toStrictEqual(tiles);
  });
}

const source = sourceOf({ kind: 'string' });
const all = families(
  [aggregation('MIN'), aggregation('LAST_K', { by: 'b' }), aggregation('COUNT')],
  source,
);
const [min, last, counts] = all as readonly [StateFamily, StateFamily, StateFamily];
const [someEvents] = fc.sample(
  eventsOf(TYPES.string!).filter(({ length }) => length > 20),
  { numRuns: 1, seed: 3 },
);
const whole = build(someEvents!, { kind: 'string' }, '1h', false, all);
const only = (wanted: readonly StateFamily[], tiles = whole): Tiles => ({
  ...tiles,
  states: wanted.map(({ hash }) => stateOfTiles(tiles, hash)),
});

test('wanted keys only, with their own codes, in their order', async () => {
  const set = await publish(fresh(), [{ tiles: whole }]);
  const tiles = await read(set, [last], { keysTable: 'two' });
  const rows = [3, 0].flatMap((code) =>
    count(whole.rows).filter((row) => whole.code[row] === code),
  );
  const columns = Object.entries(stateOfTiles(whole, last.hash).columns).map(([name, column]) => [
    name,
    gather(column, Int32Array.from(rows)),
  ]);
  expect(tiles).toStrictEqual({
    level: '1h',
    rows: rows.length,
    code: Int32Array.from(rows, (row) => (whole.code[row] === 3 ? 2 : 7)),
    startMs: Float64Array.from(rows, (row) => whole.startMs[row]!),
    n: Float64Array.from(rows, (row) => whole.n[row]!),
    states: [{ family: last, columns: Object.fromEntries(columns) }],
  });
});

test('another state writes only its own file', async () => {
  const store = fresh();
  const before = await publish(store, [{ tiles: only([min]) }]);
  const folder = join(before.path, '1h', `ds=${DS}`, INPUT);
  const [first] = readdirSync(folder) as [string];
  const bytes = readFileSync(join(folder, first));
  await publish(store, [{ tiles: only([last]), withKeys: false }]);
  expect(readFileSync(join(folder, first)).equals(bytes)).toBe(true);
  const set = await openTileSet(store, HASH);
  const { base, files, states } = set.manifest.partitions[DS]!.levels['1h']!;
  expect(base).toBe(first);
  expect(Object.keys(files).sort()).toEqual(readdirSync(folder).sort());
  expect(states[min.hash]).toBe(first);
  expect(states[last.hash]).not.toBe(first);
  expect(await read(set, [last, min])).toStrictEqual(only([last, min]));
});

test('the manifest tells what is there, and the same tiles give the same bytes', async () => {
  const [one, two] = [fresh(), fresh()];
  const set = await publish(one, [{ tiles: whole }]);
  await publish(two, [{ tiles: whole }]);
  const entry = set.manifest.partitions[DS]!.levels['1h']!;
  expect(entry).toMatchObject({
    rows: whole.rows,
    events: someEvents!.length,
    minStartMs: Math.min(...whole.startMs),
    maxStartMs: Math.max(...whole.startMs),
  });
  const files = ['_manifest.json', join('1h', `ds=${DS}`, INPUT, entry.base)];
  for (const file of files) {
    expect(readFileSync(join(one, HASH, file)).equals(readFileSync(join(two, HASH, file)))).toBe(
      true,
    );
  }
});

test('a partition without tiles is not a missing one', async () => {
  const empty = build([], { kind: 'string' }, '1h', false, all);
  const set = await publish(fresh(), [{ tiles: empty }]);
  expect(set.manifest.partitions[DS]!.levels['1h']).toMatchObject({ rows: 0, minStartMs: null });
  expect(await read(set, all)).toStrictEqual({ ...empty, states: all.map(noStates) });
});

test('another input replaces every level of its partition and no other; the old files stay', async () => {
  const store = fresh();
  const day = build(someEvents!, { kind: 'string' }, '1d', false, all);
  await publish(store, [{ tiles: whole }, { tiles: day }, { tiles: whole, ds: '2025-01-02' }]);
  const other = 'c'.repeat(32);
  const set = await publish(store, [{ tiles: only([min]), input: other }]);
  const partition = set.manifest.partitions[DS]!;
  expect(partition.input).toBe(other);
  expect(Object.keys(partition.levels)).toEqual(['1h']);
  expect(readdirSync(join(set.path, '1h', `ds=${DS}`))).toEqual([INPUT, other]);
  expect(readdirSync(join(set.path, '1d', `ds=${DS}`))).toEqual([INPUT]);
  expect(await read(set, [min])).toStrictEqual(only([min]));
  expect(await read(set, all, { ds: '2025-01-02' })).toStrictEqual(whole);
  const removed = await removeTiles(set, [DS]);
  expect(Object.keys((await openTileSet(store, HASH)).manifest.partitions)).toEqual(['2025-01-02']);
  expect(Object.keys(removed.manifest.partitions)).toEqual(['2025-01-02']);
});

test('lost and damaged files are not there', async () => {
  const store = fresh();
  await publish(store, [{ tiles: only([min]) }]);
  await publish(store, [{ tiles: only([last]), withKeys: false }]);
  const set = await publish(store, [{ tiles: only([counts]), withKeys: false }]);
  const { base, states: files } = set.manifest.partitions[DS]!.levels['1h']!;
  const folder = join(set.path, '1h', `ds=${DS}`, INPUT);
  truncateSync(join(folder, files[last.hash]!), 5);
  rmSync(join(folder, files[counts.hash]!));
  const states = async () =>
    Object.keys(
      (await openTileSet(store, HASH)).manifest.partitions[DS]!.levels['1h']?.states ?? {},
    );
  expect(await states()).toEqual([min.hash]);
  rmSync(join(folder, base));
  expect(await states()).toEqual([]);
  writeFileSync(
    join(set.path, '_manifest.json'),
    '{"format": 2, "tileFormat": 2, "partitions": 5}',
  );
  await expect(openTileSet(store, HASH)).rejects.toThrow('`partitions` is no object');
  writeFileSync(join(set.path, '_manifest.json'), '{"format": 999}');
  expect((await openTileSet(store, HASH)).manifest.partitions).toEqual({});
});

test('what was staged and not published is not there', async () => {
  const store = fresh();
  const set = await openTileSet(store, HASH);
  const run = await beginRun(set.path, 'run');
  const place = { ds: DS, level: '1h', input: INPUT } as const;
  const staged = await stageTiles(session, {
    staging: run.staging,
    place,
    tiles: whole,
    keys: keysOf(whole.code),
    strings: STRINGS,
    made: MADE,
  });
  expect((await openTileSet(store, HASH)).manifest.partitions).toEqual({});
  await publishTiles(run, set, [staged]);
  expect(Object.keys((await openTileSet(store, HASH)).manifest.partitions)).toEqual([DS]);
});

test('strings that states hold of a column', async () => {
  const set = await publish(fresh(), [{ tiles: whole }]);
  const found = async (column: string) => {
    const sql = tileStringsSql(set, { ds: DS, level: '1h' }, all, column);
    return sql === null ? null : readStrings(session, `SELECT s FROM (${sql}) ORDER BY s`);
  };
  const bucketed = someEvents!.filter(({ b, value }) => b !== null && value !== null);
  const buckets = DICTIONARY.filter((s) => bucketed.some(({ b }) => b === s));
  expect(await found('b')).toEqual(buckets);
  expect(await found('w')).toBeNull();
});

test('what does not fit is refused', async () => {
  const store = fresh();
  const set = await publish(store, [{ tiles: only([min]) }]);
  await expect(read(set, [last])).rejects.toThrow('no state');
  await expect(read(set, [min], { level: '1d' })).rejects.toThrow('no 1d tiles');
  await expect(read(set, [min], { strings: {} })).rejects.toThrow('no dictionary');
  const fewer = build(someEvents!.slice(0, 3), { kind: 'string' }, '1h', false, [last]);
  await expect(publish(store, [{ tiles: fewer, withKeys: false }])).rejects.toThrow(
    'events are not the',
  );
  await expect(publish(fresh(), [{ tiles: whole, withKeys: false }])).rejects.toThrow(
    'without their base',
  );
  await expect(publish(fresh(), [{ tiles: whole, ds: '../x' }])).rejects.toThrow('no label');
  const unsorted = { ...whole, startMs: whole.startMs.slice().reverse() };
  await expect(publish(fresh(), [{ tiles: unsorted }])).rejects.toThrow('not sorted');
});

test('pieces are one file, in the order of their keys', async () => {
  const place = { ds: DS, level: '1h', input: INPUT } as const;
  const rows = (from: number, to: number): Tiles => {
    const wanted = Int32Array.from(count(whole.rows).slice(from, to));
    return {
      level: '1h',
      rows: wanted.length,
      code: whole.code.slice(from, to),
      startMs: whole.startMs.slice(from, to),
      n: whole.n.slice(from, to),
      states: whole.states.map(({ family, columns }) => ({
        family,
        columns: Object.fromEntries(
          Object.entries(columns).map(([name, column]) => [name, gather(column, wanted)]),
        ),
      })),
    };
  };
  const piece = (tiles: Tiles) => ({ tiles, keys: keysOf(tiles.code), strings: STRINGS });
  const table = (tiles: Tiles) => ({ ...piece(tiles), keys: { table: 'keys', count: 2 } });
  const bytes = async (pieces: Parameters<typeof stageTilePieces>[2]) => {
    const staging = fresh();
    const { file, ...staged } = await stageTilePieces(session, { staging, place }, pieces);
    return { staged, bytes: readFileSync(join(staging, '1h', `ds=${DS}`, INPUT, file)) };
  };
  const one = await bytes([piece(whole)]);
  async function* later() {
    yield piece(rows(0, 0));
    yield piece(rows(0, 3));
    yield piece(rows(3, whole.rows));
  }
  expect(await bytes(later())).toEqual(one);
  expect(await bytes([table(rows(0, 4)), table(rows(4, whole.rows))])).toEqual(one);
  const refused = (pieces: Parameters<typeof stageTilePieces>[2]) => expect(bytes(pieces)).rejects;
  await refused([piece(rows(4, 5)), piece(rows(0, 4))]).toThrow('not sorted');
  await refused([table(rows(4, 5)), table(rows(0, 4))]).toThrow('not sorted');
  await refused([piece(rows(0, 3)), piece(rows(2, 5))]).toThrow('not sorted');
  await refused([piece(rows(0, 3)), piece(only([min], rows(3, 5)))]).toThrow('different kinds');
  await refused([piece(rows(0, 3)), table(rows(3, 5))]).toThrow('different kinds');
  await refused([]).toThrow('no tiles to stage');
  const one0 = '(SELECT * FROM keys WHERE code = 0)';
  await refused([{ ...piece(whole), keys: { table: one0, count: 2 } }]).toThrow('keys of');
});

test('what partitions were made of is kept, and is asked for', async () => {
  const store = fresh();
  const of = async () => {
    const { files, counts } = (await openTileSet(store, HASH)).manifest.partitions[DS]!;
    return { files, counts };
  };
  await publish(store, [{ tiles: only([min]) }]);
  expect(await of()).toEqual(MADE);
  const more = {
    files: [{ ...MADE.files[0]!, content: 'c', stat: null }],
    counts: { ...MADE.counts, infinite: { w: 1 } },
  };
  await publish(store, [{ tiles: only([last]), withKeys: false, made: more }]);
  const infinite = { w: 1, x: 4 };
  expect(await of()).toEqual({ files: more.files, counts: { ...MADE.counts, infinite } });
  await publish(store, [{ tiles: only([counts]), withKeys: false, made: undefined }]);
  expect((await of()).counts.infinite).toEqual(infinite);
  await publish(store, [{ tiles: whole, input: 'c'.repeat(32) }]);
  expect(await of()).toEqual(MADE);
  const input = 'd'.repeat(32);
  await expect(publish(store, [{ tiles: whole, input, made: undefined }])).rejects.toThrow(
    'nothing says what',
  );
});
