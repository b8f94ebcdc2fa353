import {
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join as joinPath } from 'node:path';
import { count, groupBy, type JoinSpec, join, part, sum, TesseraError } from '@tessera/api';
import type { PlanSummary } from '@tessera/engine';
import { acquireLock } from '@tessera/lake';
import { beforeAll, expect, test } from 'vitest';
import { days } from './shop.js';
import { copiesOf, dayFile, orders, payments, states } from './till.js';
import { datasetRows, filesBelow, hashes, isPublished, newFolder, parquet } from './workspace.js';

/**
 * Payments at 09:00, orders at 12:00, one file a day each: the partition of day d reads the payments of d, which are
 * before noon, and those of d - 1; its two-day window begins on d - 2, after the payments of that day.
 */
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['1d', '2d'] }), count({ windows: ['2d'] })],
});
const asked = join({ name: 'asked', left: orders, parts: [part(spend), part(states)] });

const DAYS = days('2025-06-01', 8);
const LEFT = DAYS.slice(2);
const untouched = newFolder();
const { here, run, dataset, file, sameAsFromScratch } = copiesOf(untouched, asked);

const paymentsOf = (ds: string, hour = '09', scale = 1) =>
  `SELECT 'u' || i AS "user", ${scale} * (i + 1)::DOUBLE AS amount, TIMESTAMP '${ds} ${hour}:00:00' AS at FROM range(3) t(i)`;

beforeAll(async () => {
  for (const ds of DAYS) {
    await parquet(dayFile(untouched, 'payments', ds), paymentsOf(ds));
    await parquet(
      dayFile(untouched, 'states', ds),
      `SELECT 'u' || i AS "user", '${ds}' AS city FROM range(2) t(i)`,
    );
  }
  for (const ds of LEFT) {
    await parquet(
      dayFile(untouched, 'orders', ds),
      `SELECT 'u' || i AS "user", TIMESTAMP '${ds} 12:00:00' AS at FROM range(4) t(i)`,
    );
  }
});

/** Reasons as the plan prints them, and what was written for them. */
async function rebuilt(
  definition: JoinSpec = asked,
): Promise<{ reasons: PlanSummary['reasons']; written: readonly string[] }> {
  const planned = await run({ planOnly: true }, definition);
  expect(planned.partitionsWritten).toEqual([]);
  const result = await run({}, definition);
  expect(result.plan.reasons).toEqual(planned.plan.reasons);
  expect(result.plan.toBuild).toBe(result.partitionsWritten.length);
  expect(result.plan.upToDate).toBe(result.plan.partitions - result.plan.toBuild);
  await sameAsFromScratch({}, definition);
  return { reasons: result.plan.reasons, written: result.partitionsWritten };
}

async function error(work: Promise<unknown>): Promise<TesseraError> {
  const caught = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (caught instanceof TesseraError) return caught;
  throw caught ?? new Error('there was no error');
}

test('again: nothing to do, nothing written', async () => {
  const first = await run();
  expect(first.plan.reasons).toEqual([{ reason: 'never built', partitions: LEFT.length }]);
  expect(first.partitionsWritten).toEqual(LEFT);
  const before = hashes(here.out);
  const times = filesBelow(here.out).map((name) => statSync(joinPath(here.out, name)).mtimeMs);
  const again = await run();
  expect(again).toMatchObject({ rows: 0, partitionsWritten: [], bytesWritten: 0, path: dataset() });
  expect(again.plan).toMatchObject({
    toBuild: 0,
    upToDate: LEFT.length,
    reasons: [],
    readFiles: 0,
    readBytes: 0,
  });
  expect(again.counters).toEqual({
    tasks: 0,
    tasksResumed: 0,
    filesRead: 0,
    rowsScanned: 0,
    bytesRead: 0,
    rowsSwept: 0,
    tilesRead: 0,
    tilePlacesRead: 0,
    tileBytesRead: 0,
    tilePartitionsBuilt: 0,
    tileBlocksBuilt: 0,
    slices: 0,
    pieces: 0,
    leftRows: 0,
  });
  expect(hashes(here.out)).toEqual(before);
  expect(filesBelow(here.out).map((name) => statSync(joinPath(here.out, name)).mtimeMs)).toEqual(
    times,
  );
});

test('neither a touched nor a moved lake is a change', async () => {
  await run();
  for (const name of filesBelow(here.lake)) utimesSync(joinPath(here.lake, name), 1, 1);
  expect((await run()).partitionsWritten).toEqual([]);
  const moved = joinPath(newFolder(), 'elsewhere');
  renameSync(here.lake, moved);
  here.lake = moved;
  expect((await run()).partitionsWritten).toEqual([]);
});

test('a changed source file: exactly the partitions that could read it', async () => {
  await run();
  await parquet(file('payments', '2025-06-05'), paymentsOf('2025-06-05', '09', 10));
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'input changed: payments/ds=2025-06-05/a.parquet', partitions: 2 }],
    written: ['2025-06-05', '2025-06-06'],
  });
});

test('S2.1, S2.2: only windows that reach a file: this day’s orders were before it, those of two days on reach back to it', async () => {
  await run();
  await parquet(file('payments', '2025-06-05', 'evening'), paymentsOf('2025-06-05', '20'));
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'input added: payments/ds=2025-06-05/evening.parquet', partitions: 2 }],
    written: ['2025-06-06', '2025-06-07'],
  });
});

test('S1.2: a late file counts by its times, not by its partition', async () => {
  await run();
  await parquet(file('payments', '2025-06-08', 'late'), paymentsOf('2025-06-03', '10'));
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'input added: payments/ds=2025-06-08/late.parquet', partitions: 2 }],
    written: ['2025-06-03', '2025-06-04'],
  });
});

test('a removed file', async () => {
  await run();
  rmSync(file('payments', '2025-06-04'));
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'input removed: payments/ds=2025-06-04/a.parquet', partitions: 2 }],
    written: ['2025-06-04', '2025-06-05'],
  });
});

test('S3.2: a changed snapshot: the one day that reads it', async () => {
  await run();
  await parquet(file('states', '2025-06-04'), `SELECT 'u0' AS "user", 'new' AS city`);
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'input changed: states/ds=2025-06-04/a.parquet', partitions: 1 }],
    written: ['2025-06-05'],
  });
});

test('changed left rows: their own partition', async () => {
  await run();
  await parquet(
    file('orders', '2025-06-06', 'more'),
    `SELECT 'u9' AS "user", TIMESTAMP '2025-06-06 11:00:00' AS at`,
  );
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'input added: orders/ds=2025-06-06/more.parquet', partitions: 1 }],
    written: ['2025-06-06'],
  });
});

test('a new day', async () => {
  await run();
  const next = '2025-06-09';
  await parquet(file('payments', next), paymentsOf(next));
  await parquet(file('orders', next), `SELECT 'u1' AS "user", TIMESTAMP '${next} 12:00:00' AS at`);
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'never built', partitions: 1 }],
    written: [next],
  });
});

test('a changed definition rebuilds all; another owner does not', async () => {
  await run();
  const described = join({
    name: 'asked',
    left: orders,
    parts: [part(spend), part(states)],
    owner: 'someone',
    description: 'else',
  });
  expect((await run({}, described)).partitionsWritten).toEqual([]);
  const longer = groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [sum('amount', { windows: ['1d', '3d'] }), count({ windows: ['2d'] })],
  });
  const changed = join({ name: 'asked', left: orders, parts: [part(longer), part(states)] });
  expect(await rebuilt(changed)).toEqual({
    reasons: [{ reason: 'definition changed', partitions: LEFT.length }],
    written: LEFT,
  });
});

test('a published file that is gone or cut short is built again', async () => {
  await run();
  rmSync(joinPath(dataset(), 'ds=2025-06-04', 'part-0.parquet'));
  truncateSync(joinPath(dataset(), 'ds=2025-06-07', 'part-0.parquet'), 100);
  expect(await rebuilt()).toEqual({
    reasons: [{ reason: 'its file is missing or damaged', partitions: 2 }],
    written: ['2025-06-04', '2025-06-07'],
  });
});

test('a held lock is refused', async () => {
  await run();
  rmSync(joinPath(dataset(), 'ds=2025-06-04'), { recursive: true });
  const before = hashes(here.out);
  const lock = await acquireLock(dataset(), 'train-set of a colleague');
  try {
    const refused = await error(run());
    expect(refused).toMatchObject({ code: 'DATASET_LOCKED', kind: 'environment' });
    expect(refused.message).toContain('train-set of a colleague');
    // Looking is not writing.
    expect((await run({ planOnly: true })).plan.toBuild).toBe(1);
  } finally {
    await lock.release();
  }
  expect(hashes(here.out)).toEqual(before);
  expect((await run()).partitionsWritten).toEqual(['2025-06-04']);
});

test('a damaged manifest says which file and what to do', async () => {
  await run();
  const path = joinPath(dataset(), '_manifest.json');
  const text = readFileSync(path, 'utf8');
  const before = hashes(dataset(), isPublished);
  for (const [damage, reason] of [
    [text.slice(0, -20), 'JSON'],
    [text.replace('"format": 2', '"format": 7'), 'its format is 7'],
    [text.replace('"rows":4', '"rows":"4"'), '`rows` is no count'],
    ['', 'JSON'],
  ] as const) {
    writeFileSync(path, damage);
    const failed = await error(run());
    expect(failed).toMatchObject({
      code: 'FILE_UNREADABLE',
      kind: 'environment',
      params: { path },
    });
    expect(failed.message).toContain(reason);
    expect(failed.message).toContain(
      damage.includes('"format": 7')
        ? 'A newer version of Tessera wrote it'
        : '`tessera doctor` clears it away, and the next run builds the dataset anew.',
    );
  }
  expect(hashes(dataset(), isPublished)).toEqual(before);
});

test('--limit shows the same rows whatever is up to date, and publishes nothing', async () => {
  const whole = await run({ out: joinPath(newFolder(), 'out') });
  const expected = (await datasetRows(whole.path ?? '')).slice(0, 6);
  await run({ start: LEFT[0], end: LEFT[2] });
  const before = hashes(here.out);
  for (const step of [{}, { start: LEFT[0], end: LEFT[4] }]) {
    const preview = await run({ ...step, limit: 6 });
    expect(preview).toMatchObject({ path: null, rows: 6 });
    const rows: unknown[] = [];
    for await (const { rows: n, columns } of preview.batches()) {
      const sums = columns.spend_amount_sum_2d;
      if (sums?.kind !== 'f64') throw new Error('sums are doubles');
      for (let i = 0; i < n; i++) rows.push(Number.isNaN(sums.values[i]) ? null : sums.values[i]);
    }
    expect(rows).toEqual(expected.map((row) => row.spend_amount_sum_2d));
  }
  expect(hashes(here.out)).toEqual(before);
});
