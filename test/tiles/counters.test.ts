import { cpSync, rmSync, utimesSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { average, col, count, expr, groupBy, type Input, join, max, part, sum } from '@tessera/api';
import { backfill, buildTiles, type RunOptions, type RunResult, trainSet } from '@tessera/engine';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { filesBelow, hashes, isPublished, newFolder } from '../files/workspace.js';
import {
  ds,
  orders,
  payments,
  paymentsFile,
  ROWS_PER_DAY,
  removeDay,
  writeDays,
  writeFile,
  writeOrders,
} from './dense-lake.js';

/** What runs read and build, in exact numbers. */

const untyped = (value: unknown): never => value as never;

const long = process.env.TESSERA_LONG === '1';
const DAYS = 18;
/** Blocks of 8 days that have all they can have. */
const BLOCKS = 2;

type Window = `${number}m` | `${number}h` | `${number}d` | null;

const spendOver = (...windows: Window[]) =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [sum('amount', { windows }), count({ windows })],
  });
const spend = spendOver('1d', '16d');

const untouched = newFolder();
let lake = '';
let out = '';

beforeAll(async () => {
  await writeDays(joinPath(untouched, 'lake'), 0, DAYS);
  await writeOrders(joinPath(untouched, 'lake'), DAYS - 1);
  lake = joinPath(untouched, 'lake');
  out = joinPath(untouched, 'out');
  await run(spend);
});
beforeEach(() => {
  const folder = newFolder();
  // Files keep their times of modification, but for those of change: what they hold is asked again.
  cpSync(untouched, folder, { recursive: true, preserveTimestamps: true });
  lake = joinPath(folder, 'lake');
  out = joinPath(folder, 'out');
});

async function run(of: ReturnType<typeof spendOver>, options: RunOptions = {}): Promise<RunResult> {
  return backfill(of, { lake, out, workers: 1, ...options });
}

async function sameAsFromScratch(of: ReturnType<typeof spendOver>): Promise<void> {
  const fresh = await run(of, { out: newFolder(), tiles: 'off' });
  expect(fresh.counters).toMatchObject({ tilePlacesRead: 0, tilePartitionsBuilt: 0 });
  const published = joinPath(out, 'group-bys', 'spend');
  expect(hashes(published, isPublished)).toEqual(hashes(fresh.path ?? '', isPublished));
}

const NO_SOURCE = { filesRead: 0, rowsScanned: 0, tilePartitionsBuilt: 0 };
const name = (day: number, file = 'a0') => `payments/ds=${ds(day)}/${file}.parquet`;

test('the first backfill builds every day once, and reads its rows nowhere else', async () => {
  rmSync(out, { recursive: true });
  const first = await run(spend);
  expect(first.counters).toMatchObject({
    filesRead: DAYS,
    rowsScanned: DAYS * ROWS_PER_DAY,
    tilePartitionsBuilt: DAYS,
    tileBlocksBuilt: BLOCKS,
    tilePlacesRead: DAYS,
    tilesRead: DAYS * 3,
    rowsSwept: 0,
  });
  expect(first.plan.tiles).toMatchObject([
    { toBuild: DAYS, reasons: [{ reason: 'never built', partitions: DAYS }], blocksToBuild: 2 },
  ]);
  await sameAsFromScratch(spend);
});

/** One at a time, to tell which of them it was. */
const ALONE: [string, Window[]][] = [
  ['a longer one', ['1d', '16d', '20d']],
  ['a shorter one of a finer hop', ['1d', '16d', '7h']],
  ['one that no hour begins', ['1d', '16d', '90m']],
  ['the finest', ['1d', '16d', '15h', '5m', '35m']],
  ['all there is', ['1d', '16d', null]],
];

test.each<[string, Window[]]>([
  [
    'longer, shorter of finer hops, and all there is',
    ['1d', '16d', '20d', '7h', '90m', '5m', null],
  ],
  ['others in the place of those', ['3d', '13h']],
  ...(long ? ALONE : []),
])('another window reads no source file: %s', async (_, windows) => {
  const changed = spendOver(...windows);
  const again = await run(changed);
  expect(again.plan).toMatchObject({ toBuild: DAYS, readFiles: 0, readBytes: 0 });
  expect(again.plan.parts).toMatchObject([{ route: 'tiles', readFiles: 0, rows: 0 }]);
  expect(again.counters).toMatchObject(NO_SOURCE);
  expect(again.counters.tilePlacesRead).toBe(DAYS);
  await sameAsFromScratch(changed);
});

test('another groupBy of the same keys shares the tiles, under any name', async () => {
  const { name: _, ...rest } = spendOver('3h', '6d');
  const other = { ...rest, name: 'other' } as unknown as typeof spend;
  expect((await run(other)).counters).toMatchObject(NO_SOURCE);
});

test('files that were only touched keep their tiles, run after run', async () => {
  for (const file of filesBelow(lake)) utimesSync(joinPath(lake, file), 1e9, 1e9);
  const asked = join({ name: 'asked', left: orders, parts: [part(spendOver('2d'))] });
  // Neither of these has a record of its own that says what the files hold.
  for (const definition of [spendOver('9d'), asked, spendOver('9d')])
    expect((await buildTiles(definition, { lake, out, workers: 1 })).counters).toMatchObject(
      NO_SOURCE,
    );
  expect((await run(spendOver('10d', '1h'))).counters).toMatchObject(NO_SOURCE);
});

test('another aggregation builds its own states of every day, and nothing else', async () => {
  const more = groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [
      sum('amount', { windows: ['1d', '16d'] }),
      count({ windows: ['1d', '16d'] }),
      max('cents', { windows: ['2d'] }),
    ],
  });
  const before = tileFiles();
  const again = await backfill(more, { lake, out, workers: 1 });
  expect(again.counters).toMatchObject({
    filesRead: DAYS,
    rowsScanned: DAYS * ROWS_PER_DAY,
    tilePartitionsBuilt: DAYS,
    tileBlocksBuilt: BLOCKS,
    rowsSwept: 0,
  });
  const [tiles] = again.plan.tiles;
  // MAX itself, and whether there was a value (S3.4).
  expect(tiles?.reasons).toEqual([{ reason: '2 new aggregations', partitions: DAYS }]);
  const added = [...tileFiles()].filter((file) => !before.has(file));
  expect(added).toHaveLength(3 * DAYS + BLOCKS);
  expect(added.every((file) => file.includes('/more-'))).toBe(true);
  // Nothing that was there was written again.
  expect([...before].every((file) => tileFiles().has(file))).toBe(true);
  expect((await backfill(more, { lake, out, workers: 1 })).counters.tasks).toBe(0);
});

const expression = (input: Input) =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [
      sum('amount', { windows: ['1d', '16d'] }),
      count({ windows: ['1d', '16d'] }),
      sum(untyped(input), { windows: ['2d'], as: 'made' }),
    ],
  });

test('an expression that another groupBy takes too reads no source file; another builds its own states', async () => {
  const first = await backfill(expression(expr('amount * cents')), { lake, out, workers: 1 });
  const [tiles] = first.plan.tiles;
  // SUM itself, and whether there was a value (S3.4).
  expect(tiles?.reasons).toEqual([{ reason: '2 new aggregations', partitions: DAYS }]);
  expect(first.counters).toMatchObject({ filesRead: DAYS, tilePartitionsBuilt: DAYS });
  // Written otherwise, in other company, under another name, over other windows.
  const other = groupBy({
    name: 'other',
    source: { ...payments, name: 'renamed' },
    keys: ['user'],
    aggregations: [
      count(expr('amount*cents'), { windows: ['5h'], as: 'n' }),
      sum(col('amount').times(col('cents')), { windows: ['9d', null], as: 'total' }),
      average(expr('amount * cents'), { windows: ['3d'], as: 'mean' }),
      sum('amount', { windows: ['3d'] }),
    ],
  });
  const before = tileFiles();
  const again = await backfill(other, { lake, out, workers: 1 });
  expect(again.plan).toMatchObject({ toBuild: DAYS, readFiles: 0, readBytes: 0 });
  expect(again.counters).toMatchObject({ ...NO_SOURCE, bytesRead: 0 });
  expect(tileFiles()).toEqual(before);
  const fresh = await backfill(other, { lake, out: newFolder(), workers: 1, tiles: 'off' });
  expect(hashes(again.path ?? '', isPublished)).toEqual(hashes(fresh.path ?? '', isPublished));
  // One column more, and nothing that was there again.
  const more = await buildTiles(expression(expr('amount * cents + 1')), { lake, out, workers: 1 });
  expect(more.plan.tiles[0]?.reasons).toEqual([{ reason: '2 new aggregations', partitions: DAYS }]);
  expect([...before].every((file) => tileFiles().has(file))).toBe(true);
  const added = [...tileFiles()].filter((file) => !before.has(file));
  expect(added.every((file) => file.includes('/more-'))).toBe(true);
});

function tileFiles(): Set<string> {
  const store = joinPath(out, 'tiles');
  return new Set(filesBelow(store).filter((file) => file.endsWith('.parquet')));
}

/** Days of a groupBy that hold a day in their 16 days. */
const reached = (day: number) =>
  Array.from({ length: DAYS }, (_, at) => at)
    .filter((at) => at >= day && at < day + 16)
    .map(ds);

test('a restated day: its tiles, its block, and the days whose windows reach it', async () => {
  await writeFile(lake, { day: 5, salt: 100 });
  const again = await run(spend);
  const reason = `input changed: ${name(5)}`;
  expect(again.plan.reasons).toEqual([{ reason, partitions: DAYS - 5 }]);
  expect(again.plan.tiles).toMatchObject([
    { toBuild: 1, reasons: [{ reason, partitions: 1 }], blocksToBuild: 1 },
  ]);
  expect(again.partitionsWritten).toEqual(reached(5));
  expect(again.counters).toMatchObject({
    filesRead: 1,
    rowsScanned: ROWS_PER_DAY,
    tilePartitionsBuilt: 1,
    tileBlocksBuilt: 1,
    rowsSwept: 0,
  });
  await sameAsFromScratch(spend);
});

test('rows of an old day in a new one: no other day is built again', async () => {
  await writeFile(lake, { day: DAYS, of: 5, salt: 100 });
  const again = await run(spend, { end: ds(DAYS - 1) });
  const reason = `input added: ${name(DAYS)}`;
  expect(again.plan.reasons).toEqual([{ reason, partitions: DAYS - 5 }]);
  expect(again.partitionsWritten).toEqual(reached(5));
  // The block that holds the day it came with is not that of the day it is of.
  expect(again.plan.tiles).toMatchObject([
    { toBuild: 1, reasons: [{ reason: 'never built', partitions: 1 }], blocksToBuild: 0 },
  ]);
  expect(again.counters).toMatchObject({
    filesRead: 1,
    rowsScanned: ROWS_PER_DAY,
    tilePartitionsBuilt: 1,
    tileBlocksBuilt: 0,
  });
  expect((await run(spend)).counters).toMatchObject(NO_SOURCE);
  await sameAsFromScratch(spend);
});

test('another file of a day, and one less', async () => {
  await writeFile(lake, { day: 9, salt: 100, name: 'b' });
  const more = await run(spend);
  expect(more.plan.tiles).toMatchObject([
    { toBuild: 1, reasons: [{ reason: `input added: ${name(9, 'b')}`, partitions: 1 }] },
  ]);
  expect(more.counters).toMatchObject({
    filesRead: 2,
    rowsScanned: 2 * ROWS_PER_DAY,
    tilePartitionsBuilt: 1,
    tileBlocksBuilt: 1,
  });
  await sameAsFromScratch(spend);
  rmSync(paymentsFile(lake, 9, 'b'));
  const less = await run(spend);
  expect(less.plan.tiles).toMatchObject([
    { toBuild: 1, reasons: [{ reason: `input removed: ${name(9, 'b')}`, partitions: 1 }] },
  ]);
  expect(less.partitionsWritten).toEqual(reached(9));
  expect(less.counters).toMatchObject({ filesRead: 1, tilePartitionsBuilt: 1, tileBlocksBuilt: 1 });
  await sameAsFromScratch(spend);
});

test('a deleted day: nothing is read, its block is made of the others', async () => {
  removeDay(lake, 9);
  const again = await run(spend);
  expect(again.plan.reasons).toEqual([
    { reason: `input removed: ${name(9)}`, partitions: DAYS - 9 },
  ]);
  expect(again.counters).toMatchObject({ ...NO_SOURCE, tileBlocksBuilt: 1 });
  await sameAsFromScratch(spend);
});

test('a training set finds the tiles of a groupBy, and reads the rows of its own day alone', async () => {
  const asked = join({ name: 'asked', left: orders, parts: [part(spendOver('16d'))] });
  const options = { lake, out, workers: 1 };
  const { plan, counters, path } = await trainSet(asked, options);
  // Heads are in the last day, tails begin with day 1 (S2.2): 1 to 7, a block, 16.
  const reads = [
    { level: '1d', places: 8 },
    { level: '8d', places: 1 },
  ];
  expect(plan.tiles).toMatchObject([{ reads, toBuild: 0, blocksToBuild: 0 }]);
  expect(counters).toMatchObject({
    filesRead: 1,
    rowsScanned: ROWS_PER_DAY,
    tilePlacesRead: 9,
    tilesRead: 9 * 3,
    tilePartitionsBuilt: 0,
  });
  const raw = await trainSet(asked, { ...options, tiles: 'off', out: newFolder() });
  expect(hashes(path ?? '', isPublished)).toEqual(hashes(raw.path ?? '', isPublished));
});
