import { join } from 'node:path';
import {
  count,
  entities,
  events,
  groupBy,
  type JoinSpec,
  join as joinOf,
  lastK,
  min,
  part,
  sum,
  uniqueCount,
} from '@tessera/api';
import { type UploadOptions, upload } from '@tessera/engine';
import { createFetcher } from '@tessera/fetcher';
import { memoryStore, type Store, type VersionInfo } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { newFolder, parquet } from '../files/workspace.js';

const AS_OF = Date.parse('2025-01-05T00:00:00Z');

function project(options: object = {}): {
  readonly definition: JoinSpec;
  readonly lake: string;
  readonly out: string;
} {
  const folder = newFolder();
  const columns = { user: 'string', ts: 'timestamp', amount: 'double' } as const;
  const source = events({ name: 'pay', path: 'pay', columns, time: 'ts' });
  const spend = groupBy({
    name: 'spend',
    source,
    keys: ['user'],
    aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['1d'] })],
    online: true,
    ...options,
  });
  const definition = joinOf({
    name: 'asked',
    left: source,
    parts: [part(spend)],
  }) as unknown as JoinSpec;
  return { definition, lake: join(folder, 'lake'), out: join(folder, 'out') };
}

const day = (lake: string, ds: string, users: number, amount = 1) =>
  parquet(
    join(lake, `pay/ds=${ds}/a.parquet`),
    `SELECT 'u' || i AS user, TIMESTAMP '${ds} 10:00:00' AS ts, ${amount}::DOUBLE AS amount FROM range(${users}) t(i)`,
  );

test('the same upload again changes nothing; other data, or another instant, makes another version', async () => {
  const { definition, lake, out } = project();
  await day(lake, '2025-01-04', 3);
  const store = memoryStore();
  const put = (asOfMs = AS_OF) => upload(definition, { store, asOfMs, lake, out, workers: 1 });
  const first = await put();
  expect(first).toMatchObject({ outcome: 'loaded', meta: { entries: 3 }, leftOut: [] });
  expect(await put()).toMatchObject({ outcome: 'current', version: first.version });
  // A day that no window reaches is no other data.
  await day(lake, '2025-01-03', 5);
  expect(await put()).toMatchObject({ outcome: 'current', version: first.version });
  await day(lake, '2025-01-04', 4);
  const second = await put();
  expect(second).toMatchObject({ outcome: 'loaded', meta: { entries: 4 } });
  expect(second.previous).toBe(first.version);
  const third = await put(AS_OF - 86_400_000);
  expect(third).toMatchObject({ outcome: 'loaded', meta: { entries: 5 } });
  expect(third.dropped).toEqual([first.version]);
});

test('a version that its store does not take for whole is made again, with all of its entries', async () => {
  const { definition, lake, out } = project();
  await day(lake, '2025-01-04', 3);
  const store = memoryStore();
  const put = (of: Store) =>
    upload(definition, { store: of, asOfMs: AS_OF, lake, out, workers: 1 });
  const { version, unit } = await put(store);
  // Its bytes were lost: it is told of, and counts as never loaded.
  let isTold = true;
  const forgetful: Store = {
    ...store,
    versions: async (name): Promise<readonly VersionInfo[]> => {
      const all = await store.versions(name);
      if (isTold) {
        isTold = false;
        return all;
      }
      return all.filter((one) => one.version !== version);
    },
  };
  const again = await put(forgetful);
  expect(again).toMatchObject({ outcome: 'loaded', meta: { entries: 3 } });
  expect(again.version).not.toBe(version);
  const reader = await store.reader(unit);
  expect(reader.meta.entries).toBe(3);
  await reader.close();
});

test('nothing before the instant is an upload without entries', async () => {
  const { definition, lake, out } = project();
  await day(lake, '2025-01-10', 3);
  const store = memoryStore();
  const done = await upload(definition, { store, asOfMs: AS_OF, lake, out, workers: 1 });
  expect(done).toMatchObject({ outcome: 'loaded', meta: { entries: 0 } });
});

test.each([
  ['no part is online', { online: false }, 'NOTHING_ONLINE'],
  ['a tail is exact', { online: false, tail: 'exact' }, 'NOTHING_ONLINE'],
])('%s: %o is refused, and nothing is in the store', async (_, options, code) => {
  const { definition, lake, out } = project(options);
  await day(lake, '2025-01-04', 3);
  const store = memoryStore();
  const put = upload(definition, { store, asOfMs: AS_OF, lake, out, workers: 1 });
  await expect(put).rejects.toMatchObject({ code });
  expect(await store.units()).toEqual([]);
});

test('an exact tail that was let through is refused by the upload', async () => {
  const { definition, lake, out } = project();
  await day(lake, '2025-01-04', 3);
  const exact: JoinSpec = {
    ...definition,
    parts: definition.parts.map((one) => ({ ...one, groupBy: { ...one.groupBy, tail: 'exact' } })),
  };
  const put = upload(exact, { store: memoryStore(), asOfMs: AS_OF, lake, out, workers: 1 });
  await expect(put).rejects.toMatchObject({ code: 'EXACT_TAIL_ONLINE' });
});

test('a lake that is not there, a damaged file, an interruption: nothing is in the store', async () => {
  const { definition, lake, out } = project();
  const store = memoryStore();
  const put = (options: object = {}) =>
    upload(definition, { store, asOfMs: AS_OF, lake, out, workers: 1, ...options });
  await expect(put()).rejects.toMatchObject({ code: 'PATH_MISSING' });
  await day(lake, '2025-01-04', 3);
  await expect(put({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const { writeFileSync } = await import('node:fs');
  writeFileSync(
    join(lake, 'pay/ds=2025-01-04/b.parquet'),
    'PAR1 is what it says, and no more PAR1',
  );
  await expect(put()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  expect(await store.units()).toEqual([]);
});

test('entities that have no day, or not every day, are served', async () => {
  const { definition, lake, out } = project();
  await day(lake, '2025-01-04', 3);
  await parquet(join(lake, 'city/a.parquet'), "SELECT 'u1' AS user, 'Bern' AS city");
  for (const ds of ['2025-01-01', '2025-01-04'])
    await parquet(join(lake, `plan/ds=${ds}/a.parquet`), `SELECT 'u1' AS user, '${ds}' AS plan`);
  const keys = ['user'] as const;
  const city = entities({
    ...{ name: 'city', path: 'city', keys, static: true },
    columns: { user: 'string', city: 'string' },
  });
  const plan = entities({
    ...{ name: 'plan', path: 'plan', keys },
    columns: { user: 'string', plan: 'string' },
  });
  const asked = joinOf({
    ...{ name: 'asked', left: definition.left as never },
    parts: [part(city), part(plan)],
  }) as unknown as JoinSpec;
  const store = memoryStore();
  const { meta } = await upload(asked, { store, asOfMs: AS_OF, lake, out, workers: 1 });
  expect(meta.entries).toBe(2);
  const fetcher = createFetcher({ store });
  const { row, parts } = await fetcher.fetch(asked as never, { user: 'u1' } as never, {
    at: AS_OF + 5,
  });
  expect(row).toMatchObject({ city_city: 'Bern', plan_plan: '2025-01-04' });
  expect(parts.map(({ status }) => status)).toEqual(['ok', 'ok']);
  await fetcher.close();
});

test.each([1.5, Number.NaN, 9e15, -9e15])('%s is no instant to upload as of', async (asOfMs) => {
  const { definition, lake, out } = project();
  const put = upload(definition, { store: memoryStore(), asOfMs, lake, out, workers: 1 });
  await expect(put).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

test('a file that changes while entries are made: FILE_CHANGED, and nothing is current', async () => {
  const { definition, lake, out } = project();
  await day(lake, '2025-01-04', 3);
  const store = memoryStore();
  let isChanged = false;
  const changing: Store = {
    ...store,
    bulkLoad: (unit, version, runs, options) =>
      store.bulkLoad(
        unit,
        version,
        async function* (after) {
          for await (const run of runs(after)) {
            if (!isChanged) await day(lake, '2025-01-04', 9);
            isChanged = true;
            yield run;
          }
        },
        options,
      ),
  };
  const put = upload(definition, { store: changing, asOfMs: AS_OF, lake, out, workers: 1 });
  await expect(put).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  expect(await store.current('join.asked')).toBeNull();
});

test('however many ranges keys are cut into, from rows or tiles, entries are the same', async () => {
  const folder = newFolder();
  const columns = { user: 'int64', shop: 'int32', ts: 'timestamp', amount: 'double' } as const;
  const source = events({ name: 'pay', path: 'pay', columns, time: 'ts' });
  const aggregations = [
    count({ windows: ['1h', '7d', null] }),
    sum('amount', { windows: ['7d', '14d'], where: 'amount > 3' }),
    min('amount', { windows: ['14d'] }),
    lastK('amount', { k: 3, windows: ['2d', null] }),
    uniqueCount('shop', { windows: ['14d'] }),
    sum('amount', { windows: ['14d'], by: 'shop' }),
  ];
  const grouped = (name: string, keys: readonly ['user'] | readonly ['user', 'shop']) =>
    groupBy({ name, source, keys, aggregations, online: true });
  const definition = joinOf({
    name: 'asked',
    left: source,
    parts: [part(grouped('one', ['user'])), part(grouped('two', ['user', 'shop']))],
  }) as unknown as JoinSpec;
  const lake = join(folder, 'lake');
  for (let day = 24; day < 30; day++)
    await parquet(
      join(lake, `pay/ds=2025-01-${day}/a.parquet`),
      `SELECT CASE WHEN i % 97 = 0 THEN NULL ELSE i % 40 - 20 END AS user, (i % 7)::INTEGER AS shop, TIMESTAMP '2025-01-${day}' + to_milliseconds(i * 288000) AS ts, (i * ${day} % 31)::DOUBLE / 10 AS amount FROM range(300) t(i)`,
    );
  const put = async (options: Partial<UploadOptions>) => {
    const out = join(folder, `out-${options.tiles ?? 'auto'}`);
    const from = { asOfMs: Date.parse('2025-01-29T12:00:00Z'), lake, out, workers: 1 };
    const { meta, tilesBuilt } = await upload(definition, {
      ...{ ...from, ...options, store: memoryStore() },
    });
    return { entries: meta.entries, bytes: meta.bytes, checksum: meta.checksum, tilesBuilt };
  };
  const { tilesBuilt, ...whole } = await put({ tiles: 'build' });
  expect(tilesBuilt).toBeGreaterThan(0);
  expect(whole.entries).toBe(40 + 278);
  const few = { taskBytes: 100_000, leastRows: 500 };
  for (const options of [
    {},
    { memoryShares: { ...few, leastLookedUp: 1 }, tiles: 'build' },
    { memoryShares: few, tiles: 'off' },
    { memoryShares: { ...few, leastLookedUp: 1 }, tiles: 'off', workers: 2 },
  ] as const)
    expect(await put(options)).toMatchObject(whole);
});
