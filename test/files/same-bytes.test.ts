import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backfill, type RunOptions, trainSet } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import {
  itemPayments,
  ORDER_DAYS,
  PAYMENT_DAYS,
  payments,
  shopJoin,
  shopJoinReversed,
  shufflePayments,
  userPayments,
  writeOrders,
  writePayments,
  writeProfiles,
  writeShop,
} from './shop.js';
import { datasetRows, hashes, isPublished, newFolder } from './workspace.js';

const long = process.env.TESSERA_LONG === '1';
const folder = newFolder();
const lake = join(folder, 'lake');
let outs = 0;

/** Cuts reads into streams, buckets into slices and partitions into pieces. */
const TINY = { taskBytes: 4000, leastRows: 7 };

/** A run into a dataset of its own, unless `out` is given; SHA-256 by partition. */
async function published(options: RunOptions = {}, join_ = shopJoin) {
  const out = options.out ?? join(folder, `out-${outs++}`);
  const { path, rows } = await trainSet(join_, { lake, workers: 1, ...options, out });
  return { path: path ?? '', rows, files: hashes(path ?? '', isPublished) };
}

const manifest = (path: string) => readFileSync(join(path, '_manifest.json'), 'utf8');

let base: Awaited<ReturnType<typeof published>>;

beforeAll(async () => {
  await writeShop(lake);
  base = await published();
});

test('S8: the rows are worth comparing', async () => {
  expect(Object.keys(base.files)).toEqual(ORDER_DAYS.map((ds) => `ds=${ds}/part-0.parquet`));
  const rows = await datasetRows(base.path);
  expect(rows).toHaveLength(base.rows);
  for (const name of shopJoin.parts.flatMap((_, i) => Object.keys(rows[0] ?? {}).slice(5 + i))) {
    expect(rows.filter((row) => row[name] !== null).length, name).toBeGreaterThan(rows.length / 3);
  }
});

/** One thing at a time, to tell which of them it was. */
const ALONE: [string, RunOptions][] = [
  ['2 workers', { workers: 2 }],
  ['1 GB', { memory: 2 ** 30 }],
  ['keys looked up, however few', { memoryShares: { leastLookedUp: 1 } }],
  ['2 workers, memory for a few rows', { workers: 2, memoryShares: TINY }],
  ['3 buckets, memory for a few rows', { buckets: 3, memoryShares: TINY }],
];

test.each<[string, RunOptions]>([
  ['the same again, later', {}],
  ['64 buckets', { buckets: 64 }],
  ['2 workers, 7 buckets, 1 GB', { workers: 2, buckets: 7, memory: 2 ** 30 }],
  ...(long ? ALONE : []),
])('S8: %s', async (_, options) => {
  const again = await published(options);
  expect(again.files).toEqual(base.files);
  expect(manifest(again.path)).toBe(manifest(base.path));
});

test('S8: too little memory is answered by slices and pieces', async () => {
  const whole = await trainSet(shopJoin, {
    lake,
    workers: 1,
    buckets: 3,
    out: join(folder, 'whole'),
  });
  expect(whole.counters.slices).toBe(3 * shopJoin.parts.length);
  expect(whole.counters.pieces).toBe(ORDER_DAYS.length);
  const out = join(folder, 'cut');
  const cut = await trainSet(shopJoin, { lake, workers: 2, buckets: 3, out, memoryShares: TINY });
  expect(cut.counters.slices).toBeGreaterThan(5 * whole.counters.slices);
  expect(cut.counters.pieces).toBeGreaterThan(5 * whole.counters.pieces);
  for (const { path } of [whole, cut]) {
    expect(hashes(path ?? '', isPublished)).toEqual(base.files);
    expect(manifest(path ?? '')).toBe(manifest(base.path));
  }
});

test('S8: parts of one key are swept together, over left rows that are sorted once; slices are not', async () => {
  const sweeps = async (options: RunOptions) => {
    const out = join(folder, `out-${outs++}`);
    const all = { lake, workers: 1, out, profile: true, ...options };
    const { path, profile, counters } = await trainSet(shopJoin, all);
    expect(hashes(path ?? '', isPublished)).toEqual(base.files);
    const tasks = profile?.stages.find(({ stage }) => stage === 'join')?.tasks;
    return { tasks, slices: counters.slices };
  };
  // Two of the four parts have the same key.
  expect(await sweeps({ buckets: 1 })).toEqual({ tasks: 3, slices: 4 });
  const cut = await sweeps({ buckets: 1, memoryShares: TINY });
  expect(cut.tasks).toBe(cut.slices);
});

test('S1.2, S5.4, S8: source rows in another order, in other files and partitions', async () => {
  const shuffled = join(folder, 'shuffled');
  cpSync(lake, shuffled, { recursive: true });
  await shufflePayments(shuffled);
  expect((await published({ lake: shuffled })).files).toEqual(base.files);
});

test('S8: source columns in another order, in the files and in the definition', async () => {
  const reversed = join(folder, 'reversed');
  const columns = payments.columns.map(({ name }) => name).reverse();
  for (const ds of PAYMENT_DAYS) await writePayments(reversed, ds, columns.join(', '));
  await writeOrders(reversed);
  await writeProfiles(reversed);
  expect((await published({ lake: reversed })).files).toEqual(base.files);
  expect((await published({ lake: reversed }, shopJoinReversed)).files).toEqual(base.files);
});

test('S8: incremental = from scratch, whatever the order of the days', async () => {
  const half = ORDER_DAYS[2];
  for (const steps of [
    ...(long ? [[{ end: half }, {}]] : []),
    [{ start: ORDER_DAYS[3] }, { end: half, workers: 2 }],
    [{ start: half, end: half }, { start: ORDER_DAYS[5] }, { buckets: 3 }],
  ] as RunOptions[][]) {
    const out = join(folder, `out-${outs++}`);
    let last: Awaited<ReturnType<typeof published>> | null = null;
    for (const step of steps) last = await published({ ...step, out });
    expect(last?.files).toEqual(base.files);
    expect(manifest(last?.path ?? '')).toBe(manifest(base.path));
  }
});

test('S3.4, S8: the days of a groupBy', async () => {
  for (const groupBy of [userPayments(payments), itemPayments(payments)]) {
    const run = async (options: RunOptions) => {
      const { path } = await backfill(groupBy, {
        lake,
        workers: 1,
        out: join(folder, `out-${outs++}`),
        ...options,
      });
      return hashes(path ?? '', isPublished);
    };
    const whole = await run({});
    expect(Object.keys(whole)).toEqual(PAYMENT_DAYS.map((ds) => `ds=${ds}/part-0.parquet`));
    const out = join(folder, `out-${outs++}`);
    await run({ out, start: PAYMENT_DAYS[4], workers: 2, buckets: long ? 64 : 13 });
    expect(await run({ out })).toEqual(whole);
  }
});
