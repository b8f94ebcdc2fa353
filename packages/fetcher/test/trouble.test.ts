import { TesseraError } from '@tessera/api';
import { createFetcher, type FetchEvent } from '@tessera/fetcher';
import { memoryStore } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { loadEntries, naiveUpload } from '../../../test/serving/naive-upload.js';
import { never, troubled, until } from './support/troubled-store.js';
import { AS_OF, checkout, KEYS, REQUEST, TABLES, uploaded } from './support/world.js';

const OPTIONS = { at: AS_OF, request: REQUEST };
const down = () => new TesseraError('STORE_UNAVAILABLE', { store: 'memory', reason: 'it is down' });

test('a store that is down when it is opened: every part says so, and the rest of the row stands', async () => {
  const store = troubled(await uploaded(), { current: () => Promise.reject(down()) });
  const events: FetchEvent[] = [];
  const fetcher = createFetcher({ store, refreshMs: 5, onFetch: (event) => events.push(event) });
  const { row, version, parts } = await fetcher.fetch(checkout, KEYS, OPTIONS);
  expect(version).toBe(null);
  expect(parts.map(({ status, error, asOfMs }) => [status, error?.code, asOfMs])).toEqual(
    ['user_spend', 'shop_risk', 'shops'].map(() => ['error', 'STORE_UNAVAILABLE', null]),
  );
  expect(row).toMatchObject({
    user: 'u1',
    amount: 4,
    user_spend_count_1h: null,
    known_city: null,
    weekday: '2025-03-01',
  });
  expect(events).toMatchObject([{ version: null, errors: 3, hits: 0, misses: 0 }]);
  // Once it is up, so is the fetcher.
  store.trouble = {};
  await until(async () => (await fetcher.fetch(checkout, KEYS, OPTIONS)).parts[0]!.status === 'ok');
  await fetcher.close();
});

test('a store that cannot be opened is not tried by every request', async () => {
  let looks = 0;
  const current = async () => {
    looks++;
    throw down();
  };
  const store = troubled(await uploaded(), { current });
  const fetcher = createFetcher({ store, refreshMs: 60_000 });
  for (let i = 0; i < 10; i++) {
    const { parts } = await fetcher.fetch(checkout, KEYS, OPTIONS);
    expect(parts[0]!.error?.code).toBe('STORE_UNAVAILABLE');
  }
  expect(looks).toBe(1);
  await fetcher.close();
});

test('a store that goes down: what is remembered is still served', async () => {
  const store = troubled(await uploaded());
  const fetcher = createFetcher({ store });
  await fetcher.fetch(checkout, KEYS, OPTIONS);
  store.trouble = { multiGet: () => () => Promise.reject(down()) };
  const { row, parts } = await fetcher.fetch(checkout, { user: 'u1', shop: 2n }, OPTIONS);
  expect(parts.map(({ status }) => status)).toEqual(['ok', 'error', 'error']);
  expect(row).toMatchObject({ user_spend_count_1h: 2, shop_risk_count_7d: null, shops_city: null });
  await fetcher.close();
});

test('an error of a driver is no way out', async () => {
  const store = troubled(await uploaded(), {
    multiGet: () => () => Promise.reject(new Error('ECONNRESET')),
  });
  const fetcher = createFetcher({ store });
  const { parts } = await fetcher.fetch(checkout, KEYS, OPTIONS);
  expect(parts[0]!.error).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    params: { reason: 'ECONNRESET' },
  });
  await fetcher.close();
});

test('a store that does not answer in time: TIMEOUT in the parts, and the read is given up', async () => {
  const signals: AbortSignal[] = [];
  const store = troubled(await uploaded(), {
    multiGet: () => (_, options) => {
      signals.push(options!.signal!);
      return never();
    },
  });
  const fetcher = createFetcher({ store, timeoutMs: 500 });
  const { row, parts, version } = await fetcher.fetch(checkout, KEYS, OPTIONS);
  expect(parts.map(({ status, error }) => [status, error?.code])).toEqual([
    ['error', 'TIMEOUT'],
    ['error', 'TIMEOUT'],
    ['error', 'TIMEOUT'],
  ]);
  expect([row.user_spend_count_1h, version === null]).toEqual([null, false]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  // Whoever comes next does not wait for what was given up.
  store.trouble = {};
  expect((await fetcher.fetch(checkout, KEYS, OPTIONS)).parts[0]!.status).toBe('ok');
  await fetcher.close();
});

test('a store that does not even open in time', async () => {
  const store = troubled(await uploaded(), { reader: never });
  const fetcher = createFetcher({ store });
  const { parts, version } = await fetcher.fetch(checkout, KEYS, { ...OPTIONS, timeoutMs: 20 });
  expect([version, parts[0]!.error?.code]).toEqual([null, 'TIMEOUT']);
  await fetcher.close();
});

test("a request that is aborted throws its signal's reason, before and while it is read", async () => {
  const store = troubled(await uploaded(), { multiGet: () => never });
  const fetcher = createFetcher({ store });
  const reason = new Error('the client left');
  const before = fetcher.fetch(checkout, KEYS, { ...OPTIONS, signal: AbortSignal.abort(reason) });
  await expect(before).rejects.toBe(reason);
  const controller = new AbortController();
  const during = fetcher.fetch(checkout, KEYS, { ...OPTIONS, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 5);
  await expect(during).rejects.toBe(reason);
  store.trouble = { reader: never };
  const opening = createFetcher({ store });
  const third = opening.fetch(checkout, KEYS, { ...OPTIONS, signal: AbortSignal.timeout(5) });
  await expect(third).rejects.toMatchObject({ name: 'TimeoutError' });
  await Promise.all([fetcher.close(), opening.close()]);
});

test('every byte that is damaged, and every end that is cut, is found: never another value', async () => {
  const { served, entries } = naiveUpload(checkout, TABLES, AS_OF);
  const whole = await uploaded();
  const fetcher = createFetcher({ store: whole });
  const { row: right } = await fetcher.fetch(checkout, KEYS, OPTIONS);
  await fetcher.close();
  // Of the first part's u1.
  const target = entries.find(({ key }) => key[0] === 0 && Buffer.from(key).includes('u1'))!;
  const tries: Uint8Array[] = [];
  for (let at = 0; at < target.value.length; at += 3) {
    const flipped = Uint8Array.from(target.value);
    flipped[at] = flipped[at]! ^ (1 << (at % 8));
    tries.push(flipped);
  }
  for (const length of [0, 1, 9, 12, 13, 14, target.value.length - 1])
    tries.push(target.value.slice(0, length));
  tries.push(Uint8Array.from([...target.value, 0]));
  for (const value of tries) {
    const store = memoryStore();
    await loadEntries(
      store,
      served,
      entries.map((one) => (one === target ? { ...one, value } : one)),
    );
    const reading = createFetcher({ store });
    const { row, parts } = await reading.fetch(checkout, KEYS, OPTIONS);
    expect(parts.map(({ status, error }) => [status, error?.code])).toEqual([
      ['error', 'STORE_DAMAGED'],
      ['ok', undefined],
      ['ok', undefined],
    ]);
    for (const [name, got] of Object.entries(row))
      if (name.startsWith('user_spend_')) expect(got).toBe(null);
      else if (name.startsWith('shop')) expect(got).toEqual(right[name as keyof typeof right]);
    await reading.close();
  }
  console.log(`${tries.length} damaged values, all found`);
});

test("a value of another part's schema is never read, though its checksum fits", async () => {
  const { served, entries } = naiveUpload(checkout, TABLES, AS_OF);
  const [first, ...rest] = served.parts;
  const store = memoryStore();
  await loadEntries(
    store,
    { ...served, parts: [{ ...first!, fingerprint: 'fedcba9876543210' }, ...rest] },
    entries,
  );
  const fetcher = createFetcher({ store });
  const { parts } = await fetcher.fetch(checkout, KEYS, OPTIONS);
  expect(parts[0]!.error?.message).toContain('another definition');
  expect(parts[1]!.status).toBe('ok');
  await fetcher.close();
});
