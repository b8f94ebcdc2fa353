import { TesseraError } from '@tessera/api';
import { createFetcher, type RefreshEvent } from '@tessera/fetcher';
import { expect, test } from 'vitest';
import { uploadNaively } from '../../../test/serving/naive-upload.js';
import { troubled, until } from './support/troubled-store.js';
import { AS_OF, checkout, DAY, HOUR, KEYS, REQUEST, TABLES, uploaded } from './support/world.js';

const OPTIONS = { at: AS_OF + HOUR, request: REQUEST };

/** The tables some days later: one more payment each, so that every version has its own counts. */
function later(payments: number) {
  const more = Array.from({ length: payments }, (_, i) => ({
    ...TABLES.payments![5]!,
    id: `m${i}`,
  }));
  return { ...TABLES, payments: [...TABLES.payments!, ...more] };
}

test('another version is read once it is current, and the one before after a rollback; what is unused is closed', async () => {
  const store = troubled(await uploaded());
  const events: RefreshEvent[] = [];
  const fetcher = createFetcher({
    store,
    refreshMs: 5,
    definitions: [checkout],
    onRefresh: (event) => events.push(event),
  });
  const count = async () => (await fetcher.fetch(checkout, KEYS, OPTIONS)).row.user_spend_count_7d;
  expect(await count()).toBe(4);
  await uploadNaively(checkout, later(1), AS_OF, store);
  await until(async () => (await count()) === 5);
  await store.rollback('join.checkout');
  await until(async () => (await count()) === 4);
  expect(events.map(({ from, to }) => [from === null, to === null])).toEqual([
    [true, false],
    [false, false],
    [false, false],
  ]);
  expect(store.closed).toHaveLength(2);
  await fetcher.close();
  expect(store.closed).toHaveLength(3);
});

test('under load, no answer is mixed of two versions and none is lost', async () => {
  const store = troubled(await uploaded(), {
    // Reads take a while, so that versions change meanwhile.
    multiGet: (own) => async (keys, options) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      return own(keys, options);
    },
  });
  const fetcher = createFetcher({ store, refreshMs: 1, cacheBytes: 0 });
  let isOver = false;
  let answers = 0;
  const wrong: unknown[] = [];
  const byVersion = new Map<string, number>();
  const reader = async () => {
    while (!isOver) {
      const { row, parts, version } = await fetcher.fetch(checkout, KEYS, OPTIONS);
      answers++;
      const seen = row.user_spend_count_7d ?? -1;
      const known = byVersion.get(version!) ?? seen;
      byVersion.set(version!, known);
      // Every count of a row tells how many payments its version has.
      const isWhole =
        seen === known &&
        row.user_spend_count === seen + 2 &&
        parts.every(({ status }) => status === 'ok');
      if (!isWhole) wrong.push([row, parts]);
    }
  };
  const readers = [reader(), reader(), reader(), reader()];
  for (let i = 1; i <= 8; i++) {
    await uploadNaively(checkout, later(i), AS_OF, store);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  isOver = true;
  await Promise.all(readers);
  expect(wrong).toEqual([]);
  console.log(`${answers} answers of ${byVersion.size} versions`);
  expect(byVersion.size).toBeGreaterThan(3);
  await fetcher.close();
});

test('a version that is dropped while it is read: the answer is of its successor, whole', async () => {
  const store = troubled(await uploaded());
  const fetcher = createFetcher({ store, refreshMs: 60_000 });
  const first = await fetcher.fetch(checkout, KEYS, OPTIONS);
  await uploadNaively(checkout, later(1), AS_OF, store);
  const gone = new TesseraError('STORE_VERSION_GONE', {
    unit: 'join.checkout',
    version: first.version!,
    store: 'memory',
  });
  store.trouble = {
    multiGet: (own, version) => (version === first.version ? () => Promise.reject(gone) : own),
  };
  // What is remembered of the old one needs no store; the second key does.
  expect((await fetcher.fetch(checkout, KEYS, OPTIONS)).version).toBe(first.version);
  const { version, row, parts } = await fetcher.fetch(checkout, { user: 'u1', shop: 2n }, OPTIONS);
  expect(version).not.toBe(first.version);
  expect([row.user_spend_count_7d, parts.every(({ status }) => status === 'ok')]).toEqual([
    5,
    true,
  ]);
  // When its successor is gone as well, parts say so: once is enough.
  store.trouble = { multiGet: () => () => Promise.reject(gone) };
  const lost = await fetcher.fetch(checkout, { user: 'u2', shop: 3n }, OPTIONS);
  expect(lost.parts.map(({ error }) => error?.code)).toEqual(Array(3).fill('STORE_VERSION_GONE'));
  await fetcher.close();
});

test('a look at the store that fails changes nothing and is told', async () => {
  const store = troubled(await uploaded());
  const events: RefreshEvent[] = [];
  const fetcher = createFetcher({ store, refreshMs: 5, onRefresh: (event) => events.push(event) });
  const { version } = await fetcher.fetch(checkout, KEYS, OPTIONS);
  store.trouble = { current: () => Promise.reject(new Error('no route')) };
  await until(async () => events.some(({ error }) => error !== undefined));
  expect((await fetcher.fetch(checkout, KEYS, OPTIONS)).version).toBe(version);
  store.trouble = { current: async () => null };
  expect((await fetcher.fetch(checkout, KEYS, OPTIONS)).version).toBe(version);
  await fetcher.close();
});

test('an upload of a later instant answers later requests', async () => {
  const store = await uploaded();
  const fetcher = createFetcher({ store, refreshMs: 5 });
  const at = AS_OF + 3 * DAY;
  const status = async () =>
    (await fetcher.fetch(checkout, KEYS, { ...OPTIONS, at })).parts[0]!.status;
  expect(await status()).toBe('stale');
  await uploadNaively(checkout, TABLES, AS_OF + 2 * DAY, store);
  await until(async () => (await status()) === 'ok');
  await fetcher.close();
});
