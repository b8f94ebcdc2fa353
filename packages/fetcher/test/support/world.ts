import {
  ahead,
  average,
  count,
  entities,
  events,
  groupBy,
  join,
  last,
  part,
  sum,
  topK,
} from '@tessera/api';
import { memoryStore, type Store } from '@tessera/kv-writer';
import type { Tables } from '../../../../test/oracle/types.js';
import { uploadNaively } from '../../../../test/serving/naive-upload.js';

/** A small shop of definitions and tables, uploaded as of `AS_OF`. */
export const AS_OF = Date.parse('2025-03-01T12:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const payments = events({
  name: 'payments',
  path: 'payments',
  columns: {
    id: 'string',
    user: 'string',
    shop: 'int64',
    amount: 'double',
    fee: 'decimal(10,2)',
    channel: 'string',
    fraud: 'boolean',
    ts: 'timestamp',
  },
  time: 'ts',
  tieBreaker: 'id',
});

export const shops = entities({
  name: 'shops',
  path: 'shops',
  keys: ['shop'],
  columns: {
    shop: 'int64',
    city: 'string',
    rating: 'double',
    opened: 'date',
    tags: 'list<string>',
  },
});

export const userSpend = groupBy({
  name: 'user_spend',
  source: payments,
  keys: ['user'],
  aggregations: [
    count({ windows: ['1h', '1d', '7d', null] }),
    sum('amount', { windows: ['1d', '7d'] }),
    sum('fee', { windows: ['7d'] }),
    average('amount', { windows: ['7d'] }),
    count({ windows: ['7d'], by: 'channel' }),
    last('channel'),
    topK('amount', { k: 2, windows: ['7d'] }),
  ],
  derive: { per_payment: 'amount_sum_7d / count_7d' },
  online: true,
});

export const shopRisk = groupBy({
  name: 'shop_risk',
  source: payments,
  keys: ['shop'],
  aggregations: [count({ windows: ['7d'] }), sum('fraud', { windows: ['7d'] })],
  empty: 'null',
  online: true,
});

export const offline = groupBy({
  name: 'offline',
  source: payments,
  keys: ['user'],
  aggregations: [count({ windows: ['7d'] })],
});

export const checkout = join({
  name: 'checkout',
  left: payments,
  parts: [part(userSpend), part(shopRisk, { lag: '1d' }), part(shops)],
  request: { amount: 'double', channel: 'string' },
  derive: {
    amount_vs_week: 'amount / user_spend_amount_sum_7d',
    fee_and_ratio: 'user_spend_fee_sum_7d + amount_vs_week',
    same_channel: { expression: 'channel = user_spend_channel_last', type: 'boolean' },
    known_city: { expression: "coalesce(shops_city, 'nowhere')", type: 'string' },
    weekday: { expression: 'ds', type: 'string' },
  },
  labels: [ahead('fraud', { operation: 'max', windows: ['7d'], keys: ['user'] })],
  online: true,
});

const at = (ms: number): string => new Date(ms).toISOString();

/** `u1` pays often, `u2` once long ago, `u3` never; payments reach up to the ms before the as-of instant. */
export const TABLES: Tables = {
  payments: [
    pay('p1', 'u1', 1n, 10, '1.10', 'web', AS_OF - 8 * DAY),
    pay('p2', 'u1', 1n, 20.5, '2.20', 'web', AS_OF - 7 * DAY),
    pay('p3', 'u1', 2n, 30, '3.30', 'app', AS_OF - 3 * DAY),
    pay('p4', 'u1', 1n, 0.1, '0.01', null, AS_OF - DAY - 1),
    pay('p5', 'u1', 1n, 0.2, '0.02', 'web', AS_OF - HOUR),
    pay('p6', 'u1', 2n, 5, '5.00', 'app', AS_OF - 1),
    pay('p7', 'u2', 1n, 7, null, 'web', AS_OF - 40 * DAY),
    pay('p8', null, 3n, 9, '9.00', 'web', AS_OF - HOUR),
  ],
  shops: [
    { ds: '2025-02-27', shop: 1n, city: 'Bern', rating: 4.5, opened: '2020-02-29', tags: ['a'] },
    {
      ds: '2025-02-28',
      shop: 1n,
      city: 'Basel',
      rating: 4.25,
      opened: '2020-02-29',
      tags: ['a', null, 'ß'],
    },
    { ds: '2025-02-28', shop: 2n, city: null, rating: null, opened: null, tags: null },
  ],
};

function pay(
  id: string,
  user: string | null,
  shop: bigint,
  amount: number,
  fee: string | null,
  channel: string | null,
  ms: number,
) {
  return { id, user, shop, amount, fee, channel, fraud: id === 'p3', ts: at(ms) };
}

export const KEYS = { user: 'u1', shop: 1n };
export const REQUEST = { amount: 4, channel: 'app' };

export function uploaded(store: Store = memoryStore()): Promise<Store> {
  return uploadNaively(checkout, TABLES, AS_OF, store);
}
