import { count, events, groupBy, join, part, sum } from '@tessera/api';
import { createFetcher, type Fetched } from '@tessera/fetcher';
import { memoryStore } from '@tessera/kv-writer';
import { expectTypeOf, test } from 'vitest';

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { user: 'string', shop: 'int64', amount: 'double', note: 'string', ts: 'timestamp' },
  time: 'ts',
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [count({ windows: ['1d'] }), sum('shop')],
  online: true,
});
const plain = join({ name: 'plain', left: payments, parts: [part(spend)] });
const asking = join({
  name: 'asking',
  left: payments,
  parts: [part(spend), part(spend, { prefix: 'by_note', keys: { note: 'user' } })],
  request: { amount: 'double' },
  derive: { ratio: 'amount / spend_count_1d' },
});
const fetcher = createFetcher({ store: memoryStore(), definitions: [plain, asking, spend] });

test('a row has the types of its definition', () => {
  expectTypeOf(fetcher.fetch(plain, { user: 'u' })).resolves.toEqualTypeOf<
    Fetched<{ user: string | null; spend_count_1d: number | null; spend_shop_sum: bigint | null }>
  >();
  const asked = fetcher.fetch(asking, { user: 'u', note: null }, { request: { amount: 1 } });
  expectTypeOf(asked).resolves.toEqualTypeOf<
    Fetched<{
      user: string | null;
      note: string | null;
      amount: number | null;
      spend_count_1d: number | null;
      spend_shop_sum: bigint | null;
      by_note_spend_count_1d: number | null;
      by_note_spend_shop_sum: bigint | null;
      ratio: number | null;
    }>
  >();
  expectTypeOf(fetcher.fetchMany(spend, [{ keys: { user: 'u' } }])).resolves.toEqualTypeOf<
    readonly Fetched<{
      user: string | null;
      spend_count_1d: number | null;
      spend_shop_sum: bigint | null;
    }>[]
  >();
});

test('what is forgotten or misspelt does not compile', () => {
  // @ts-expect-error no key
  fetcher.fetch(plain, {});
  // @ts-expect-error another type
  fetcher.fetch(plain, { user: 1 });
  // @ts-expect-error a key that nothing asks for
  fetcher.fetch(plain, { user: 'u', usr: 'u' });
  // @ts-expect-error a request that is not given
  fetcher.fetch(asking, { user: 'u', note: 'n' });
  // @ts-expect-error a column of the request that is not given
  fetcher.fetch(asking, { user: 'u', note: 'n' }, { request: {} });
  // @ts-expect-error a request where none is asked for
  fetcher.fetch(plain, { user: 'u' }, { request: { amount: 1 } });
  // @ts-expect-error one of many without a request
  fetcher.fetchMany(asking, [{ keys: { user: 'u', note: 'n' } }]);
});
