import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { buildTiles, type Progress, type RunOptions, trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { ground } from '../bad-input/refusal.js';
import { DAYS, fileOf, paymentsSql, shop, writeShop } from '../bad-input/shop.js';
import { filesBelow, newFolder, parquet } from '../files/workspace.js';
import { published } from './visits.js';

/** A file of the source is replaced while tiles are made of it: nothing is made of both, and the next run sees the new one. */

const RUNS = {
  'a backfill of tiles': (options: RunOptions) => buildTiles(shop, { ...options, workers: 1 }),
  'a training set that builds them': (options: RunOptions) =>
    trainSet(shop, { ...options, workers: 1, tiles: 'always' }),
};

/** When: how many tasks of which stage are done. */
const MOMENTS: readonly Pick<Progress, 'stage' | 'tasksDone'>[] = [
  { stage: 'tiles', tasksDone: 0 },
  { stage: 'tiles', tasksDone: 1 },
  { stage: 'keys', tasksDone: 0 },
  { stage: 'write', tasksDone: 1 },
];

describe.each(Object.keys(RUNS) as (keyof typeof RUNS)[])('%s', (name) => {
  const run = RUNS[name];
  const moments = MOMENTS.filter(({ stage }) => stage === 'tiles' || name.startsWith('a training'));

  test.each(moments)('replaced at $stage $tasksDone', async ({ stage, tasksDone }) => {
    const place = await ground(writeShop);
    const file = fileOf(place.lake, 'payments', DAYS[0]);
    const other = join(newFolder(), 'other.parquet');
    await parquet(other, `${paymentsSql(DAYS[0])} LIMIT 3`);
    let isReplaced = false;
    const first = await run({
      ...place,
      onProgress: (progress) => {
        if (isReplaced || progress.stage !== stage || progress.tasksDone < tasksDone) return;
        isReplaced = true;
        renameSync(other, file);
      },
    }).catch((error: unknown) => error);
    expect(isReplaced).toBe(true);
    // Tiles that were published before are of the file as it was, and say so.
    expect(first).toMatchObject({ code: 'FILE_CHANGED', kind: 'environment' });
    expect(filesBelow(place.out).filter((path) => /_lock|_staging|train-sets/.test(path))).toEqual(
      [],
    );
    await run(place);
    const clean = { ...place, out: join(newFolder(), 'out') };
    await run(clean);
    expect(published(place.out)).toEqual(published(clean.out));
  });
});
