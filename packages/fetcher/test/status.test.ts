import { join, part } from '@tessera/api';
import { createFetcher, type MaxAge } from '@tessera/fetcher';
import { expect, test } from 'vitest';
import { uploadNaively } from '../../../test/serving/naive-upload.js';
import {
  AS_OF,
  checkout,
  DAY,
  HOUR,
  KEYS,
  payments,
  REQUEST,
  shops,
  TABLES,
  uploaded,
  userSpend,
} from './support/world.js';

const ask = async (at: number | undefined, maxAge?: MaxAge, now = AS_OF) => {
  const fetcher = createFetcher({ store: await uploaded(), now: () => now });
  const fetched = await fetcher.fetch(checkout, KEYS, {
    request: REQUEST,
    ...(at !== undefined && { at }),
    ...(maxAge && { maxAge }),
  });
  await fetcher.close();
  return fetched;
};

test('an instant before the upload or two days after it is stale, and never answered with another', async () => {
  for (const [ms, status] of [
    [-1, 'stale'],
    [0, 'ok'],
    [2 * DAY, 'ok'],
    [2 * DAY + 1, 'stale'],
    [-AS_OF, 'stale'],
    [365 * DAY, 'stale'],
  ] as const) {
    const { row, parts } = await ask(AS_OF + ms);
    expect([ms, parts[0]!.status, parts[1]!.status]).toEqual([ms, status, status]);
    if (status === 'ok') continue;
    expect(parts[0]!.error).toMatchObject({
      code: 'NOT_ANSWERED',
      params: { part: 'user_spend', first: '2025-03-01T12:00:00Z', last: '2025-03-03T12:00:00Z' },
    });
    // Null, counts too; what is derived of them is null, though it would turn a null into a text.
    expect(row).toMatchObject({
      user: 'u1',
      amount: 4,
      user_spend_count_7d: null,
      shop_risk_count_7d: null,
      shops_city: null,
      known_city: null,
    });
  }
});

test('without `at` it is now; a clock that is behind the upload is stale', async () => {
  expect(await ask(undefined, undefined, AS_OF + HOUR)).toMatchObject({
    atMs: AS_OF + HOUR,
    parts: [{ status: 'ok' }, {}, {}],
  });
  const skewed = await ask(undefined, undefined, AS_OF - 1);
  expect(skewed.parts.map(({ status }) => status)).toEqual(['stale', 'stale', 'stale']);
});

test('age is what is not known before the instant; a lag needs none of it', async () => {
  const { parts } = await ask(AS_OF + 3 * HOUR);
  expect(parts.map(({ asOfMs, ageMs }) => ({ asOfMs, ageMs }))).toEqual([
    { asOfMs: AS_OF, ageMs: 3 * HOUR },
    { asOfMs: AS_OF, ageMs: 0 },
    // Entities: the dump of the day before is all that a training set reads, too.
    { asOfMs: Date.parse('2025-03-01T00:00:00Z'), ageMs: 0 },
  ]);
});

test('what is older than it may be: served, as of nobody, or refused', async () => {
  const at = AS_OF + 3 * HOUR;
  const of = async (then: MaxAge['then']) => {
    const { row, parts } = await ask(at, { maxAgeMs: 3 * HOUR - 1, then });
    expect(parts.slice(1).map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(parts[0]!.error).toMatchObject({
      code: 'TOO_OLD',
      params: { part: 'user_spend', ageMs: 3 * HOUR, maxAgeMs: 3 * HOUR - 1 },
    });
    return [
      parts[0]!.status,
      row.user_spend_count_7d,
      row.user_spend_amount_sum_7d,
      row.shops_city,
    ];
  };
  expect(await of('serve')).toEqual(['stale', 4, 35.3, 'Basel']);
  expect(await of('default')).toEqual(['stale', 0, null, 'Basel']);
  expect(await of('error')).toEqual(['error', null, null, 'Basel']);
  const young = await ask(at, { maxAgeMs: 3 * HOUR, then: 'error' });
  expect(young.parts[0]).not.toHaveProperty('error');
  // Beyond the kept tail nothing is served, whatever the policy; but who wants defaults has them.
  expect(
    (await ask(AS_OF + 3 * DAY, { maxAgeMs: HOUR, then: 'serve' })).row.user_spend_count_7d,
  ).toBe(null);
  expect(
    (await ask(AS_OF + 3 * DAY, { maxAgeMs: HOUR, then: 'default' })).row.user_spend_count_7d,
  ).toBe(0);
});

test('the policy of a call comes before that of the fetcher', async () => {
  const store = await uploaded();
  const fetcher = createFetcher({ store, maxAge: { maxAgeMs: 0, then: 'error' } });
  const at = AS_OF + 1;
  expect((await fetcher.fetch(checkout, KEYS, { at, request: REQUEST })).parts[0]!.status).toBe(
    'error',
  );
  const own = { at, request: REQUEST, maxAge: { maxAgeMs: 1, then: 'error' as const } };
  expect((await fetcher.fetch(checkout, KEYS, own)).parts[0]!.status).toBe('ok');
  await fetcher.close();
});

test('a dump that is not there: stale when it is yet to come, an error in a gap, null where that is allowed', async () => {
  const midnight = Date.parse('2025-03-01T00:00:00Z');
  const statusOf = async (missing: 'error' | 'null', days: readonly string[], at: number) => {
    const join = { ...checkout, parts: checkout.parts.map((part) => ({ ...part, missing })) };
    const [, ...rest] = TABLES.shops!;
    const shops = days.map((ds) => ({ ...rest[0]!, ds }));
    const store = await uploadNaively(join, { ...TABLES, shops }, midnight - 12 * HOUR);
    const fetcher = createFetcher({ store });
    const { row, parts } = await fetcher.fetch(join, KEYS, { at, request: REQUEST });
    await fetcher.close();
    return [parts[2]!.status, parts[2]!.error?.code, row.shops_city, row.known_city];
  };
  const noon = midnight - 12 * HOUR;
  expect(await statusOf('error', ['2025-02-27'], noon)).toEqual([
    'ok',
    undefined,
    'Basel',
    'Basel',
  ]);
  expect(await statusOf('error', ['2025-02-27'], midnight)).toEqual([
    'stale',
    'NOT_ANSWERED',
    null,
    null,
  ]);
  expect(await statusOf('error', ['2025-02-26', '2025-02-28'], noon)).toEqual([
    'error',
    'MISSING_SNAPSHOT',
    null,
    null,
  ]);
  expect(await statusOf('null', ['2025-02-26'], noon)).toEqual(['ok', undefined, null, 'nowhere']);
  expect(await statusOf('null', ['2025-02-26', '2025-02-28'], noon)).toEqual([
    'ok',
    undefined,
    null,
    'nowhere',
  ]);
});

test('a static table is as of the upload, and never old', async () => {
  const source = { ...shops, static: true };
  const fixed = join({ name: 'fixed', left: payments, parts: [part(source)] });
  const store = await uploadNaively(fixed, { shops: [TABLES.shops![1]!] }, AS_OF);
  const fetcher = createFetcher({ store, maxAge: { maxAgeMs: 0, then: 'error' } });
  const { row, parts } = await fetcher.fetch(fixed, { shop: 1n }, { at: AS_OF + DAY });
  expect(row.shops_city).toBe('Basel');
  expect(parts).toEqual([{ part: 'shops', status: 'ok', asOfMs: AS_OF, ageMs: 0 }]);
  await fetcher.close();
});

test('windows begin on their hop, and the head is strict', async () => {
  const fetcher = createFetcher({ store: await uploadNaively(userSpend, TABLES, AS_OF) });
  const countAt = async (ms: number) =>
    (await fetcher.fetch(userSpend, { user: 'u1' }, { at: AS_OF + ms })).row.user_spend_count_1h;
  // p5 was one hour before the as-of instant: it counts until the hop after it begins.
  expect(await countAt(0)).toBe(2);
  expect(await countAt(5 * 60_000 - 1)).toBe(2);
  expect(await countAt(5 * 60_000)).toBe(1);
  // p6 was one ms before: five minutes later than its hop's end, an hour later.
  expect(await countAt(HOUR - 1)).toBe(1);
  expect(await countAt(HOUR)).toBe(0);
  await fetcher.close();
});
