import { rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { count, events, groupBy, join, part } from '@tessera/api';
import { type RunOptions, trainSet } from '@tessera/engine';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newFolder, parquet } from './workspace.js';

/** As the engine has it: so many rows are worth threads. */
const LARGE = 250_001;
const lake = newFolder();
const columns = { user: 'int64', at: 'timestamp' } as const;
const visits = events({ name: 'visits', path: 'visits', columns, time: 'at' });
const asks = events({ name: 'asks', path: 'asks', columns, time: 'at' });
const few = events({ name: 'few', path: 'few', columns, time: 'at' });
const seen = groupBy({
  name: 'seen',
  source: visits,
  keys: ['user'],
  aggregations: [count({ windows: ['1d'] })],
});
const large = join({ name: 'large', left: asks, parts: [part(seen)] });
const small = join({ name: 'small', left: few, parts: [part(seen)] });
const askedOf = events({ name: 'asks', path: 'asks', columns, time: 'at' });
const own = join({
  name: 'own',
  left: asks,
  parts: [
    part(
      groupBy({
        name: 'asked',
        source: askedOf,
        keys: ['user'],
        aggregations: [count({ windows: ['1d'] })],
      }),
    ),
  ],
});

let out = '';
let begun: { alive: boolean }[] = [];
const note = (worker: Worker) => {
  const one = { alive: true };
  begun.push(one);
  worker.once('exit', () => {
    one.alive = false;
  });
};

const rowsOf = (rows: number) =>
  `SELECT i % 1000 AS "user", TIMESTAMP '2025-01-01' + INTERVAL 1 MINUTE * (i % 1440) AS at FROM range(${rows}) t(i)`;
const fileOf = (source: string) => joinPath(lake, source, 'ds=2025-01-01', 'a.parquet');

beforeAll(async () => {
  await parquet(fileOf('asks'), rowsOf(LARGE));
  await parquet(fileOf('few'), rowsOf(1000));
  await parquet(fileOf('visits'), rowsOf(2000));
  // Loads the pool's code, which the first run below would race against its plan.
  await trainSet(large, { lake, out: newFolder(), workers: 2, limit: 1 });
});
beforeEach(() => {
  out = newFolder();
  begun = [];
  process.on('worker', note);
});
afterEach(() => {
  process.off('worker', note);
});

/** Threads that had begun when the plan was there, those that have in the end, and rows; no thread is left. */
async function threadsOf(asked: typeof large, options: RunOptions = {}): Promise<number[]> {
  begun = [];
  let planned = -1;
  const onPlan = () => {
    planned = begun.length;
  };
  const { rows } = await trainSet(asked, { lake, out, workers: 2, ...options, onPlan });
  expect(begun.filter(({ alive }) => alive)).toEqual([]);
  return [planned, begun.length, rows];
}

test('a large first run has threads while it is planned, the next one has nothing to do', async () => {
  expect(await threadsOf(large)).toEqual([2, 2, LARGE]);
  expect(await threadsOf(large)).toEqual([0, 0, 0]);
});

test('a left whose own past is asked for is as large', async () => {
  expect(await threadsOf(own)).toEqual([2, 2, LARGE]);
});

test('a thread that ends by itself before it has a task fails the run, not the process', async () => {
  process.once('worker', (worker: Worker) => {
    worker.emit('error', new Error('no more threads'));
  });
  const failed = trainSet(large, { lake, out, workers: 2 });
  await expect(failed).rejects.toThrow('no more threads');
  expect(await threadsOf(large)).toEqual([2, 2, LARGE]);
});

test.each<[string, RunOptions, threads: number, rows: number]>([
  ['one worker', { workers: 1 }, 0, LARGE],
  ['only planned', { planOnly: true }, 0, 0],
  ['a preview', { limit: 5 }, 2, 5],
  ['a part of the days', { start: '2025-01-01' }, 2, LARGE],
])('%s: threads as the plan says, not before', async (_, options, threads, rows) => {
  expect(await threadsOf(large, options)).toEqual([0, threads, rows]);
});

test('few left rows: none', async () => {
  expect(await threadsOf(small)).toEqual([0, 0, 1000]);
});

test('a run that fails as it is planned leaves none', async () => {
  rmSync(joinPath(lake, 'visits'), { recursive: true });
  const failed = trainSet(large, { lake, out, workers: 2 });
  await expect(failed).rejects.toMatchObject({ code: 'PATH_MISSING' });
  expect(begun.map(({ alive }) => alive)).toEqual([false, false]);
});
