import { join as joinPath } from 'node:path';
import { average, count, groupBy, join, last, part, sum } from '@tessera/api';
import { buildTiles, type RunOptions, type RunResult, trainSet } from '@tessera/engine';
import type { TileLevel } from '@tessera/planner';
import { beforeAll, expect, test } from 'vitest';
import { hashes, isPublished, newFolder } from '../files/workspace.js';
import {
  ds,
  orders,
  payments,
  ROWS_PER_DAY,
  writeDays,
  writeFile,
  writeOrders,
} from './dense-lake.js';

/** Day after day: what a window holds is read in few pieces, however long it is. */

const long = process.env.TESSERA_LONG === '1';
/** A multiple of eight whose last eight days follow a block of 64. */
const DAYS = long ? 200 : 136;
const BLOCKS_64 = (DAYS - 8) / 64;
const folder = newFolder();
const lake = joinPath(folder, 'lake');
const out = joinPath(folder, 'out');

type Window = `${number}h` | `${number}d` | null;

const spendOver = (...windows: Window[]) =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [
      count({ windows }),
      sum('amount', { windows }),
      average('cents', { windows }),
      last('cents', { windows }),
    ],
  });
const lifetime = join({ name: 'lifetime', left: orders, parts: [part(spendOver(null))] });
const rolling = join({
  name: 'rolling',
  left: orders,
  parts: [part(spendOver('1h', '7d', '90d'))],
});

const of = (day: number, options: RunOptions = {}): RunOptions => ({
  ...{ lake, out, workers: 1, start: ds(day), end: ds(day) },
  ...options,
});

async function nextDay(day: number): Promise<void> {
  await writeFile(lake, { day });
  await writeOrders(lake, day);
}

async function sameAsRows(asked: typeof rolling | typeof lifetime, day: number, made: RunResult) {
  const raw = await trainSet(asked, of(day, { tiles: 'off', out: newFolder() }));
  expect(raw.counters.tilesRead).toBe(0);
  const file = `ds=${ds(day)}/part-0.parquet`;
  const [mine, theirs] = [made, raw].map(({ path }) => hashes(path ?? '', isPublished)[file]);
  expect(mine).toBe(theirs);
  return raw.counters;
}

const places = (made: RunResult): Partial<Record<TileLevel, number>> =>
  Object.fromEntries(made.plan.tiles[0]!.reads.map(({ level, places: n }) => [level, n]));

beforeAll(async () => {
  await writeDays(lake, 0, DAYS);
  await writeOrders(lake, DAYS - 1);
  const built = await buildTiles(lifetime, of(DAYS - 1));
  expect(built.counters).toMatchObject({
    filesRead: DAYS,
    rowsScanned: DAYS * ROWS_PER_DAY,
    tilePartitionsBuilt: DAYS,
    // In the long run 24 of eight days, 3 of 64; the 25th could still grow.
    tileBlocksBuilt: (DAYS - 8) / 8 + BLOCKS_64,
  });
  await nextDay(DAYS);
}, 300_000);

test(`a lifetime: ${DAYS} days are ${BLOCKS_64 + 8} places, none of them rows`, async () => {
  const made = await trainSet(lifetime, of(DAYS));
  // The last eight days are no block before the next day comes, and a training set builds none.
  expect(places(made)).toEqual({ '64d': BLOCKS_64, '1d': 8 });
  expect(made.counters).toMatchObject({
    filesRead: 1,
    rowsScanned: ROWS_PER_DAY,
    tilePlacesRead: BLOCKS_64 + 8,
    tilesRead: (BLOCKS_64 + 8) * 3,
    tilePartitionsBuilt: 0,
    tileBlocksBuilt: 0,
  });
  expect(await sameAsRows(lifetime, DAYS, made)).toMatchObject({
    filesRead: DAYS + 1,
    rowsScanned: (DAYS + 1) * ROWS_PER_DAY,
  });
});

test('1 h, 7 d and 90 d: a piece at each bound, and blocks between', async () => {
  const made = await trainSet(rolling, of(DAYS));
  // Of 200 days; 64 fewer move all of it by a block. Bounds: 1 h before, on day 199 every five minutes; 7 d before, on day 193 every hour; 90 d before, at the start of day 110.
  // Days 110 and 111, blocks from 112 to 127 and from 128 to 191, days 192 and 194 to 198.
  expect(places(made)).toEqual({ '5m': 1, '1h': 1, '1d': 2 + 6, '8d': 2, '64d': 1 });
  expect(made.counters).toMatchObject({
    filesRead: 1,
    rowsScanned: ROWS_PER_DAY,
    tilePlacesRead: 13,
    tilePartitionsBuilt: 0,
  });
  // Of three users: four hours of five minutes, four hours, and eleven others.
  expect(made.counters.tilesRead).toBe(3 * (4 * 12 + 4 + 11));
  await sameAsRows(rolling, DAYS, made);
});

test('the next days: each builds its own tiles, and the block that it completes', async () => {
  for (let day = DAYS; day < DAYS + 9; day++) {
    const built = await buildTiles(lifetime, of(day));
    expect(built.counters).toMatchObject({
      filesRead: 1,
      rowsScanned: ROWS_PER_DAY,
      tilePartitionsBuilt: 1,
      // The last eight days are complete with the next one; eight more with the ninth.
      tileBlocksBuilt: day === DAYS || day === DAYS + 8 ? 1 : 0,
    });
    await nextDay(day + 1);
    // Around a block; the days within it only in the long run.
    if (!long && ![0, 1, 7, 8].includes(day - DAYS)) continue;
    const made = await trainSet(lifetime, of(day + 1));
    const since = day + 1 - DAYS;
    expect(places(made)).toEqual(
      since <= 8
        ? { '64d': BLOCKS_64, '8d': 1, '1d': since }
        : { '64d': BLOCKS_64, '8d': 2, '1d': since - 8 },
    );
    expect(made.counters).toMatchObject({ filesRead: 1, rowsScanned: ROWS_PER_DAY });
    if (since === 1 || since === 9) await sameAsRows(lifetime, day + 1, made);
  }
});
