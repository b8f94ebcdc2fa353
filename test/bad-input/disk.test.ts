import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { backfill, trainSet } from '@tessera/engine';
import { acquireLock } from '@tessera/lake';
import { afterAll, describe, expect, test } from 'vitest';
import { datasetRows, filesBelow, hashes, newFolder, parquet } from '../files/workspace.js';
import { entriesBelow, type Ground, ground, refusal, refused } from './refusal.js';
import { DAYS, fileOf, ordersSql, plain, spend, writeShop } from './shop.js';

const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) execFileSync('umount', [folder]);
});

/** A disk of its own, or null where this process may not mount one. */
function disk(options: string): string | null {
  const folder = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    console.log('skipped: no disk can be mounted here');
    return null;
  }
  mounted.push(folder);
  return folder;
}

/** Enough rows that neither the result nor what is exchanged fits in some hundred kilobytes. */
async function large(lake: string): Promise<void> {
  await writeShop(lake);
  for (const ds of DAYS) {
    await parquet(fileOf(lake, 'orders', ds), ordersSql(ds).replace('range(4)', 'range(20000)'));
  }
}

describe('a disk that is full', () => {
  test.each([
    ['of results', 'out'],
    ['of what lives as long as the run', 'tmp'],
  ] as const)('%s', async (_, which) => {
    const folder = disk('size=400k');
    if (folder === null) return;
    const place: Ground = { ...(await ground(large)), [which]: joinPath(folder, which) };
    expect(await refused(plain, place)).toMatchSnapshot();
    expect(
      await refusal(
        () =>
          backfill(spend, { ...place, workers: 1 }).then(() =>
            trainSet(plain, { ...place, workers: 1 }),
          ),
        place,
      ).catch(String),
    ).toContain('DISK_FULL');
  });

  test('what was published before stays as it is', async () => {
    const folder = disk('size=600k');
    if (folder === null) return;
    const place: Ground = { ...(await ground(writeShop)), out: joinPath(folder, 'out') };
    await trainSet(plain, { ...place, workers: 1 });
    await large(place.lake);
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error DISK_FULL
        no space left on the disk of <out>/train-sets/plain.
        Nothing was published. Free some space and run again.
      "
    `);
  });
});

describe('a place that cannot be written', () => {
  test('a disk that is read-only', async () => {
    const folder = disk('ro');
    if (folder === null) return;
    const place = { ...(await ground(writeShop)), out: joinPath(folder, 'out') };
    expect(await refused(plain, place)).toMatchInlineSnapshot(`
      "
      error NOT_WRITABLE
        <out>/train-sets/plain cannot be written: ENOENT: no such file or directory, mkdir '<out>/train-sets/plain'.
      "
    `);
    const tmp = { ...place, out: joinPath(place.lake, '../out'), tmp: joinPath(folder, 'tmp') };
    expect(await refused(plain, tmp)).toMatchInlineSnapshot(`
      "
      error NOT_WRITABLE
        <tmp> cannot be written: ENOENT: no such file or directory, mkdir '<tmp>'.
      "
    `);
  });

  test.each(['out', 'tmp'] as const)('a file in the place of %s', async (which) => {
    const place = await ground(writeShop);
    writeFileSync(place[which], 'here first');
    const { out, tmp } = place;
    const inner = {
      ...place,
      out: which === 'out' ? joinPath(out, 'x') : out,
      tmp: which === 'tmp' ? joinPath(tmp, 'x') : tmp,
    };
    expect(await refused(plain, inner)).toMatchSnapshot();
    expect(
      await refused(plain, {
        ...place,
        tmp: which === 'tmp' ? place.tmp : joinPath(place.lake, '../t'),
      }),
    ).toMatchSnapshot();
  });

  test('a folder in the place of a partition', async () => {
    const place = await ground(writeShop);
    mkdirSync(joinPath(place.out, 'train-sets/plain', `ds=${DAYS[1]}`, 'part-0.parquet/x'), {
      recursive: true,
    });
    const error: unknown = await trainSet(plain, { ...place, workers: 1 }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'NOT_WRITABLE', kind: 'environment' });
    expect(entriesBelow(place.out).filter((name) => /_staging|_lock/.test(name))).toEqual([]);
  });
});

describe('two runs of one dataset', () => {
  test('while one writes the other is refused', async () => {
    const place = await ground(writeShop);
    const dataset = joinPath(place.out, 'train-sets/plain');
    const lock = await acquireLock(dataset, 'train-set plain');
    const text = await refused(plain, place);
    expect(
      text.replace(/process \d+ on \S+, since \S+\)/, 'process # on <host>, since <then>)'),
    ).toMatchInlineSnapshot(`
      "
      error DATASET_LOCKED
        <out>/train-sets/plain is being written by another run (train-set plain, process # on <host>, since <then>).
        Wait for it to end, or stop it.
      "
    `);
    await lock.release();
    expect(entriesBelow(place.out)).toEqual([]);
  });

  test('at once: each ends well or is refused, and the dataset is that of one', async () => {
    const place = await ground(writeShop);
    const alone = { ...place, out: joinPath(place.lake, '../alone') };
    const runs = await Promise.allSettled(
      [1, 2, 1, 2].map((workers) => trainSet(plain, { ...place, workers })),
    );
    expect(runs.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const run of runs) {
      if (run.status === 'rejected')
        expect(run.reason).toMatchObject({ code: 'DATASET_LOCKED', kind: 'environment' });
    }
    await trainSet(plain, { ...alone, workers: 1 });
    expect(hashes(place.out)).toEqual(hashes(alone.out));
    expect(await datasetRows(joinPath(place.out, 'train-sets/plain'))).toHaveLength(12);
    expect(filesBelow(place.out).filter((name) => /_lock|_staging/.test(name))).toEqual([]);
  });
});
