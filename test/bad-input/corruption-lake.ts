import { join as joinPath } from 'node:path';
import {
  count,
  entities,
  events,
  groupBy,
  join,
  last,
  lastK,
  max,
  min,
  part,
  type SourceSpec,
  sum,
  uniqueCount,
} from '@tessera/api';
import { parquet } from '../files/workspace.js';

/**
 * A lake of every layout and codec, small enough for the quadratic oracle: events of many row groups, a left, daily dumps
 * and one plain file. Every column is used and every file is needed, so that damage anywhere matters.
 */

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: {
    id: 'int64!',
    user: 'string',
    item: 'int32',
    amount: 'double',
    cents: 'int64',
    price: 'decimal(12,3)',
    channel: 'string',
    ok: 'boolean',
    due: 'date',
    at: 'timestamp',
  },
  time: 'at',
  tieBreaker: 'id',
});

const orders = events({
  name: 'orders',
  path: 'orders',
  columns: { order: 'int64!', user: 'string', item: 'int32', note: 'string', at: 'timestamp' },
  time: 'at',
});

const profiles = entities({
  name: 'profiles',
  path: 'profiles',
  keys: ['user'],
  columns: { user: 'string', city: 'string', score: 'double' },
});

const products = entities({
  name: 'products',
  path: 'products.parquet',
  keys: ['item'],
  columns: { item: 'int32', title: 'string' },
  static: true,
});

const byUser = groupBy({
  name: 'user',
  source: payments,
  keys: ['user'],
  aggregations: [
    count({ windows: [null, '1d'] }),
    sum('amount', { windows: [null, '2d'] }),
    sum('cents', { windows: ['2d'] }),
    min('price'),
    last('channel', { where: 'ok' }),
    max('due'),
    lastK('id', { k: 3 }),
  ],
});

const byItem = groupBy({
  name: 'item',
  source: payments,
  keys: ['item'],
  aggregations: [count(), uniqueCount('user', { windows: ['2d'] }), sum('amount')],
});

export const damagedJoin = join({
  name: 'damaged',
  left: orders,
  parts: [part(byUser), part(byItem), part(profiles), part(products)],
});

export const SOURCES: readonly SourceSpec[] = [payments, orders, profiles, products];

const DAYS = ['2025-03-01', '2025-03-02', '2025-03-03'] as const;
const CODECS = ['snappy', 'zstd', 'uncompressed'] as const;

/** A file of the lake, by its name there. */
export interface LakeFile {
  readonly name: string;
  readonly source: SourceSpec;
  readonly ds: string | null;
}

const day = (table: string, source: SourceSpec, ds: string): LakeFile => ({
  name: `${table}/ds=${ds}/part.parquet`,
  source,
  ds,
});

export const FILES: readonly LakeFile[] = [
  ...DAYS.map((ds) => day('payments', payments, ds)),
  ...DAYS.map((ds) => day('orders', orders, ds)),
  ...['2025-02-28', ...DAYS.slice(0, 2)].map((ds) => day('profiles', profiles, ds)),
  { name: 'products.parquet', source: products, ds: null },
];

const h = (salt: number): string => `('0x' || substr(md5(i || ' ${salt}'), 1, 8))::BIGINT`;

/** Rows of a row group and a bit; orders come last in their day, so that every payment matters. */
function paymentsSql(ds: string, first: number): string {
  return `
    SELECT i AS id, CASE WHEN ${h(1)} % 17 > 0 THEN 'u' || (${h(2)} % 4) END AS user,
      CASE WHEN ${h(3)} % 19 > 0 THEN (${h(4)} % 5)::INTEGER END AS item,
      CASE WHEN ${h(5)} % 13 > 0 THEN (${h(6)} % 100000) / 1000 END::DOUBLE AS amount,
      CASE WHEN ${h(7)} % 11 > 0 THEN ${h(8)} % 1000 - 500 END AS cents,
      ((${h(9)} % 100000) / 1000)::DECIMAL(12, 3) AS price,
      ['web', 'app', 'pos', 'Zürich', '', NULL][1 + (${h(10)} % 6)::INTEGER] AS channel,
      [true, false, NULL][1 + (${h(11)} % 3)::INTEGER] AS ok,
      DATE '2025-04-01' - (${h(12)} % 40)::INTEGER AS due,
      TIMESTAMP '${ds}' + to_seconds((${h(13)} % 80000)::BIGINT) AS at
    FROM range(${first}, ${first + 2300}) t(i)`;
}

const ordersSql = (ds: string, first: number): string => `
  SELECT i AS order, CASE WHEN i % 7 > 0 THEN 'u' || (i % 5) END AS user, (i % 6)::INTEGER AS item,
    CASE WHEN i % 3 > 0 THEN 'note ' || i END AS note, TIMESTAMP '${ds} 23:30' + to_seconds(i % 5) AS at
  FROM range(${first}, ${first + 6}) t(i)`;

export async function writeLake(lake: string): Promise<void> {
  for (const [idx, ds] of DAYS.entries()) {
    const codec = `COMPRESSION ${CODECS[idx]}, ROW_GROUP_SIZE 2048`;
    const version = idx === 1 ? ', PARQUET_VERSION v2' : '';
    await parquet(joinPath(lake, FILES[idx]!.name), paymentsSql(ds, idx * 5000), codec + version);
    await parquet(
      joinPath(lake, `orders/ds=${ds}/part.parquet`),
      ordersSql(ds, idx * 100),
      'COMPRESSION gzip',
    );
  }
  for (const { name, ds } of FILES.slice(6, 9)) {
    await parquet(
      joinPath(lake, name),
      `SELECT 'u' || i AS user, 'city ' || i || '${ds}' AS city, i / 8 AS score FROM range(4) t(i)`,
    );
  }
  await parquet(
    joinPath(lake, 'products.parquet'),
    "SELECT i::INTEGER AS item, 'title ' || i AS title FROM range(5) t(i)",
    'COMPRESSION lz4_raw',
  );
}
