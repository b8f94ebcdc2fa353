import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { count, events, groupBy, join, max, part, sum } from '@tessera/api';
import { backfill, buildTiles, type RunOptions, type RunResult, trainSet } from '@tessera/engine';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { unmet } from '../files/estimate-met.js';
import { hashes, isPublished, newFolder, quoted, sql } from '../files/workspace.js';
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

/** Rows and bytes of plans against what runs counted: equal, whatever a run is about. */

const DAYS = 12;
const lake = joinPath(newFolder(), 'lake');
let out = '';

const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['3d'] }), count({ windows: ['1d'] })],
});
const asked = join({ name: 'asked', left: orders, parts: [part(spend)] });

beforeAll(async () => {
  await writeDays(lake, 0, DAYS);
  for (const day of [DAYS - 2, DAYS - 1]) await writeOrders(lake, day);
});
beforeEach(() => {
  out = newFolder();
});

type Run = (options: RunOptions) => Promise<RunResult>;
const asSet: Run = (options) => trainSet(asked, options);
const asTiles: Run = (options) => buildTiles(asked, options);
const asDays: Run = (options) => backfill(spend, options);

/** Plan, then run: the plan alone says the same as that of the run, and the run does it. */
async function met(run: Run, options: RunOptions = {}): Promise<RunResult> {
  const where = { lake, out, workers: 1, ...options };
  const planned = await run({ ...where, planOnly: true });
  const result = await run(where);
  const { seconds: _, stages: __, ...exact } = result.plan.estimate!;
  expect(planned.plan.estimate).toMatchObject(exact);
  expect(planned.counters).toMatchObject({ rowsScanned: 0, bytesRead: 0 });
  expect(unmet(result)).toEqual([]);
  return result;
}

const sizeOf = (files: readonly string[]) => files.reduce((n, file) => n + statSync(file).size, 0);
const days = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => paymentsFile(lake, first + i));
const ordersFile = (day: number) => joinPath(lake, 'orders', `ds=${ds(day)}`, 'a.parquet');

test('a training set reads what its windows reach, and its left; unpruned, all', async () => {
  const last = { start: ds(DAYS - 1) };
  const { counters } = await met(asSet, last);
  // The head is in the last day, the tail begins at most three days before.
  expect(counters.rowsScanned).toBe(4 * ROWS_PER_DAY);
  expect(counters.bytesRead).toBe(sizeOf([...days(DAYS - 4, DAYS - 1), ordersFile(DAYS - 1)]));
  const all = await met(asSet, { ...last, prune: false, out: newFolder() });
  expect(all.counters.rowsScanned).toBe(DAYS * ROWS_PER_DAY);
  expect(all.counters.bytesRead).toBe(sizeOf([...days(0, DAYS - 1), ordersFile(DAYS - 1)]));
});

test('incremental: the next day alone, then nothing', async () => {
  await met(asSet, { end: ds(DAYS - 2) });
  const { counters, partitionsWritten } = await met(asSet);
  expect(partitionsWritten).toEqual([ds(DAYS - 1)]);
  expect(counters.rowsScanned).toBe(4 * ROWS_PER_DAY);
  const again = await met(asSet);
  expect(again.plan.estimate).toMatchObject({ rows: 0, bytes: 0, tileBytes: 0 });
});

test('tiles built, then read, then those of the next day', async () => {
  const built = await met(asTiles, { end: ds(DAYS - 2) });
  expect(built.plan.estimate).toMatchObject({ tileBytes: 0, bytes: built.counters.bytesRead });
  const read = await met(asSet, { end: ds(DAYS - 2) });
  expect(read.counters.tilePlacesRead).toBeGreaterThan(0);
  expect(read.plan.estimate?.tileBytes).toBe(read.counters.tileBytesRead);
  expect(read.counters.rowsScanned).toBeLessThan(4 * ROWS_PER_DAY);
  const next = await met(asSet, { tiles: 'build' });
  expect(next.counters.tilePartitionsBuilt).toBe(1);
  expect(next.counters.tilePlacesRead).toBeGreaterThan(0);
});

test('a backfill that builds tiles on the way: a row more than planned is told before', async () => {
  const first = await met(asDays);
  expect(first.plan.estimate).toMatchObject({ rows: DAYS * ROWS_PER_DAY, tileBytes: null });
  expect(first.counters.rowsScanned).toBe(DAYS * ROWS_PER_DAY);
  const sparse = groupBy({
    ...{ name: 'notes', source: payments, keys: ['note'] },
    aggregations: [sum('amount', { windows: ['3d'] })],
  });
  // Each note is of one row, so that its tiles spare nothing.
  const second = await met((options) => backfill(sparse, options));
  const { rows, rowsAtMost } = second.plan.estimate!;
  expect([rows, rowsAtMost]).toEqual([DAYS * ROWS_PER_DAY, 2 * DAYS * ROWS_PER_DAY]);
  expect(second.counters.rowsScanned).toBeGreaterThan(rows);
});

test('a restated day, a late file, a deleted day, another aggregation', async () => {
  const own = joinPath(newFolder(), 'lake');
  const there = { lake: own };
  await writeDays(own, 0, DAYS);
  await met(asDays, there);
  await writeFile(own, { day: 2, salt: 100 });
  await writeFile(own, { day: 6, of: 1, salt: 200, name: 'late' });
  removeDay(own, 4);
  const { counters } = await met(asDays, there);
  expect(counters.rowsScanned).toBe(3 * ROWS_PER_DAY);
  const more = groupBy({
    ...{ name: 'spend', source: payments, keys: ['user'] },
    aggregations: [
      sum('amount', { windows: ['3d'] }),
      count({ windows: ['1d'] }),
      max('cents', { windows: ['2d'] }),
    ],
  });
  await met((options) => backfill(more, options), there);
});

test('CSV, read by two scans: its rows count twice, its bytes once', async () => {
  const own = newFolder();
  const file = joinPath(own, 'payments.csv');
  const rows = `SELECT "user", cents, "at" FROM read_parquet(${quoted(paymentsFile(lake, 0))})`;
  await sql(`COPY (${rows}) TO ${quoted(file)} (FORMAT csv, HEADER)`);
  const flat = events({
    ...{ name: 'flat', path: 'payments.csv', format: 'csv', time: 'at' },
    columns: { user: 'string', cents: 'int64', at: 'timestamp' },
  });
  const by = (key: 'user' | 'cents') =>
    part(
      groupBy({
        ...{ name: `by_${key}`, source: flat, keys: [key] },
        aggregations: [count({ windows: ['1d'] })],
      }),
    );
  const both = join({ name: 'both', left: flat, parts: [by('user'), by('cents')] });
  const { counters } = await met((options) => trainSet(both, options), { lake: own });
  expect(counters.rowsScanned).toBe(2 * ROWS_PER_DAY);
  expect(counters.bytesRead).toBe(statSync(file).size);
});

test('what is remembered of a machine’s speed changes what is foretold, and no byte', async () => {
  const speed = (text: string) => {
    writeFileSync(joinPath(out, '_facts', 'speed.json'), text);
    return met(asSet);
  };
  const first = await met(asSet);
  const wanted = hashes(first.path ?? '', isPublished);
  const { stages } = first.plan.estimate!;
  for (const text of ['', '{"speed', '[]', '{"format":1,"speed":1e300}', '{"speed":"2"}']) {
    rmSync(first.path ?? '', { recursive: true });
    const again = await speed(text);
    expect(hashes(again.path ?? '', isPublished)).toEqual(wanted);
    expect(again.plan.estimate?.stages.scan).toBe(stages.scan);
  }
});
