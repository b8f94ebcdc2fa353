import { copyFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { filesBelow, parquet } from '../files/workspace.js';
import { entriesBelow, ground, refusal, settled } from './refusal.js';
import { DAYS, fileOf, ordersSql, paymentsSql, plain, shop, writeShop } from './shop.js';

/** What happens to a file while a run that has made its plan reads it. */
const CHANGES: Record<string, (file: string, other: string) => void> = {
  'goes away': (file) => rmSync(file),
  'is emptied': (file) => writeFileSync(file, ''),
  'is replaced by another of other rows': (file, other) => copyFileSync(other, file),
  'is replaced by a text': (file) => writeFileSync(file, 'user_id,amount\n'),
  'is written once more': (file) => utimesSync(file, new Date(), new Date(Date.now() + 5000)),
};

const FILES: Record<string, (lake: string) => string> = {
  'of events': (lake) => fileOf(lake, 'payments', DAYS[0]),
  'of the left': (lake) => fileOf(lake, 'orders', DAYS[1]),
  'of entities': (lake) => fileOf(lake, 'profiles', DAYS[0]),
};

const LONG = process.env.TESSERA_LONG === '1';

describe.each(Object.keys(FILES))('a file %s', (which) => {
  // In the default tier events suffer all, the others what is found last.
  const changes = Object.keys(CHANGES).filter(
    (change) => LONG || which === 'of events' || change.includes('other rows'),
  );
  test.each(changes)('that %s between plan and scan', async (change) => {
    const place = await ground(writeShop);
    const other = joinPath(place.lake, '..', 'other.parquet');
    await parquet(
      other,
      which === 'of the left'
        ? `${ordersSql(DAYS[2])} LIMIT 2`
        : which === 'of events'
          ? `${paymentsSql(DAYS[2])} LIMIT 5`
          : "SELECT 'u9' AS user_id, 'Rome' AS city",
    );
    const file = FILES[which]!(place.lake);
    // A file that is gone or cannot be read is found before, one that can be read after the scan.
    for (const workers of change.includes('other rows') ? [1, 2] : [1]) {
      const kept = `${file}.tmp`;
      copyFileSync(file, kept);
      const { atimeMs, mtimeMs } = statSync(file);
      const error: unknown = await trainSet(shop, {
        ...place,
        workers,
        onPlan: () => CHANGES[change]!(file, other),
      }).catch((e: unknown) => e);
      renameSync(kept, file);
      utimesSync(file, new Date(atimeMs), new Date(mtimeMs));
      const text = await refusal(() => Promise.reject(error), place);
      expect(text).toBe(
        settled(
          `error FILE_CHANGED\n  ${file} changed while it was read.\n  Nothing was published. Run again once nothing writes there.`,
          place,
        ),
      );
    }
  });
});

test('a file that changes in the midst of a run, when others have been read', async () => {
  const place = await ground(writeShop);
  const file = fileOf(place.lake, 'payments', DAYS[0]);
  let once = false;
  const run = trainSet(plain, {
    ...place,
    workers: 2,
    onProgress: ({ stage }) => {
      if (stage !== 'join' || once) return;
      once = true;
      utimesSync(file, new Date(), new Date(Date.now() + 9000));
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'FILE_CHANGED', kind: 'environment' });
  expect(entriesBelow(place.out)).toEqual([]);
});

test('a file that is added after the plan is read by the next run', async () => {
  const place = await ground(writeShop);
  const added = joinPath(place.lake, `payments/ds=${DAYS[0]}/more.parquet`);
  await parquet(`${added}.tmp`, paymentsSql(DAYS[0]));
  const first = await trainSet(plain, {
    ...place,
    workers: 1,
    onPlan: () => renameSync(`${added}.tmp`, added),
  });
  expect(first.rows).toBe(12);
  const second = await trainSet(plain, { ...place, workers: 1 });
  expect(second.plan.reasons.map(({ reason }) => reason.split(':')[0])).toEqual(['input added']);
  expect(
    filesBelow(place.out).filter((name) => name.includes('_lock') || name.includes('_staging')),
  ).toEqual([]);
});
