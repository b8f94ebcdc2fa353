import { count, groupBy, type JoinSpec, join, max, part, sum } from '@tessera/api';
import { createFetcher } from '@tessera/fetcher';
import { memoryStore } from '@tessera/kv-writer';
import { expect, test } from 'vitest';
import { loadEntries, naiveUpload, uploadNaively } from '../../../test/serving/naive-upload.js';
import { AS_OF, HOUR, payments, shopRisk, shops, TABLES, userSpend } from './support/world.js';

const spend = (aggregations: Parameters<typeof groupBy>[0]['aggregations'], rest: object = {}) =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: aggregations as never,
    online: true,
    ...rest,
  });
const joined = (...parts: readonly unknown[]) =>
  join({ name: 'j', left: payments, parts: parts as never }) as unknown as JoinSpec;

/** The answer of `then` where `first` was uploaded. */
async function asked(first: JoinSpec, then: JoinSpec, keys: object = { user: 'u1' }) {
  const store = await uploadNaively(first, TABLES, AS_OF);
  const fetcher = createFetcher({ store });
  const { row, parts } = await fetcher.fetch(then as never, keys as never, { at: AS_OF } as never);
  await fetcher.close();
  return { row: row as Record<string, unknown>, parts };
}

const old = joined(part(spend([count({ windows: ['7d'] })])));

test('a column that was added since has the value of a key without events, and is told', async () => {
  const now = joined(
    part(
      spend([sum('amount', { windows: ['7d'] }), count({ windows: ['1d', '7d'] })], {
        derive: { twice: '2 * count_1d' },
      }),
    ),
  );
  const { row, parts } = await asked(old, now);
  expect(row).toEqual({
    user: 'u1',
    spend_amount_sum_7d: null,
    spend_count_1d: 0,
    spend_count_7d: 5,
    spend_twice: 0,
  });
  expect(parts).toMatchObject([{ status: 'ok', added: ['spend_amount_sum_7d', 'spend_count_1d'] }]);
});

test('a part that was added since, too; a column that was removed is not missed', async () => {
  const now = joined(part(shopRisk), part(spend([count({ windows: ['7d'] })])));
  const { row, parts } = await asked(old, now, { user: 'u1', shop: 1n });
  expect(row).toMatchObject({ spend_count_7d: 5, shop_risk_count_7d: null });
  expect(parts).toMatchObject([
    { part: 'shop_risk', status: 'ok', added: ['shop_risk_count_7d', 'shop_risk_fraud_sum_7d'] },
    { status: 'ok' },
  ]);
  const wide = joined(part(spend([count({ windows: ['7d', '1d'] }), max('amount')])));
  expect((await asked(wide, old)).row).toEqual({ user: 'u1', spend_count_7d: 5 });
});

test('another name for the same meaning is the same', async () => {
  const renamed = { ...joined(part(spend([count({ windows: ['168h'], as: 'often' })]))) };
  expect((await asked(old, renamed)).row).toEqual({ user: 'u1', spend_often_168h: 5 });
});

test.each([
  ['where', joined(part(spend([count({ windows: ['7d'], where: 'amount > 1' })])))],
  ['lag', joined(part(spend([count({ windows: ['7d'] })]), { lag: '1h' }))],
  ['inclusive', joined(part(spend([count({ windows: ['7d'] })]), { at: 'inclusive' }))],
  ['accuracy', joined(part(spend([count({ windows: ['7d'] })], { accuracy: 'snapshot' })))],
  ['empty', joined(part(spend([count({ windows: ['7d'] })], { empty: 'null' })))],
  ['keys', joined(part(spend([count({ windows: ['7d'] })], { keys: ['channel'] })))],
])('one name with another meaning is refused, with what to do: %s', async (_, now) => {
  const { row, parts } = await asked(
    old,
    now,
    now.parts[0]!.keys[0]!.left === 'user' ? { user: 'u1' } : { channel: 'web' },
  );
  expect(row.spend_count_7d).toBe(null);
  expect(parts).toMatchObject([
    {
      status: 'error',
      asOfMs: AS_OF,
      error: { code: 'SERVED_SCHEMA_CHANGED', params: { command: 'tessera upload --join=j' } },
    },
  ]);
});

test('a refused part leaves the others as they are', async () => {
  const before = joined(part(spend([count({ windows: ['7d'] })])), part(userSpend), part(shops));
  const after = joined(
    part(spend([count({ windows: ['7d'], where: 'amount > 1' })])),
    part(userSpend),
    part(shops),
  );
  const { row, parts } = await asked(before, after, { user: 'u1', shop: 1n });
  expect(parts.map(({ status }) => status)).toEqual(['error', 'ok', 'ok']);
  expect(row).toMatchObject({ spend_count_7d: null, user_spend_count_7d: 5, shops_city: 'Basel' });
});

test('entities under another key, or with a column of another type, are refused', async () => {
  const typed = {
    ...shops,
    columns: shops.columns.map((column) =>
      column.name === 'city' ? { ...column, type: { kind: 'int64' as const } } : column,
    ),
  };
  const { row, parts } = await asked(joined(part(shops)), joined(part(typed as never)), {
    shop: 1n,
  });
  expect([row.shops_city, parts[0]!.error?.code]).toEqual([null, 'SERVED_SCHEMA_CHANGED']);
});

test('parts in another order are found by what they mean; entries of another part are never taken for theirs', async () => {
  const before = joined(part(userSpend), part(spend([count({ windows: ['7d'] })])));
  const after = joined(part(spend([count({ windows: ['7d'] })])), part(userSpend));
  const { row } = await asked(before, after);
  expect(row).toMatchObject({ spend_count_7d: 5, user_spend_amount_sum_1d: 5.2 });
});

test('an upload of another format is refused as a whole', async () => {
  const store = memoryStore();
  const { served, entries } = naiveUpload(old, TABLES, AS_OF);
  await loadEntries(store, { ...served, format: 99 as never }, entries);
  const fetcher = createFetcher({ store });
  const { row, parts } = await fetcher.fetch(
    old as never,
    { user: 'u1' } as never,
    { at: AS_OF + HOUR } as never,
  );
  expect(row).toEqual({ user: 'u1', spend_count_7d: null });
  expect(parts).toMatchObject([{ status: 'error', error: { code: 'SERVED_SCHEMA_CHANGED' } }]);
  await fetcher.close();
});

test('what an upload says of itself may be nonsense: it is refused, and nothing is thrown', async () => {
  const { served, entries } = naiveUpload(old, TABLES, AS_OF);
  const [first] = served.parts;
  for (const parts of [undefined, [{}], [{ ...first, axes: [] }], [{ ...first, states: [{}] }]]) {
    const store = memoryStore();
    await loadEntries(store, { ...served, parts: parts as never }, entries);
    const fetcher = createFetcher({ store });
    const { row, parts: told } = await fetcher.fetch(
      old as never,
      { user: 'u1' } as never,
      { at: AS_OF } as never,
    );
    expect(row).toEqual({ user: 'u1', spend_count_7d: null });
    expect(told).toMatchObject([{ status: 'error', error: { code: 'SERVED_SCHEMA_CHANGED' } }]);
    await fetcher.close();
  }
});
