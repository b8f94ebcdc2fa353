import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { start, tessera, writeFiles } from './command.js';
import { filesBelow, hashes, isPublished, newFolder, parquet } from './workspace.js';

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

test('interrupted at any moment: nothing half-made stays, and the next run succeeds', async () => {
  const whole = await tessera(
    ['train-set', '--out', 'whole', '--workers', '2', '--no-summary'],
    folder,
  );
  expect(whole).toMatchObject({ code: 0 });
  const published = hashes(dataset('whole'));
  expect(Object.keys(published)).toHaveLength(DAYS + 1);

  for (const [workers, stage, afterMs] of [
    ['2', /^ {2}keys /m, 0],
    ['2', /^ {2}scan /m, 100],
    ['2', /^ {2}join /m, 0],
    ['1', /^ {2}scan /m, 100],
  ] as const) {
    const { child, said, ended } = start(
      ['train-set', '--workers', workers, '--buckets', '16', '--no-summary'],
      folder,
    );
    await said(stage);
    await sleep(afterMs);
    child.kill('SIGINT');
    const late = sleep(30_000, 'still running after 30 s');
    const outcome = await Promise.race([ended, late]);
    expect(outcome, `${stage}`).toMatchObject({ code: 130 });
    const { err, out } = await ended;
    expect(err).toContain('interrupted: nothing was half-written');
    expect(out).not.toContain('published');
    // Neither partitions, nor a manifest, staging, lock or temporary file.
    expect(filesBelow(join(folder, 'out')), `${stage}`).toEqual([]);
    expect(existsSync(join(folder, 'out', '.tmp'))).toBe(false);
    expect(existsSync(join(dataset('out'), '_staging'))).toBe(false);
  }

  const next = await tessera(['train-set', '--workers', '2', '--no-summary'], folder);
  expect(next).toMatchObject({ code: 0 });
  expect(hashes(dataset('out'))).toEqual(published);
  expect(hashes(dataset('out'), isPublished)).not.toEqual({});
});

test('killed at once: the next run clears up what was left', async () => {
  const { child, said, ended } = start(
    ['train-set', '--out', 'killed', '--workers', '2', '--no-summary'],
    folder,
  );
  await said(/^ {2}left /m);
  child.kill('SIGKILL');
  await ended;
  expect(filesBelow(join(folder, 'killed'))).not.toEqual([]);
  expect(
    filesBelow(join(folder, 'killed')).filter(
      (name) => /ds=[^/]*\/part-0\.parquet$/.test(name) && !name.includes('_staging'),
    ),
  ).toEqual([]);
  const next = await tessera(
    ['train-set', '--out', 'killed', '--workers', '2', '--no-summary'],
    folder,
  );
  expect(next).toMatchObject({ code: 0 });
  expect(filesBelow(join(folder, 'killed'))).toEqual(filesBelow(join(folder, 'whole')));
  expect(hashes(dataset('killed'))).toEqual(hashes(dataset('whole')));
});
