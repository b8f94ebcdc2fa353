import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join as joinPath } from 'node:path';
import { count, events, groupBy, join, part, sum } from '@tessera/api';
import { backfill, trainSet } from '@tessera/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { days } from './shop.js';
import { copiesOf, dayFile, orders, payments } from './till.js';
import { datasetRows, filesBelow, hashes, isPublished, newFolder, parquet } from './workspace.js';

/** What stands on the disk after runs over other input, other definitions, other ranges: never a mixture. */

const spendOver = (window: '1d' | '2d') =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [sum('amount', { windows: [window], as: 'total' })],
  });
const asked = join({ name: 'asked', left: orders, parts: [part(spendOver('1d'))] });
const changed = join({ name: 'asked', left: orders, parts: [part(spendOver('2d'))] });

const DAYS = days('2025-06-01', 5);
const [D1, D2, D3, D4, D5] = DAYS as [string, string, string, string, string];
const untouched = newFolder();
const { here, run, dataset, file, sameAsFromScratch } = copiesOf(untouched, asked);

/** Payments of a day: three values, of which the middle one is in no statistic. */
const paymentsOf = (ds: string, middle = 2) =>
  `SELECT 'u' AS "user", x::DOUBLE AS amount, TIMESTAMP '${ds} 09:00:00' AS at FROM (VALUES (1), (${middle}), (9)) t(x)`;
/** So that a file of other values has the same size. */
const PLAIN = 'COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 0';

beforeAll(async () => {
  for (const ds of DAYS) {
    await parquet(dayFile(untouched, 'payments', ds), paymentsOf(ds), PLAIN);
    await parquet(
      dayFile(untouched, 'orders', ds),
      `SELECT 'u' AS "user", TIMESTAMP '${ds} 12:00:00' AS at`,
    );
  }
});

const totals = async () => (await datasetRows(dataset())).map((row) => row.spend_total_1d);
const folders = () => readdirSync(dataset()).filter((name) => name.startsWith('ds='));
const named = (...labels: string[]) => labels.map((ds) => `ds=${ds}`);
const manifest = () => joinPath(dataset(), '_manifest.json');
const manifestText = () => readFileSync(manifest(), 'utf8');

describe('which file is the same', () => {
  /** Another middle value: same size, same statistics, so the same footer. */
  async function edit(ds: string): Promise<void> {
    const before = readFileSync(file('payments', ds));
    await parquet(file('payments', ds), paymentsOf(ds, 3), PLAIN);
    const after = readFileSync(file('payments', ds));
    expect(after.length).toBe(before.length);
    const footer = after.readUInt32LE(after.length - 8) + 8;
    expect(after.subarray(-footer).equals(before.subarray(-footer))).toBe(true);
    expect(after.equals(before)).toBe(false);
  }

  test('an edit that leaves size and footer as they were is seen', async () => {
    await run();
    expect(await totals()).toEqual(DAYS.map(() => 12));
    await edit(D3);
    const again = await run();
    expect(again.plan.reasons).toEqual([
      { reason: `input changed: payments/ds=${D3}/a.parquet`, partitions: 1 },
    ]);
    expect(again.partitionsWritten).toEqual([D3]);
    expect(await totals()).toEqual([12, 12, 13, 12, 12]);
    await sameAsFromScratch();
  });

  test('also one whose time of modification is put back, and one by rename', async () => {
    await run();
    const { atime, mtime } = statSync(file('payments', D3));
    await edit(D3);
    utimesSync(file('payments', D3), atime, mtime);
    expect((await run()).partitionsWritten).toEqual([D3]);
    const aside = joinPath(here.lake, 'aside.parquet');
    copyFileSync(file('payments', D2), aside);
    await edit(D2);
    // Back again: other times, the bytes that were recorded.
    copyFileSync(aside, file('payments', D2));
    expect((await run()).partitionsWritten).toEqual([]);
  });

  test('touched and copied files are the same, and are read again once only', async () => {
    await run();
    const before = hashes(dataset(), isPublished);
    for (const name of filesBelow(here.lake)) utimesSync(joinPath(here.lake, name), 1, 1);
    const touched = manifestText();
    expect((await run({ planOnly: true })).plan.toBuild).toBe(0);
    expect(manifestText()).toBe(touched);
    expect((await run()).partitionsWritten).toEqual([]);
    // What was read is remembered by a run, even by one that builds nothing.
    const remembered = manifestText();
    expect(remembered).not.toBe(touched);
    expect((await run()).partitionsWritten).toEqual([]);
    expect(manifestText()).toBe(remembered);
    const elsewhere = joinPath(newFolder(), 'copy');
    cpSync(here.lake, elsewhere, { recursive: true });
    here.lake = elsewhere;
    expect((await run()).partitionsWritten).toEqual([]);
    expect(hashes(dataset(), isPublished)).toEqual(before);
    await sameAsFromScratch();
  });

  test('without a recorded content a touched file is taken for another', async () => {
    await run({ end: D1 });
    const text = manifestText().replaceAll(/"content":"[0-9a-f]+"/g, '"content":null');
    writeFileSync(manifest(), text);
    expect((await run({ end: D1 })).plan.toBuild).toBe(0);
    utimesSync(file('payments', D1), 1, 1);
    expect((await run({ end: D1 })).plan.reasons).toEqual([
      { reason: `input changed: payments/ds=${D1}/a.parquet`, partitions: 1 },
    ]);
  });
});

describe('what values mean', () => {
  test('what was built without strict is not up to date for strict; the other way round it is', async () => {
    await run();
    const strict = await run({ strict: true, start: D4 });
    expect(strict.plan.reasons).toEqual([{ reason: 'built without strict', partitions: 2 }]);
    expect(strict.partitionsWritten).toEqual([D4, D5]);
    expect((await run({ strict: true, start: D4 })).plan.toBuild).toBe(0);
    expect((await run()).plan.toBuild).toBe(0);
    expect((await run({ strict: true })).partitionsWritten).toEqual([D1, D2, D3]);
    await sameAsFromScratch({ strict: true });
  });

  test('strict is not satisfied by what a run that was not read as null', async () => {
    await parquet(
      file('payments', D2),
      `SELECT 'u' AS "user", 'inf'::DOUBLE AS amount, TIMESTAMP '${D2} 09:00:00' AS at`,
    );
    await run();
    await expect(run({ strict: true })).rejects.toMatchObject({ code: 'INFINITE_INPUT' });
  });

  test('another version of the semantics makes all stale, and says so', async () => {
    await run();
    writeFileSync(manifest(), manifestText().replace(/"semantics": \d+/, '"semantics": 0'));
    await expect(run({ start: D4 })).rejects.toMatchObject({ code: 'MIXED_DEFINITIONS' });
    const again = await run();
    expect(again.plan.reasons).toEqual([
      { reason: 'values mean something else since: semantics 0, now 3', partitions: 5 },
    ]);
    expect(again.partitionsWritten).toEqual(DAYS);
    await sameAsFromScratch();
  });
});

describe('what is no more', () => {
  test('a day that the left lost is removed, with its exports', async () => {
    await run({ format: 'csv' });
    await run({ format: 'arrow' });
    rmSync(joinPath(here.lake, 'orders', `ds=${D2}`), { recursive: true });
    rmSync(file('orders', D5));
    // A range that does not have them leaves them.
    expect(await run({ start: D3, end: D4 })).toMatchObject({ partitionsRemoved: [] });
    const planned = await run({ planOnly: true });
    expect(planned).toMatchObject({ partitionsRemoved: [] });
    expect(planned.plan).toMatchObject({
      toBuild: 0,
      removed: [{ reason: 'no longer in the left', days: [D2, D5] }],
    });
    expect(folders()).toEqual(named(...DAYS));
    const again = await run();
    expect(again).toMatchObject({ partitionsWritten: [], partitionsRemoved: [D2, D5] });
    expect(again.path).toBe(dataset());
    expect(folders()).toEqual(named(D1, D3, D4));
    expect(readdirSync(`${dataset()}.csv`)).toEqual(named(D1, D3, D4));
    expect(readdirSync(`${dataset()}.arrow`)).toEqual(named(D1, D3, D4));
    await sameAsFromScratch();
    expect((await run()).plan).toMatchObject({ toBuild: 0, removed: [] });
  });

  test('within a range: also where no day of it is left', async () => {
    await run();
    rmSync(joinPath(here.lake, 'orders', `ds=${D2}`), { recursive: true });
    rmSync(joinPath(here.lake, 'orders', `ds=${D3}`), { recursive: true });
    const gone = await run({ start: D3, end: D3 });
    expect(gone).toMatchObject({ partitionsWritten: [], partitionsRemoved: [D3] });
    expect(folders()).toEqual(named(D1, D2, D4, D5));
    await expect(run({ start: D3, end: D3 })).rejects.toMatchObject({ code: 'NO_PARTITIONS' });
  });

  test('beside what is built', async () => {
    await run();
    rmSync(joinPath(here.lake, 'orders', `ds=${D2}`), { recursive: true });
    await parquet(file('payments', D4), paymentsOf(D4, 4), PLAIN);
    expect(await run()).toMatchObject({ partitionsWritten: [D4], partitionsRemoved: [D2] });
    await sameAsFromScratch();
  });

  test('a backfill’s days', async () => {
    const spend = spendOver('1d');
    const fill = () => backfill(spend, { ...here, workers: 1 });
    expect((await fill()).partitionsWritten).toEqual(DAYS);
    rmSync(joinPath(here.lake, 'payments', `ds=${D5}`), { recursive: true });
    const again = await fill();
    expect(again.plan.removed).toEqual([{ reason: 'no longer in the source', days: [D5] }]);
    expect(readdirSync(joinPath(here.out, 'group-bys', 'spend')).sort()).toEqual([
      '_manifest.json',
      ...named(D1, D2, D3, D4),
    ]);
  });

  test('what a killed run left is removed by the next, also by one that has nothing to do', async () => {
    await run({ end: D2 });
    mkdirSync(joinPath(dataset(), `ds=${D4}`));
    const stray = joinPath(dataset(), `ds=${D4}`, 'part-0.parquet');
    copyFileSync(joinPath(dataset(), `ds=${D1}`, 'part-0.parquet'), stray);
    await run({ end: D2, planOnly: true });
    expect(folders()).toEqual(named(D1, D2, D4));
    await run({ end: D2 });
    expect(folders()).toEqual(named(D1, D2));
    // What is not ours stays.
    mkdirSync(joinPath(dataset(), `ds=${D4}`));
    copyFileSync(joinPath(dataset(), `ds=${D1}`, 'part-0.parquet'), stray);
    writeFileSync(joinPath(dataset(), `ds=${D4}`, 'notes.txt'), 'mine');
    await run({ end: D3 });
    expect(filesBelow(joinPath(dataset(), `ds=${D4}`))).toEqual(['notes.txt']);
  });
});

describe('a part of the range after the definition changed', () => {
  test('is refused, whatever is asked for, and nothing is touched', async () => {
    await run();
    const before = hashes(here.out);
    for (const options of [{}, { planOnly: true }]) {
      await expect(run({ start: D3, end: D4, ...options }, changed)).rejects.toMatchObject({
        code: 'MIXED_DEFINITIONS',
        kind: 'user',
        params: { path: dataset(), days: [D1, D2, D5], reason: 'definition changed' },
        message: expect.stringContaining('--replace'),
      });
    }
    expect((await run({ start: D3, limit: 1 }, changed)).rows).toBe(1);
    expect(hashes(here.out)).toEqual(before);
  });

  test('or, with replace, removes the rest', async () => {
    await run({ format: 'csv' });
    const options = { start: D3, end: D4, replace: true };
    const planned = await run({ ...options, planOnly: true }, changed);
    expect(planned.plan.removed).toEqual([{ reason: 'definition changed', days: [D1, D2, D5] }]);
    const result = await run(options, changed);
    expect(result).toMatchObject({ partitionsWritten: [D3, D4], partitionsRemoved: [D1, D2, D5] });
    expect(folders()).toEqual(named(D3, D4));
    // Exports of the old definition are gone, those of rebuilt partitions too.
    expect(filesBelow(`${dataset()}.csv`)).toEqual([]);
    await sameAsFromScratch({ start: D3, end: D4 }, changed);
  });

  test('the whole range needs no replace', async () => {
    await run();
    expect((await run({}, changed)).partitionsWritten).toEqual(DAYS);
    await sameAsFromScratch({}, changed);
  });
});

test('an export of a rebuilt partition does not outlive it', async () => {
  await run({ format: 'csv' });
  await parquet(file('payments', D4), paymentsOf(D4, 4), PLAIN);
  await run();
  expect(readdirSync(`${dataset()}.csv`)).toEqual(named(D1, D2, D3, D5));
  await run({ format: 'csv' });
  expect(readdirSync(`${dataset()}.csv`)).toEqual(named(...DAYS));
  expect(readFileSync(joinPath(`${dataset()}.csv`, `ds=${D4}`, 'part-0.csv'), 'utf8')).toContain(
    '14',
  );
});

test('S1.5: an eventId is one event over all files of its partition', async () => {
  const columns = { id: 'string', user: 'string', amount: 'double', at: 'timestamp' } as const;
  const ided = events({ name: 'ided', path: 'ided', columns, time: 'at', eventId: 'id' });
  const once = join({
    name: 'once',
    left: orders,
    parts: [
      part(
        groupBy({
          name: 'ided',
          source: ided,
          keys: ['user'],
          aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['1d'] })],
        }),
      ),
    ],
  });
  const row = (id: string, at: string, amount: number) =>
    `SELECT '${id}' AS id, 'u' AS "user", ${amount}::DOUBLE AS amount, TIMESTAMP '${at}' AS at`;
  const at = (ds: string, name: string) =>
    joinPath(here.lake, 'ided', `ds=${ds}`, `${name}.parquet`);
  // The first of x is outside the day's window; it stays all the same, so x does not count on the third.
  await parquet(
    at(D2, 'a'),
    `${row('x', `${D2} 01:00:00`, 1)} UNION ALL ${row('y', `${D2} 13:00:00`, 2)}`,
  );
  await parquet(at(D2, 'b'), row('x', `${D2} 14:00:00`, 4));
  await parquet(
    at(D2, 'c'),
    `${row('y', `${D2} 13:30:00`, 8)} UNION ALL ${row('z', `${D2} 15:00:00`, 16)}`,
  );
  for (const workers of [1, 2]) {
    const { path, report } = await trainSet(once, {
      ...{ lake: here.lake, workers, start: D3, end: D3 },
      out: joinPath(here.out, String(workers)),
    });
    expect(await datasetRows(path ?? '')).toMatchObject([
      { ided_count_1d: 2n, ided_amount_sum_1d: 18 },
    ]);
    expect(report.sources[0]).toMatchObject({ rowsRead: 3, duplicateEvents: 2 });
  }
});
