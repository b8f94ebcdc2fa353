import { events, groupBy, isTesseraError, join, part, sum, type TesseraError } from '@tessera/api';
import { createFetcher, type Fetcher } from '@tessera/fetcher';
import { memoryStore } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { uploadNaively } from '../../../test/serving/naive-upload.js';
import { AS_OF, checkout, KEYS, REQUEST, uploaded } from './support/world.js';

async function refused(work: Promise<unknown>): Promise<TesseraError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isTesseraError(error)) throw new Error(`not refused, or otherwise: ${String(error)}`);
  return error;
}

const summaries = (error: TesseraError) =>
  error.problems.map(({ code, summary }) => `${code} ${summary}`);

// What TypeScript refuses, programs without it may still ask.
const ask = (fetcher: Fetcher, keys: unknown, options: unknown = {}) =>
  fetcher.fetch(checkout, keys as typeof KEYS, options as { request: typeof REQUEST });

test('all that is asked wrongly is told together', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const error = await refused(
    ask(
      fetcher,
      { user: 7, usr: 'u1' },
      { at: 'yesterday', request: { amount: '4', colour: 'red' } },
    ),
  );
  expect(summaries(error)).toEqual([
    'BAD_OPTION `keys.user` holds 7, which is not string.',
    'BAD_OPTION `keys.shop` is missing.',
    'BAD_OPTION `request.amount` holds "4", which is not double.',
    'BAD_OPTION `request.channel` is missing.',
    'UNKNOWN_KEY checkout has no key `usr`.',
    'UNKNOWN_COLUMN the request of checkout has no column `colour`.',
    'BAD_OPTION `at` is no instant: `yesterday`.',
  ]);
  expect(error.problems[4]!.hint).toContain('Did you mean `user`?');
  expect(error.kind).toBe('user');
  await fetcher.close();
});

test('of many, each is told with its place, and nothing is read', async () => {
  const fetcher = createFetcher({ store: await uploaded() });
  const error = await refused(
    fetcher.fetchMany(checkout, [
      { keys: KEYS, request: REQUEST },
      { keys: { user: 'u1', shop: 1.5 }, request: REQUEST },
      { keys: { user: 'u1', shop: 2n ** 63n }, request: REQUEST },
    ]),
  );
  expect(error.problems.map(({ at, summary }) => `${at}: ${summary}`)).toEqual([
    'checkout › input 1: `keys.shop` holds 1.5, which is not int64.',
    'checkout › input 2: `keys.shop` holds 9223372036854775808n, which is not int64.',
  ]);
  await fetcher.close();
});

test('keys are typed values: 1 is not "1", NaN is null, -0 is 0, finer times are kept', async () => {
  const source = events({
    name: 'e',
    path: 'e',
    columns: {
      d: 'double',
      f: 'float',
      i: 'int32',
      b: 'boolean',
      n: 'decimal(6,2)',
      day: 'date',
      ns: 'timestamp_ns',
      ms: 'epoch_ms',
      v: 'int64',
      t: 'timestamp',
    },
    time: 't',
  });
  const keys = ['d', 'f', 'i', 'b', 'n', 'day', 'ns', 'ms'] as const;
  const byAll = groupBy({ name: 'g', source, keys, aggregations: [sum('v')], online: true });
  const row = {
    ...{
      d: 0,
      f: 0.1,
      i: -5,
      b: true,
      n: '1.50',
      day: '2024-02-29',
      ns: '2025-01-01T00:00:00.000000001Z',
    },
    ...{ ms: 17n, v: 3n, t: '2025-02-28T00:00:00Z' },
  };
  const fetcher = createFetcher({ store: await uploadNaively(byAll, { e: [row] }, AS_OF) });
  const { v: _, t: __, ...own } = row;
  const of = async (changes: object) =>
    (await fetcher.fetch(byAll, { ...own, ...changes } as never, { at: AS_OF })).row.g_v_sum;
  expect(await of({})).toBe(3n);
  expect(
    await of({ d: -0, f: Math.fround(0.1), n: 1.5, ms: 17, day: new Date('2024-02-29T23:00:00Z') }),
  ).toBe(3n);
  expect(await of({ ms: new Date(17) })).toBe(3n);
  expect(await of({ d: 1 })).toBe(null);
  expect(await of({ ns: '2025-01-01T00:00:00Z' })).toBe(null);
  expect(await of({ b: false })).toBe(null);
  // A null key: no features at all.
  expect(await of({ d: Number.NaN })).toBe(null);
  const { row: shown } = await fetcher.fetch(byAll, { ...own, d: Number.NaN, f: -0 } as never, {
    at: AS_OF,
  });
  expect(shown).toMatchObject({ d: null, f: 0, n: '1.50', day: '2024-02-29', ms: 17n });
  const wrong = {
    d: 1n,
    f: '1',
    i: 2 ** 31,
    b: 1,
    n: '1.505',
    day: '2024-02-30',
    ns: 'noon',
    ms: '17',
  };
  const error = await refused(fetcher.fetch(byAll, wrong as never, { at: AS_OF }));
  expect(error.problems).toHaveLength(8);
  await fetcher.close();
});

test('strings are text: what has no UTF-8 is refused, all else is a key', async () => {
  const source = events({
    name: 's',
    path: 's',
    columns: { k: 'string', v: 'int64', t: 'timestamp' },
    time: 't',
  });
  const byText = groupBy({
    name: 'g',
    source,
    keys: ['k'],
    aggregations: [sum('v')],
    online: true,
  });
  const texts = ['', '\u0000', 'a\u0000b', 'ß', '\u{1f600}', '\ufffd', ' a'];
  const rows = texts.map((k, i) => ({ k, v: BigInt(i + 1), t: '2025-02-28T00:00:00Z' }));
  const fetcher = createFetcher({ store: await uploadNaively(byText, { s: rows }, AS_OF) });
  const found = await fetcher.fetchMany(
    byText,
    texts.map((k) => ({ keys: { k } })),
    { at: AS_OF },
  );
  expect(found.map(({ row }) => row.g_v_sum)).toEqual(texts.map((_, i) => BigInt(i + 1)));
  const error = await refused(fetcher.fetch(byText, { k: 'a\ud800' }, { at: AS_OF }));
  expect(error.code).toBe('BAD_OPTION');
  await fetcher.close();
});

test('options out of range, keys that are no object, a fetcher that is closed', async () => {
  const store = await uploaded();
  const create = async () => createFetcher({ store, refreshMs: 0, cacheBytes: -1, timeoutMs: -5 });
  expect((await refused(create())).problems).toHaveLength(3);
  const fetcher = createFetcher({ store });
  const wrong = { request: REQUEST, timeoutMs: 0, maxAge: { maxAgeMs: -1, then: 'hope' } };
  expect((await refused(ask(fetcher, KEYS, wrong))).problems).toHaveLength(3);
  expect((await refused(ask(fetcher, null, { request: REQUEST }))).summary).toContain('`keys`');
  expect((await refused(ask(fetcher, KEYS, { request: [1] }))).summary).toContain('`request`');
  for (const at of [Number.NaN, 0.5, new Date('x'), '2025-02-30', Infinity, 1e17])
    expect((await refused(ask(fetcher, KEYS, { request: REQUEST, at }))).summary).toContain('`at`');
  await fetcher.close();
  await fetcher.close();
  expect((await refused(ask(fetcher, KEYS, { request: REQUEST }))).summary).toContain('closed');
});

test('what was never uploaded says so, and how to upload it', async () => {
  const fetcher = createFetcher({ store: memoryStore(), definitions: [checkout] });
  const error = await refused(ask(fetcher, KEYS, { request: REQUEST }));
  expect(error).toMatchObject({ code: 'NOT_UPLOADED', params: { unit: 'join.checkout' } });
  await fetcher.close();
});

test('keys of parts that are not served may be left out', async () => {
  const source = events({
    name: 'z',
    path: 'z',
    columns: { a: 'string', b: 'string', t: 'timestamp' },
    time: 't',
  });
  const on = groupBy({ name: 'on', source, keys: ['a'], aggregations: [sumOne()], online: true });
  const off = groupBy({ name: 'off', source, keys: ['b'], aggregations: [sumOne()] });
  const both = join({ name: 'both', left: source, parts: [part(on), part(off)] });
  const fetcher = createFetcher({ store: await uploadNaively(both, {}, AS_OF) });
  const { row } = await fetcher.fetch(both, { a: 'x' } as never, { at: AS_OF });
  expect(row).toEqual({ a: 'x', b: null, on_count: 0, off_count: null });
  await fetcher.close();
});

function sumOne() {
  return { operation: 'COUNT' as const };
}
