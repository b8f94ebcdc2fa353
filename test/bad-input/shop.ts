import { join as joinPath } from 'node:path';
import { count, entities, events, groupBy, join, last, part, sum } from '@tessera/api';
import { parquet } from '../files/workspace.js';

/** The smallest lake that has every kind of source: events and a left of three days, daily dumps, one plain file. */

export const payments = events({
  name: 'shop.payments',
  path: 'payments',
  columns: {
    user_id: 'string',
    amount: 'double',
    cents: 'int64',
    channel: 'string',
    paid_at: 'timestamp',
  },
  time: 'paid_at',
});

export const orders = events({
  name: 'shop.orders',
  path: 'orders',
  columns: { order_id: 'int64!', user_id: 'string', item: 'int32', ordered_at: 'timestamp' },
  time: 'ordered_at',
});

export const profiles = entities({
  name: 'shop.profiles',
  path: 'profiles',
  keys: ['user_id'],
  columns: { user_id: 'string', city: 'string' },
});

export const products = entities({
  name: 'shop.products',
  path: 'products.parquet',
  keys: ['item'],
  columns: { item: 'int32', title: 'string' },
  static: true,
});

export const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user_id'],
  aggregations: [
    count({ windows: [null] }),
    sum('amount', { windows: ['7d'] }),
    sum('cents', { windows: ['7d'] }),
    last('channel'),
  ],
});

export const shop = join({
  name: 'shop',
  left: orders,
  parts: [part(spend), part(profiles), part(products)],
});

/** Orders and events alone. */
export const plain = join({ name: 'plain', left: orders, parts: [part(spend)] });

export const DAYS = ['2025-03-01', '2025-03-02', '2025-03-03'] as const;

const PAYMENT = "'u' || (i % 3) AS user_id, i / 4 AS amount, i * 10 AS cents, 'web' AS channel";

export const paymentsSql = (ds: string): string =>
  `SELECT ${PAYMENT}, TIMESTAMP '${ds}' + to_hours(i) AS paid_at FROM range(12) t(i)`;

export const ordersSql = (ds: string): string =>
  `SELECT i AS order_id, 'u' || i AS user_id, i::INTEGER AS item, TIMESTAMP '${ds} 18:00' AS ordered_at FROM range(4) t(i)`;

export const profilesSql = (): string =>
  "SELECT 'u' || i AS user_id, 'Bern' AS city FROM range(3) t(i)";

export const fileOf = (lake: string, table: string, ds: string): string =>
  joinPath(lake, table, `ds=${ds}`, 'part.parquet');

export async function writeShop(lake: string): Promise<void> {
  for (const ds of DAYS) {
    await parquet(fileOf(lake, 'payments', ds), paymentsSql(ds));
    await parquet(fileOf(lake, 'orders', ds), ordersSql(ds));
    await parquet(fileOf(lake, 'profiles', ds), profilesSql());
  }
  await parquet(fileOf(lake, 'profiles', '2025-02-28'), profilesSql());
  await parquet(
    joinPath(lake, 'products.parquet'),
    "SELECT i::INTEGER AS item, 'title ' || i AS title FROM range(3) t(i)",
  );
}
