import { cpSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { ahead, events, groupBy, type JoinSpec, join, part, sum } from '@tessera/api';
import { explainValue, type RunOptions } from '@tessera/engine';
import { beforeAll, expect, test } from 'vitest';
import { writeFiles } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { days } from '../files/shop.js';
import { copiesOf, dayFile, numberedOrders, payments } from '../files/till.js';
import { datasetRows, hashes, newFolder, parquet } from '../files/workspace.js';

/** Payments at 09:00 and orders at 12:00 of eight days: the window of day d's order, two days, ends at noon of d + 2. */
const DAYS = days('2025-06-01', 8);
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [sum('amount', { windows: ['2d'] })],
});
const base = { name: 'asked', left: numberedOrders } as const;
const parts = [part(spend)] as const;
const labels = [
  ahead('amount', { operation: 'sum', windows: ['2d'], keys: ['user'], source: payments }),
] as const;
const asked = join({ ...base, parts, labels });
const untouched = newFolder();
const { here, run, dataset, file, sameAsFromScratch } = copiesOf(untouched, asked);

const paymentsOf = (ds: string, amount = 1, at = `${ds} 09:00:00`) =>
  `SELECT 'u' || i AS "user", ${amount}::DOUBLE AS amount, TIMESTAMP '${at}' AS at FROM range(2) t(i)`;

beforeAll(async () => {
  for (const [idx, ds] of DAYS.entries()) {
    await parquet(dayFile(untouched, 'payments', ds), paymentsOf(ds, 2 ** idx));
    await parquet(
      dayFile(untouched, 'orders', ds),
      `SELECT ${idx}::INTEGER AS id, 'u' || i AS "user", TIMESTAMP '${ds} 12:00:00' AS at FROM range(2) t(i)`,
    );
  }
});

const labelsOf = async (path = dataset()) => {
  const rows = await datasetRows(path);
  return rows.filter((row) => row.user === 'u0').map((row) => row.label_amount_sum_2d);
};

const reasonsOf = async (definition: JoinSpec = asked) =>
  (await run({ planOnly: true }, definition)).plan.reasons;

/** What a run without a day would have published. */
async function without(...gone: readonly string[]): Promise<void> {
  for (const ds of gone) rmSync(joinPath(here.lake, 'payments', `ds=${ds}`), { recursive: true });
}

const bring = (ds: string) =>
  cpSync(joinPath(untouched, 'payments', `ds=${ds}`), joinPath(here.lake, 'payments', `ds=${ds}`), {
    recursive: true,
  });

test('a day that arrives makes those partitions stale whose labels are known since, and says so', async () => {
  await without(...DAYS.slice(5));
  await run();
  // Data end with day 5: windows of days 1 to 3 are inside.
  expect(await labelsOf()).toEqual([6, 12, 24, null, null, null, null, null]);
  expect(await reasonsOf()).toEqual([]);
  bring(DAYS[5]!);
  const before = hashes(dataset());
  expect(await reasonsOf()).toEqual([
    { reason: 'label_amount_sum_2d: 2025-06-06 arrived', partitions: 1 },
    // Their features reach back to the day.
    { reason: 'input added: payments/ds=2025-06-06/a.parquet', partitions: 2 },
  ]);
  const result = await run();
  expect(result.partitionsWritten).toEqual([DAYS[3], DAYS[5], DAYS[6]]);
  expect(await labelsOf()).toEqual([6, 12, 24, 48, null, null, null, null]);
  const after = hashes(dataset());
  const isSame = DAYS.map((ds) => {
    const [name] = Object.keys(after).filter((one) => one.includes(`ds=${ds}`));
    return after[name!] === before[name!];
  });
  expect(isSame).toEqual([true, true, true, false, true, false, false, true]);
  await sameAsFromScratch();
});

test('several days at once, a gap before the last, and a day that goes again', async () => {
  await without(...DAYS.slice(3));
  await run();
  expect(await labelsOf()).toEqual([6, null, null, null, null, null, null, null]);
  // Day 4 never comes: what is before the end of the data counts as known.
  bring(DAYS[5]!);
  const labels = (await reasonsOf()).filter(({ reason }) => reason.startsWith('label'));
  expect(labels).toEqual([{ reason: 'label_amount_sum_2d: 2025-06-06 arrived', partitions: 3 }]);
  await run();
  expect(await labelsOf()).toEqual([6, 4, null, 32, null, null, null, null]);
  await sameAsFromScratch();
  await without(DAYS[5]!);
  const gone = (await reasonsOf()).filter(({ reason }) => reason.startsWith('label'));
  expect(gone).toEqual([
    { reason: 'label_amount_sum_2d: data end on 2025-06-03 now', partitions: 3 },
  ]);
  await run();
  expect(await labelsOf()).toEqual([6, null, null, null, null, null, null, null]);
  await sameAsFromScratch();
});

test('late rows inside a window that was known: labels alone are stale, and alone made anew', async () => {
  await without(...DAYS.slice(5));
  await run();
  // It arrives with day 6, and happened on day 4: after the queries of days 2 and 3, in windows of both.
  await parquet(file('payments', DAYS[4]!, 'late'), paymentsOf('', 1000, '2025-06-04 11:00:00'));
  const reasons = await reasonsOf();
  expect(reasons).toEqual([
    {
      reason: 'labels: input added: payments/ds=2025-06-05/late.parquet',
      partitions: 2,
    },
    { reason: 'input added: payments/ds=2025-06-05/late.parquet', partitions: 2 },
  ]);
  await expect(run({ labelsOnly: true })).rejects.toMatchObject({
    code: 'FEATURES_STALE',
    params: { days: DAYS.slice(3, 5), reason: 'input added: payments/ds=2025-06-05/late.parquet' },
  });
  const some = await run({ labelsOnly: true, end: DAYS[2]! });
  expect(some.partitionsWritten).toEqual(DAYS.slice(1, 3));
  expect(some.rows).toBe(4);
  expect(await labelsOf()).toEqual([6, 1012, 1024, null, null, null, null, null]);
  const rest = await run();
  expect(rest.partitionsWritten).toEqual(DAYS.slice(3, 5));
  await sameAsFromScratch();
});

test('labels only: everything else is copied, in the same bytes; nothing to do is nothing', async () => {
  const late = join({
    ...base,
    labels: [
      ahead('amount', {
        operation: 'sum',
        windows: ['2d'],
        keys: ['user'],
        source: payments,
        by: 'user',
      }),
      ahead('amount', {
        operation: 'lastK',
        k: 2,
        windows: ['1d', '2d'],
        keys: ['user'],
        source: payments,
      }),
    ],
    parts: [part(spend, { lag: '3d' }), part(spend, { prefix: 'now' })],
  });
  const range = { end: DAYS[3]! };
  await without(...DAYS.slice(4));
  await run(range, late);
  const before = await datasetRows(dataset());
  bring(DAYS[4]!);
  bring(DAYS[5]!);
  const labels = await run({ ...range, labelsOnly: true }, late);
  expect(labels.plan.reasons).toEqual([
    // The first of the labels that say so.
    { reason: 'label_amount_sum_2d_by_user: 2025-06-06 arrived', partitions: 2 },
  ]);
  expect(labels.plan.parts.map(({ name }) => name)).toEqual([
    'label_amount_sum_2d_by_user',
    'label_amount_last2_1d',
    'label_amount_last2_2d',
  ]);
  await sameAsFromScratch(range, late);
  const after = await datasetRows(dataset());
  const features = ['id', 'user', 'at', 'spend_amount_sum_2d', 'now_spend_amount_sum_2d'];
  const pick = (rows: typeof after) => rows.map((row) => features.map((name) => row[name]));
  expect(pick(after)).toEqual(pick(before));
  const again = await run({ ...range, labelsOnly: true }, late);
  expect(again).toMatchObject({ partitionsWritten: [], plan: { toBuild: 0 } });
});

test('labels only is refused where there is nothing to refresh', async () => {
  const rest = join({ ...base, parts });
  const refused = (options: object, of: JoinSpec = asked) =>
    run({ labelsOnly: true, ...options }, of).then(
      () => 'taken',
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
  expect(await refused({})).toMatch(/^NOT_PUBLISHED/);
  expect(await refused({}, rest)).toMatch(/^BAD_OPTION.*asked has no labels/s);
  expect(await refused({ limit: 3 })).toMatch(/^BAD_OPTION.*a limit publishes nothing/s);
  expect(await refused({ tiles: 'always' })).toMatch(/^BAD_OPTION.*builds no tiles/s);
  await run();
  expect(await refused({})).toBe('taken');
  const other = join({ ...base, labels, parts: [part(spend, { lag: '1d' })] });
  expect(await refused({}, other)).toMatch(/^FEATURES_STALE.*definition changed/s);
  await parquet(
    file('orders', DAYS[2]!),
    `SELECT 9 AS id, 'u9' AS "user", TIMESTAMP '${DAYS[2]} 12:00:00' AS at`,
  );
  expect(await refused({})).toMatch(
    /^FEATURES_STALE.*a partition of asked.*input changed: orders/s,
  );
});

test('without ds folders the data end with the last day that has a row', async () => {
  const flat = events({
    name: 'flat',
    path: 'flat',
    columns: { user: 'string', amount: 'double', at: 'timestamp' },
    time: 'at',
  });
  const plain = join({
    ...base,
    parts,
    labels: [ahead('amount', { operation: 'sum', windows: ['2d'], keys: ['user'], source: flat })],
  });
  const flatFile = (name: string) => joinPath(here.lake, 'flat', `${name}.parquet`);
  await parquet(
    flatFile('a'),
    DAYS.slice(0, 4)
      .map((ds, idx) => paymentsOf(ds, 2 ** idx))
      .join(' UNION ALL '),
  );
  await run({}, plain);
  expect(await labelsOf()).toEqual([6, 12, null, null, null, null, null, null]);
  await parquet(flatFile('b'), paymentsOf(DAYS[4]!, 16, `${DAYS[4]} 00:00:00`));
  expect(await reasonsOf(plain)).toEqual([
    { reason: 'label_amount_sum_2d: 2025-06-05 arrived', partitions: 1 },
  ]);
  await run({ labelsOnly: true }, plain);
  expect(await labelsOf()).toEqual([6, 12, 24, null, null, null, null, null]);
  await sameAsFromScratch({}, plain);
});

test('only files that a known window can reach are read', async () => {
  const { plan } = await run({ planOnly: true, end: DAYS[1]! });
  const [, label] = plan.parts;
  expect(label).toMatchObject({ name: 'label_amount_sum_2d', route: 'raw', totalFiles: 8 });
  // Features and label share a scan: payments of the day before to those of two days after.
  expect(label?.readFiles).toBe(4);
  const none = join({ ...base, labels, parts: [part(spend, { lag: '7d' })] });
  await without(...DAYS.slice(1));
  const empty = await run({ planOnly: true, end: DAYS[1]! }, none);
  expect(empty.plan.parts.map(({ readFiles }) => readFiles)).toEqual([0, 0]);
});

test('explain: the events behind a label, and why it is not known', async () => {
  const at = (ds: string) =>
    explainValue(asked, {
      ...here,
      keys: { user: 'u0' },
      at: `${ds}T12:00:00Z`,
      column: 'label_amount_sum_2d',
    });
  const known = await at(DAYS[0]!);
  expect(known).toMatchObject({
    outcome: { kind: 'value', value: 6 },
    origin: { lagMs: 0, ahead: { windowMs: 2 * 86_400_000, dataEnd: '2025-06-09T00:00:00.000Z' } },
    query: { steps: [{ step: 'ahead', at: '2025-06-03T12:00:00.000Z' }] },
    window: { start: '2025-06-01T12:00:00.000Z', end: '2025-06-03T12:00:00.000Z', tail: 'exact' },
    pieces: { count: 2 },
  });
  const unknown = await at(DAYS[7]!);
  expect(unknown.outcome).toEqual({ kind: 'value', value: null });
  expect(unknown.why).toBe(
    'the label is not known yet: its window ends after the data, 2025-06-09T00:00:00.000Z (S2.7)',
  );
});

test('the command: a warning, what arrived, and labels only', async () => {
  const project = newFolder();
  writeFiles(project, {
    'tessera.config.ts': `import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'lake', out: 'out' });`,
    'features/asked.ts': `
import { ahead, events, groupBy, join, max, part } from '@tessera/api';
const payments = events({ name: 'payments', path: 'payments', time: 'at',
  columns: { user: 'string', amount: 'double', at: 'timestamp' } });
const orders = events({ name: 'orders', path: 'orders', time: 'at',
  columns: { id: 'int32', user: 'string', at: 'timestamp' } });
const spend = groupBy({ name: 'spend', source: payments, keys: ['user'],
  aggregations: [max('amount', { windows: ['1d'] })] });
export const asked = join({ name: 'asked', left: orders, parts: [part(spend)],
  labels: [ahead('amount', { operation: 'sum', windows: ['2d'], keys: ['user'], source: payments })] });
`,
  });
  cpSync(untouched, joinPath(project, 'lake'), { recursive: true });
  rmSync(joinPath(project, 'lake/payments', `ds=${DAYS[7]}`), { recursive: true });
  const first = await tesseraHere(['train-set', '--end', DAYS[5]!], project);
  expect(first.code).toBe(0);
  expect(first.out).toContain(
    "spend reads `amount` up to the row's own time, and label_amount_sum_2d is made of it.",
  );
  expect(first.out).toContain("part(spend, { lag: '7d' })");
  cpSync(untouched, joinPath(project, 'lake'), { recursive: true });
  const range = ['--end', DAYS[5]!];
  const planned = await tesseraHere(
    ['train-set', ...range, '--plan', '--json', '--labels-only'],
    project,
  );
  const { plan } = JSON.parse(planned.out);
  expect(plan.reasons).toEqual([
    { reason: 'label_amount_sum_2d: 2025-06-08 arrived', partitions: 1 },
  ]);
  expect(plan.warnings).toMatchObject([{ code: 'LABEL_INPUT_WITHOUT_LAG' }]);
  const refreshed = await tesseraHere(['train-set', ...range, '--labels-only'], project);
  expect(refreshed.code).toBe(0);
  expect(refreshed.out).toContain('label_amount_sum_2d: 2025-06-08 arrived');
  const refused = await tesseraHere(['train-set', '--labels-only', '--limit', '5'], project);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('--labels-only');
  const explained = await tesseraHere(
    [
      'explain',
      '--join',
      'asked',
      '--key',
      'user=u0',
      '--at',
      `${DAYS[0]}T12:00:00Z`,
      '--column',
      'label_amount_sum_2d',
    ],
    project,
  );
  expect(explained.out).toContain('over the next 2d');
  expect(explained.out).toContain("looks ahead; the source's data end at 2025-06-09T00:00:00.000Z");
});

test('S8: the same bytes by one thread and by two, in buckets, from tiles and in slices', async () => {
  const many = events({
    name: 'many',
    path: 'many',
    columns: { id: 'int32', user: 'string', amount: 'double', at: 'timestamp' },
    time: 'at',
    tieBreaker: 'id',
  });
  const rows = (ds: string, idx: number) =>
    `SELECT (${idx} * 10000 + i)::INTEGER AS id, 'u' || (i * i) % 97 AS "user", (i % 1000) / 8 AS amount,
     TIMESTAMP '${ds}' + to_seconds((i * 10)::BIGINT) AS at FROM range(8600) t(i)`;
  for (const [idx, ds] of DAYS.slice(0, 3).entries())
    await parquet(file('many', ds), rows(ds, idx));
  const hours = Array.from({ length: 22 }, (_, idx) => `${idx + 2}h` as const);
  const label = { windows: hours, keys: ['user'] } as const;
  // More cells than one thread is left alone with.
  const wide = join({
    ...base,
    left: many,
    parts: [part(spend)],
    labels: [
      ahead('amount', { ...label, operation: 'sum' }),
      ahead('amount', { ...label, operation: 'max' }),
      ahead('id', { ...label, operation: 'last' }),
      ahead({ ...label, operation: 'count' }),
    ],
  });
  const bytes = async (options: RunOptions) => {
    const { path } = await run({ ...options, out: joinPath(newFolder(), 'out') }, wide);
    return hashes(path ?? '');
  };
  const alone = await bytes({ workers: 1 });
  expect(Object.keys(alone)).toHaveLength(4);
  expect(await bytes({ workers: 2, buckets: 5 })).toEqual(alone);
  if (process.env.TESSERA_LONG !== '1') return;
  expect(await bytes({ workers: 2, tiles: 'always', end: DAYS[2]! })).toEqual(alone);
  const memoryShares = { taskBytes: 1 << 20, leastRows: 1000 };
  expect(await bytes({ workers: 1, memoryShares })).toEqual(alone);
});

test('a training set is known by its manifest, wherever it was moved to', async () => {
  await run();
  cpSync(dataset(), joinPath(here.lake, 'enriched'), { recursive: true });
  const columns = {
    id: 'int32',
    user: 'string',
    spend_amount_sum_2d: 'double',
    label_amount_sum_2d: 'double',
    at: 'timestamp',
  } as const;
  const enriched = events({ name: 'enriched', path: 'enriched', columns, time: 'at' });
  const over = (column: 'spend_amount_sum_2d' | 'label_amount_sum_2d') =>
    join({
      ...{ name: 'chained', left: numberedOrders },
      parts: [
        part(
          groupBy({
            ...{ name: 'past', source: enriched, keys: ['user'] as const },
            aggregations: [sum(column, { windows: ['2d'] })],
          }),
        ),
      ],
    });
  await expect(run({}, over('label_amount_sum_2d'))).rejects.toMatchObject({
    code: 'LABEL_LEAK',
    at: 'past',
    params: { source: 'enriched', path: 'enriched', column: 'label_amount_sum_2d' },
  });
  const { rows } = await run({}, over('spend_amount_sum_2d'));
  expect(rows).toBe(16);
});
