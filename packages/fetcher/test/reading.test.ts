import { createFetcher, type FetchEvent } from '@tessera/fetcher';
import { expect, test } from 'vitest';
import { uploadNaively } from '../../../test/serving/naive-upload.js';
import { troubled } from './support/troubled-store.js';
import {
  AS_OF,
  checkout,
  HOUR,
  KEYS,
  REQUEST,
  TABLES,
  uploaded,
  userSpend,
} from './support/world.js';

const OPTIONS = { at: AS_OF, request: REQUEST };

test('one call of the store for all parts; then memory', async () => {
  const store = troubled(await uploaded());
  const events: FetchEvent[] = [];
  const fetcher = createFetcher({ store, onFetch: (event) => events.push(event) });
  for (let i = 0; i < 3; i++) await fetcher.fetch(checkout, KEYS, OPTIONS);
  expect(store.reads).toEqual([3]);
  expect(events.map(({ hits, misses }) => [hits, misses])).toEqual([
    [0, 3],
    [3, 0],
    [3, 0],
  ]);
  expect(events[0]).toMatchObject({
    unit: 'join.checkout',
    rows: 1,
    parts: 3,
    stale: 0,
    errors: 0,
  });
  expect(events[0]!.ms).toBeGreaterThanOrEqual(0);
  // A key that is not there is remembered as well; a null key is not asked for.
  await fetcher.fetch(checkout, { user: 'nobody', shop: null }, OPTIONS);
  await fetcher.fetch(checkout, { user: 'nobody', shop: null }, OPTIONS);
  expect(store.reads).toEqual([3, 1]);
  await fetcher.close();
});

test('without memory each is read; with little of it, what was used last is kept', async () => {
  const store = troubled(await uploaded());
  const none = createFetcher({ store, cacheBytes: 0 });
  for (let i = 0; i < 3; i++) await none.fetch(checkout, KEYS, OPTIONS);
  expect(store.reads).toEqual([3, 3, 3]);
  await none.close();
  store.reads.length = 0;
  const little = createFetcher({ store, cacheBytes: 1000 });
  for (let i = 0; i < 50; i++) await little.fetch(checkout, { user: `n${i}`, shop: null }, OPTIONS);
  await little.fetch(checkout, { user: 'n49', shop: null }, OPTIONS);
  await little.fetch(checkout, { user: 'n0', shop: null }, OPTIONS);
  expect(store.reads).toHaveLength(51);
  await little.close();
});

test('what several requests want at once is read once', async () => {
  const store = troubled(await uploaded());
  const fetcher = createFetcher({ store });
  await fetcher.fetch(checkout, { user: null, shop: null }, OPTIONS);
  const asked = Array.from({ length: 20 }, (_, i) =>
    fetcher.fetch(checkout, i % 2 === 0 ? KEYS : { user: 'u1', shop: 2n }, OPTIONS),
  );
  const rows = await Promise.all(asked);
  // The second key of the second request goes with it: all else was on its way.
  expect(store.reads).toEqual([3, 2]);
  expect(new Set(rows.map(({ row }) => row.user_spend_count_1h))).toEqual(new Set([2]));
  await fetcher.close();
});

test('one who leaves does not take what others wait for', async () => {
  const store = troubled(await uploaded(), {
    multiGet: (own) => async (keys, options) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return own(keys, options);
    },
  });
  const fetcher = createFetcher({ store });
  await fetcher.fetch(checkout, { user: null, shop: null }, OPTIONS);
  const leaves = fetcher.fetch(checkout, KEYS, { ...OPTIONS, timeoutMs: 5 });
  const stays = fetcher.fetch(checkout, KEYS, OPTIONS);
  expect((await leaves).parts[0]!.error?.code).toBe('TIMEOUT');
  expect((await stays).parts[0]!.status).toBe('ok');
  expect(store.reads).toEqual([3]);
  await fetcher.close();
});

test('10,000 keys in one call: each once, in their order, at their instants', async () => {
  const payments = Array.from({ length: 500 }, (_, i) => ({
    ...TABLES.payments![4]!,
    id: `k${i}`,
    user: `k${i}`,
    amount: i,
  }));
  const store = troubled(await uploadNaively(userSpend, { payments }, AS_OF));
  const fetcher = createFetcher({ store, definitions: [userSpend] });
  const inputs = Array.from({ length: 10_000 }, (_, i) => ({
    keys: { user: i % 10 === 9 ? null : `k${i % 1000}` },
    ...(i % 2 === 1 && { at: AS_OF + 2 * HOUR }),
  }));
  const rows = await fetcher.fetchMany(userSpend, inputs, { at: AS_OF });
  expect(store.reads).toEqual([900]);
  rows.forEach(({ row, atMs }, i) => {
    const key = i % 1000;
    const has = key < 500;
    expect([row.user, atMs, row.user_spend_count_1h, row.user_spend_amount_sum_7d]).toEqual(
      i % 10 === 9
        ? [null, AS_OF + 2 * HOUR, null, null]
        : [
            `k${key}`,
            i % 2 === 1 ? AS_OF + 2 * HOUR : AS_OF,
            has && i % 2 === 0 ? 1 : 0,
            has ? key : null,
          ],
    );
  });
  expect(await fetcher.fetchMany(userSpend, [])).toEqual([]);
  await fetcher.close();
});

test('explain tells which pieces of time were merged', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const { explain, ...rest } = await fetcher.fetch(checkout, KEYS, { ...OPTIONS, explain: true });
  expect(await fetcher.fetch(checkout, KEYS, OPTIONS)).toEqual(rest);
  const of = (column: string) => explain!.find((one) => one.column === column)!;
  expect(explain!.map(({ column }) => column)).toEqual(
    Object.keys(rest.row).filter(
      (name) => /^(user_spend|shop.*)_/.test(name) && name !== 'user_spend_per_payment',
    ),
  );
  const hour = of('user_spend_count_1h');
  expect(hour).toMatchObject({
    part: 'user_spend',
    from: 'states',
    queryMs: AS_OF,
    startMs: AS_OF - HOUR,
  });
  // p5 and p6, in the five minutes in which a window of some instant begins.
  expect(hour.pieces.map(({ startMs, endMs }) => [startMs! - AS_OF, endMs - AS_OF])).toEqual([
    [-HOUR, -HOUR + 300_000],
    [-300_000, 0],
  ]);
  expect(hour.pieces.every(({ bytes }) => bytes > 0)).toBe(true);
  expect(of('user_spend_count').startMs).toBe(null);
  expect(of('user_spend_count').pieces[0]!.startMs).toBe(null);
  expect(of('shop_risk_count_7d').queryMs).toBe(AS_OF - 24 * HOUR);
  expect(of('shops_city')).toMatchObject({ from: 'row', pieces: [] });
  const unknown = await fetcher.fetch(
    checkout,
    { user: 'nobody', shop: null },
    { ...OPTIONS, explain: true },
  );
  expect(new Set(unknown.explain!.map(({ from }) => from))).toEqual(new Set(['nothing']));
  await fetcher.close();
});
