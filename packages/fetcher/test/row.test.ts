import { count, groupBy, join, part, sum } from '@tessera/api';
import { type InputTables, joinRows } from '@tessera/engine';
import { createFetcher } from '@tessera/fetcher';
import { expect, expectTypeOf, test } from 'vitest';
import { uploadNaively } from '../../../test/serving/naive-upload.js';
import {
  AS_OF,
  checkout,
  DAY,
  HOUR,
  KEYS,
  offline,
  payments,
  REQUEST,
  TABLES,
  uploaded,
  userSpend,
} from './support/world.js';

/** What the engine says of a request: one more row of the left, at `atMs`. */
async function trained(keys: { user: string | null; shop: bigint | null }, atMs: number) {
  const request = { id: 'asked', ...keys, ...REQUEST, ts: new Date(atMs).toISOString() };
  const left = { ...payments, name: 'requests', path: 'requests' };
  const { labels: _, ...asked } = { ...checkout, left };
  const [row] = await joinRows(asked, { ...TABLES, requests: [request] } as InputTables);
  return row!;
}

test('a row is that of a training set, in its order and forms, without what a request cannot know', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const { row, parts, unserved, version, atMs } = await fetcher.fetch(checkout, KEYS, {
    at: AS_OF,
    request: REQUEST,
  });
  const { id: _, fee: __, fraud: ___, ts: ____, ...expected } = await trained(KEYS, AS_OF);
  expect(row).toStrictEqual(expected);
  expect(Object.keys(row)).toEqual(Object.keys(expected));
  // Some of it in full, so that it can be seen.
  expect(row).toMatchObject({
    user: 'u1',
    shop: 1n,
    amount: 4,
    channel: 'app',
    user_spend_count_1h: 2,
    user_spend_amount_sum_7d: 55.8,
    user_spend_fee_sum_7d: '10.53',
    user_spend_count_7d_by_channel: new Map([
      ['app', 2],
      ['web', 2],
    ]),
    user_spend_amount_top2_7d: [30, 20.5],
    user_spend_channel_last: 'app',
    shop_risk_fraud_sum_7d: 0n,
    shops_city: 'Basel',
    shops_opened: '2020-02-29',
    shops_tags: ['a', null, 'ß'],
    same_channel: true,
    weekday: '2025-03-01',
  });
  expect(parts.map(({ part: name, status }) => [name, status])).toEqual([
    ['user_spend', 'ok'],
    ['shop_risk', 'ok'],
    ['shops', 'ok'],
  ]);
  expect({ unserved, atMs }).toEqual({ unserved: [], atMs: AS_OF });
  expect(version).toMatch(/^2025/);
  expectTypeOf(row.user_spend_fee_sum_7d).toEqualTypeOf<string | null>();
  expectTypeOf(row.shop).toEqualTypeOf<bigint | null>();
  await fetcher.close();
});

test('the same at every edge: hops, midnights, both ends', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const midnight = Date.parse('2025-03-02T00:00:00Z');
  const instants = [
    0,
    1,
    4 * 60_000,
    5 * 60_000 - 1,
    5 * 60_000,
    HOUR - 1,
    HOUR,
    HOUR + 1,
    DAY,
    2 * DAY,
  ].map((ms) => AS_OF + ms);
  for (const atMs of [...instants, midnight - 1, midnight, midnight + 1]) {
    const { row, parts } = await fetcher.fetch(checkout, KEYS, { at: atMs, request: REQUEST });
    const expected = await trained(KEYS, atMs);
    for (const [idx, prefix] of ['user_spend_', 'shop_risk_', 'shops_'].entries())
      if (parts[idx]!.status === 'ok')
        for (const [name, value] of Object.entries(row))
          if (name.startsWith(prefix))
            expect([name, atMs, value]).toStrictEqual([name, atMs, expected[name]]);
    // Of shops only the dump of 28 February is uploaded.
    expect(parts.map(({ status }) => status)).toEqual([
      'ok',
      'ok',
      atMs < midnight ? 'ok' : 'stale',
    ]);
  }
  await fetcher.close();
});

test('a key nobody knows has counts of 0, or null where the groupBy says so; a null key has nothing', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const unknown = await fetcher.fetch(
    checkout,
    { user: 'nobody', shop: 99n },
    { at: AS_OF, request: REQUEST },
  );
  expect(unknown.row).toMatchObject({
    user_spend_count_1h: 0,
    user_spend_count: 0,
    user_spend_amount_sum_7d: null,
    user_spend_count_7d_by_channel: null,
    user_spend_per_payment: null,
    shop_risk_count_7d: null,
    shops_city: null,
    known_city: 'nowhere',
    amount_vs_week: null,
  });
  const none = await fetcher.fetch(
    checkout,
    { user: null, shop: 1n },
    { at: AS_OF, request: { amount: null, channel: null } },
  );
  expect(none.row).toMatchObject({
    user: null,
    user_spend_count_1h: null,
    user_spend_count: null,
    shops_city: 'Basel',
    same_channel: null,
  });
  expect(none.parts.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  await fetcher.close();
});

test('values belong to their caller', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const ask = () => fetcher.fetch(checkout, KEYS, { at: AS_OF, request: REQUEST });
  const first = await ask();
  (first.row.user_spend_amount_top2_7d as number[]).push(1);
  (first.row.user_spend_count_7d_by_channel as Map<string, number>).clear();
  (first.row.shops_tags as string[]).pop();
  const { row } = await ask();
  expect(row.user_spend_amount_top2_7d).toEqual([30, 20.5]);
  expect(row.user_spend_count_7d_by_channel?.size).toBe(2);
  expect(row.shops_tags).toHaveLength(3);
  await fetcher.close();
});

test('a groupBy by itself', async () => {
  const store = await uploadNaively(userSpend, TABLES, AS_OF);
  const fetcher = createFetcher({ store });
  const { row } = await fetcher.fetch(userSpend, { user: 'u1' }, { at: AS_OF });
  expect(Object.keys(row).slice(0, 2)).toEqual(['user', 'user_spend_count_1h']);
  expect(row).toMatchObject({
    user: 'u1',
    user_spend_count_1h: 2,
    user_spend_per_payment: 55.8 / 5,
  });
  await fetcher.close();
});

test('`only` and columns that nothing serves', async () => {
  const partly = join({
    name: 'partly',
    left: payments,
    parts: [part(userSpend), part(offline)],
    only: ['user_spend_count_7d', 'offline_count_7d', 'twice', 'of_fee', 'plain'],
    derive: {
      twice: '2 * offline_count_7d',
      of_fee: 'fee / user_spend_count_7d',
      plain: 'user_spend_amount_sum_7d',
    },
  });
  const fetcher = createFetcher({ store: await uploadNaively(partly, TABLES, AS_OF) });
  const { row, unserved, parts } = await fetcher.fetch(partly, { user: 'u1' }, { at: AS_OF });
  expect(row).toEqual({
    user: 'u1',
    user_spend_count_7d: 5,
    offline_count_7d: null,
    twice: null,
    of_fee: null,
    plain: 55.8,
  });
  expect(unserved).toEqual(['offline_count_7d', 'twice', 'of_fee']);
  expect(parts).toHaveLength(1);
  await fetcher.close();
});

test('two parts of one groupBy are told apart by their prefix', async () => {
  const both = join({
    name: 'both',
    left: payments,
    parts: [part(userSpend), part(userSpend, { prefix: 'late', lag: '7d' })],
  });
  const fetcher = createFetcher({ store: await uploadNaively(both, TABLES, AS_OF) });
  const { row, parts } = await fetcher.fetch(both, { user: 'u1' }, { at: AS_OF });
  expect([row.user_spend_count_1d, row.late_user_spend_count_1d]).toEqual([2, 1]);
  expect(parts.map(({ part: name }) => name)).toEqual(['user_spend', 'late_user_spend']);
  await fetcher.close();
});

test('a sum beyond its type is told, and nothing is made of it', async () => {
  const big = groupBy({
    name: 'big',
    source: payments,
    keys: ['user'],
    aggregations: [sum('shop'), count()],
    derive: { plus: { expression: 'coalesce(shop_sum, 1)', type: 'int64' } },
    online: true,
  });
  const tables = {
    payments: [1, 2].map((i) => ({ ...TABLES.payments![0]!, id: `b${i}`, shop: 2n ** 62n })),
  };
  const fetcher = createFetcher({ store: await uploadNaively(big, tables, AS_OF) });
  const { row, parts } = await fetcher.fetch(big, { user: 'u1' }, { at: AS_OF });
  expect(row).toEqual({ user: 'u1', big_shop_sum: null, big_count: 2, big_plus: null });
  expect(parts[0]).toMatchObject({ status: 'error', error: { code: 'SUM_OVERFLOW' } });
  await fetcher.close();
});
