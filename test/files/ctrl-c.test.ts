import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { start, tessera, writeFiles } from './command.js';
import { tesseraHere } from './command-here.js';
import { filesBelow, hashes, newFolder, parquet } from './workspace.js';

const folder = newFolder();
const DAYS = 12;
const ROWS = 5_000;

beforeAll(async () => {
  writeFiles(folder, {
    'tessera.config.ts': `
import { defineProject } from '@tessera/api';
export default defineProject({ name: 'visits', lake: 'lake', out: 'out', features: 'features' });`,
    'features/visits.ts': `
import { average, count, events, groupBy, join, last, max, part, stddev, sum } from '@tessera/api';
const visits = events({
  name: 'visits', path: 'visits', time: 'at',
  columns: { user: 'string', page: 'string', spent: 'double', at: 'timestamp' },
});
const windows = ['1d', '3d', '7d'] as const;
const users = groupBy({
  name: 'users', source: visits, keys: ['user'],
  aggregations: [count({ windows }), sum('spent', { windows }), stddev('spent', { windows }), max('spent', { windows })],
});
const pages = groupBy({ name: 'pages', source: visits, keys: ['page'], aggregations: [average('spent', { windows }), last('user')] });
export const habits = join({ name: 'habits', left: visits, parts: [part(users), part(pages)] });`,
  });
  for (let day = 0; day < DAYS; day++) {
    await parquet(
      join(
        folder,
        'lake',
        'visits',
        `ds=2025-01-${String(day + 1).padStart(2, '0')}`,
        'visits.parquet',
      ),
      `SELECT 'u' || (i % 97) AS "user", 'p' || (i % 1013) AS page, (i % 1000) / 7 AS spent,
         TIMESTAMP '2025-01-01' + to_milliseconds(${day} * 86400000 + i * ${Math.floor(86_400_000 / ROWS)}) AS at FROM range(${ROWS}) t(i)`,
    );
  }
});

const dataset = (out: string) => join(folder, out, 'train-sets', 'habits');
const run = ['train-set', '--no-summary', '--workers'];

let published: Record<string, string> = {};
beforeAll(async () => {
  const whole = await tesseraHere([...run, '1', '--out', 'whole'], folder);
  expect(whole).toMatchObject({ code: 0 });
  published = hashes(dataset('whole'));
  expect(Object.keys(published)).toHaveLength(DAYS + 1);
});

test.each([
  ['keys', '2', 0],
  ['scan', '2', 100],
  ['join', '2', 0],
  ['scan', '1', 100],
] as const)(
  'interrupted in stage %s of %s workers: nothing half-made stays',
  async (stage, workers, afterMs) => {
    const { child, said, ended } = start([...run, workers, '--buckets', '16'], folder);
    await said(new RegExp(`^ {2}${stage} `, 'm'));
    await sleep(afterMs);
    child.kill('SIGINT');
    const late = sleep(30_000, 'still running after 30 s');
    const outcome = await Promise.race([ended, late]);
    expect(outcome).toMatchObject({ code: 130 });
    const { err, out } = await ended;
    expect(err).toContain('interrupted: nothing was half-written');
    expect(out).not.toContain('published');
    // Neither partitions, nor a manifest, staging, lock or temporary file.
    expect(filesBelow(join(folder, 'out'))).toEqual([]);
    expect(existsSync(join(folder, 'out', '.tmp'))).toBe(false);
    expect(existsSync(join(dataset('out'), '_staging'))).toBe(false);
  },
);

test('killed at once: the next run clears up what was left, and succeeds', async () => {
  const { child, said, ended } = start([...run, '2'], folder);
  await said(/^ {2}left /m);
  child.kill('SIGKILL');
  await ended;
  const left = filesBelow(join(folder, 'out'));
  expect(left).not.toEqual([]);
  const isPartition = (name: string) =>
    /ds=[^/]*\/part-0\.parquet$/.test(name) && !name.includes('_staging');
  expect(left.filter(isPartition)).toEqual([]);
  const next = await tessera([...run, '2'], folder);
  expect(next).toMatchObject({ code: 0 });
  expect(filesBelow(join(folder, 'out'))).toEqual(filesBelow(join(folder, 'whole')));
  expect(hashes(dataset('out'))).toEqual(published);
});
