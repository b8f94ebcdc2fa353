import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DataType, formatDay, OPERATIONS, parseDay, takesType } from '@tessera/api';
import { openDuckDb, type Session } from '@tessera/lake';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  blockDays,
  blockInput,
  blockOf,
  labelsBelow,
  mergeBlock,
  openTileSet,
  publishTiles,
  removeTiles,
  type StateFamily,
  type StringCodesOf,
  tileEntry,
} from '../src/index.js';
import { keyRanges } from '../src/merge-block.js';
import { build, type Event, eventsOf, WHERE } from './events.js';
import {
  freshStore,
  HASH,
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

test('blocks lie on the epoch grid, also before 1970', () => {
  expect(blockOf('1970-01-01', '8d')).toBe('1970-01-01');
  expect(blockOf('1970-01-08', '8d')).toBe('1970-01-01');
  expect(blockOf('1970-01-09', '8d')).toBe('1970-01-09');
  expect(blockOf('1969-12-31', '8d')).toBe('1969-12-24');
  expect(blockOf('1969-12-31', '64d')).toBe('1969-10-29');
  expect(blockOf('__none__', '8d')).toBeNull();
  expect(blockDays('1969-12-24', '8d')).toEqual([
    '1969-12-24',
    '1969-12-25',
    '1969-12-26',
    '1969-12-27',
    '1969-12-28',
    '1969-12-29',
    '1969-12-30',
    '1969-12-31',
  ]);
  expect(() => blockDays('1970-01-02', '8d')).toThrow('8d block 1970-01-02');
  fc.assert(
    fc.property(
      fc.integer({ min: -100_000, max: 100_000 }),
      fc.constantFrom('8d', '64d'),
      (day, level) => {
        const ds = formatDay(day);
        const label = blockOf(ds, level)!;
        expect(parseDay(label)! % (level === '8d' ? 8 : 64)).toBeOneOf([0, -0]);
        expect(blockDays(label, level)).toContain(ds);
        expect(labelsBelow(label, level)).toHaveLength(8);
        expect(
          labelsBelow(label, level).flatMap((l) => (level === '8d' ? l : blockDays(l, '8d'))),
        ).toEqual(blockDays(label, level));
      },
    ),
    { numRuns: 30 },
  );
});

test('a block is named after its members, in any order', () => {
  const [a, b] = [
    { ds: '1970-01-01', input: 'x' },
    { ds: '1970-01-02', input: 'y' },
  ];
  expect(blockInput([a, b])).toBe(blockInput([b, a]));
  expect(blockInput([a])).not.toBe(blockInput([a, b]));
  expect(blockInput([a, b])).not.toBe(blockInput([a, { ...b, input: 'x' }]));
  expect(blockInput([a, b])).toMatch(/^[0-9a-f]{32}$/);
});

test('ranges of keys hold no more tiles than wanted, and every key', () => {
  expect(keyRanges(Float64Array.of(), 5)).toEqual([{ from: 0, to: 0 }]);
  expect(keyRanges(Float64Array.of(9, 1, 2, 3, 9), 5)).toEqual([
    { from: 0, to: 1 },
    { from: 1, to: 3 },
    { from: 3, to: 4 },
    { from: 4, to: 5 },
  ]);
});

/** Every operation, in one of its forms. */
const statesFor = (of: DataType) =>
  families(
    OPERATIONS.filter((operation) => takesType(operation, of)).map((operation, i) =>
      aggregation(operation, [{}, { by: 'b' }, { by: 'bi', where: WHERE }][i % 3]),
    ),
    sourceOf(of),
  );

/** Two of the first block, one of the next, one before 1970. Rows have any time. */
const LABELS = ['1970-01-01', '1970-01-08', '1970-01-09', '1969-12-31'];

for (const name of ['double', 'string', 'decimal(38,6)', 'list<string>']) {
  test(`${name}: blocks are what is built of all rows of their partitions`, async () => {
    const typeCase = TYPES[name]!;
    const { type } = typeCase;
    const all = statesFor(type);
    const [events] = fc.sample(
      eventsOf(typeCase).filter(({ length }) => length > 15),
      { numRuns: 1, seed: 11 },
    ) as [Event[]];
    const of = (parts: readonly number[], level: '1d' | '8d' | '64d') =>
      build(
        events.filter(({ part }) => parts.includes(part)),
        type,
        level,
        false,
        all,
      );
    const store = freshStore();
    await publishAll(
      session,
      store,
      LABELS.map((ds, part) => ({ ds, tiles: of([part], '1d') })),
    );
    const merge = (level: '8d' | '64d', label: string, tilesAtOnce?: number) =>
      publishBlock(session, store, { level, label, families: all, withBase: true, tilesAtOnce });
    await merge('8d', '1970-01-01');
    await merge('8d', '1970-01-09');
    const set = await merge('64d', '1970-01-01', 2);
    const read = (level: '8d' | '64d', label: string) =>
      readMerged(session, scanOf(set, level, [label], all), strings);
    expect(await read('8d', '1970-01-01')).toStrictEqual(of([0, 1], '8d'));
    expect(await read('8d', '1970-01-09')).toStrictEqual(of([2], '8d'));
    expect(await read('64d', '1970-01-01')).toStrictEqual(of([0, 1, 2], '64d'));
    const both = scanOf(set, '8d', ['1970-01-09', '1970-01-01'], all);
    expect(await readMerged(session, both, strings)).toStrictEqual(of([0, 1, 2], '8d'));
  });
}

const type = { kind: 'string' } as const;
const all = families(
  [
    aggregation('MIN'),
    aggregation('LAST_K', { by: 'b' }),
    aggregation('COUNT'),
    aggregation('HISTOGRAM'),
  ],
  sourceOf(type),
);
const [someEvents] = fc.sample(
  eventsOf(TYPES.string!).filter(({ length }) => length > 20),
  { numRuns: 1, seed: 5 },
) as [Event[]];
const tilesOf = (
  parts: readonly number[],
  level: '1d' | '8d',
  wanted: readonly StateFamily[] = all,
) =>
  build(
    someEvents.filter(({ part }) => parts.includes(part)),
    type,
    level,
    false,
    wanted,
  );

test('pieces give the bytes of the whole', async () => {
  const bytes = [];
  for (const tilesAtOnce of [1, 1000]) {
    const store = freshStore();
    await publishAll(session, store, [
      { ds: '1970-01-01', tiles: tilesOf([0, 1], '1d') },
      { ds: '1970-01-05', tiles: tilesOf([2, 3], '1d') },
    ]);
    const label = '1970-01-01';
    const set = await publishBlock(session, store, {
      level: '8d',
      label,
      families: all,
      withBase: true,
      tilesAtOnce,
    });
    const { input, base } = tileEntry(set.manifest, label, '8d')!;
    bytes.push(readFileSync(join(set.path, '8d', `block=${label}`, input, base)));
  }
  expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
});

test('a state can be added to a block, and a block of nothing is one', async () => {
  const store = freshStore();
  await publishAll(session, store, [
    { ds: '1970-01-01', tiles: tilesOf([0, 1, 2, 3], '1d') },
    { ds: '1970-01-09', tiles: tilesOf([], '1d') },
  ]);
  const merge = (label: string, wanted: readonly StateFamily[], withBase: boolean) =>
    publishBlock(session, store, { level: '8d', label, families: wanted, withBase });
  await merge('1970-01-01', all.slice(0, 3), true);
  await merge('1970-01-01', all.slice(3), false);
  const set = await merge('1970-01-09', all, true);
  expect(tileEntry(set.manifest, '1970-01-09', '8d')).toMatchObject({ rows: 0, events: 0 });
  for (const labels of [['1970-01-01'], ['1970-01-09', '1970-01-01']]) {
    const found = await readMerged(session, scanOf(set, '8d', labels, all), strings);
    expect(found).toStrictEqual(tilesOf([0, 1, 2, 3], '8d'));
  }
});

test('64 days are merged of days where there are no 8', async () => {
  const store = freshStore();
  await publishAll(session, store, [
    { ds: '1970-01-01', tiles: tilesOf([0], '1d') },
    { ds: '1970-01-02', tiles: tilesOf([1], '1d') },
    { ds: '1970-01-20', tiles: tilesOf([2], '1d') },
    { ds: '1970-02-20', tiles: tilesOf([3], '1d') },
  ]);
  const merge = (level: '8d' | '64d', label: string, wanted = all) =>
    publishBlock(session, store, { level, label, families: wanted, withBase: true });
  await merge('8d', '1970-01-01');
  await merge('8d', '1970-01-17', all.slice(1));
  const set = await merge('64d', '1970-01-01');
  const whole = build(someEvents, type, '64d', false, all);
  expect(await readMerged(session, scanOf(set, '64d', ['1970-01-01'], all), strings)).toStrictEqual(
    whole,
  );
});

test('blocks are gone with what they were made of', async () => {
  const store = freshStore();
  const hours = build(someEvents, type, '1h', false, all);
  const merge = (level: '8d' | '64d', label: string) =>
    publishBlock(session, store, { level, label, families: all, withBase: true });
  const blocks = async () => {
    const { manifest } = await openTileSet(store, HASH);
    return [Object.keys(manifest.blocks['8d']).sort(), Object.keys(manifest.blocks['64d'])];
  };
  await publishAll(session, store, [
    { ds: '1970-01-01', tiles: tilesOf([0], '1d') },
    { ds: '1970-01-09', tiles: tilesOf([1], '1d') },
  ]);
  const from = await publishAll(session, store, [{ ds: '1970-01-02', tiles: hours }]);
  await expect(merge('8d', '1970-01-01')).rejects.toThrow('no 1d tiles of 1970-01-02');
  await removeTiles(from, ['1970-01-02']);
  await expect(merge('8d', '1970-01-17')).rejects.toThrow('no partitions');
  await merge('8d', '1970-01-01');
  await merge('8d', '1970-01-09');
  await merge('64d', '1970-01-01');
  expect(await blocks()).toEqual([['1970-01-01', '1970-01-09'], ['1970-01-01']]);
  // Another level of the same input changes nothing.
  await publishAll(session, store, [{ ds: '1970-01-01', tiles: hours }]);
  expect(await blocks()).toEqual([['1970-01-01', '1970-01-09'], ['1970-01-01']]);
  // A new day of the block of 64 days, in a block of 8 days of its own.
  await publishAll(session, store, [{ ds: '1970-02-01', tiles: tilesOf([2], '1d') }]);
  expect(await blocks()).toEqual([['1970-01-01', '1970-01-09'], []]);
  await publishAll(session, store, [
    { ds: '1970-01-09', tiles: tilesOf([1], '1d'), input: 'c'.repeat(32) },
  ]);
  expect(await blocks()).toEqual([['1970-01-01'], []]);
  const [folder] = readdirSync(join(store, HASH, '8d', 'block=1970-01-09'));
  expect(folder).toBeDefined();
});

test('a block of other partitions than those that are listed is refused', async () => {
  const store = freshStore();
  const before = await publishAll(session, store, [
    { ds: '1970-01-01', tiles: tilesOf([0], '1d') },
  ]);
  const staging = freshStore();
  const staged = await mergeBlock(session, {
    set: before,
    level: '8d',
    label: '1970-01-01',
    families: all,
    keyCount: 2,
    staging,
    withBase: true,
  });
  expect(staged.place.input).toBe(blockInput([{ ds: '1970-01-01', input: 'b'.repeat(32) }]));
  const after = await publishAll(session, store, [{ ds: '1970-01-02', tiles: tilesOf([1], '1d') }]);
  const run = { dataset: after.path, staging };
  await expect(publishTiles(run, after, [staged])).rejects.toThrow('made of what is not there');
});
