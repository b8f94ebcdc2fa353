import { rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import {
  approxPercentile,
  approxUniqueCount,
  average,
  count,
  entities,
  events,
  first,
  groupBy,
  histogram,
  join,
  last,
  lastK,
  max,
  min,
  part,
  stddev,
  sum,
  topKFrequent,
  uniqueCount,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { parquet } from './workspace.js';

/** A small shop: payments of ten days (late rows, ties, nulls, every type), orders of the last six as left rows. */

export const paymentColumns = {
  payment_id: 'string!',
  user_id: 'string',
  item: 'int32',
  amount: 'double',
  cents: 'int64',
  price: 'decimal(12,3)',
  weight: 'float',
  channel: 'string',
  ok: 'boolean',
  due: 'date',
  tags: 'list<string>',
  vec: 'list<double>',
  paid_at: 'timestamp',
} as const;

export const payments = events({
  name: 'shop.payments',
  path: 'payments',
  columns: paymentColumns,
  time: 'paid_at',
  tieBreaker: 'payment_id',
});

/** The same rows, columns declared the other way round. */
export const paymentsReversed = events({
  name: 'shop.payments',
  path: 'payments',
  columns: {
    paid_at: 'timestamp',
    vec: 'list<double>',
    tags: 'list<string>',
    due: 'date',
    ok: 'boolean',
    channel: 'string',
    weight: 'float',
    price: 'decimal(12,3)',
    cents: 'int64',
    amount: 'double',
    item: 'int32',
    user_id: 'string',
    payment_id: 'string!',
  },
  time: 'paid_at',
  tieBreaker: 'payment_id',
});

export const orders = events({
  name: 'shop.orders',
  path: 'orders',
  columns: {
    order_id: 'int64!',
    user_id: 'string',
    item: 'int32',
    note: 'string',
    ordered_at: 'timestamp',
  },
  time: 'ordered_at',
});

export const profiles = entities({
  name: 'shop.profiles',
  path: 'profiles',
  keys: ['user_id'],
  columns: { user_id: 'string', city: 'string', score: 'double' },
});

export const products = entities({
  name: 'shop.products',
  path: 'products.parquet',
  keys: ['item'],
  columns: { item: 'int32', title: 'string' },
  static: true,
});

export function userPayments(source: typeof payments) {
  return groupBy({
    name: 'user',
    source,
    keys: ['user_id'],
    aggregations: [
      count({ windows: ['1h', '2d', null] }),
      sum('amount', { windows: ['1d', '3d'] }),
      sum('cents', { windows: ['3d'] }),
      sum('price', { windows: ['3d'] }),
      average('amount', { windows: ['3d'], by: 'channel' }),
      stddev('amount', { windows: ['3d'] }),
      weightedAverage('amount', { weight: 'weight', windows: ['2d'] }),
      min('due', { windows: ['3d'] }),
      max('paid_at', { windows: ['3d'] }),
      first('channel', { windows: ['1d'] }),
      last('price'),
      last('tags', { windows: ['2d'] }),
      lastK('channel', { k: 3 }),
      histogram('channel', { windows: ['2d'] }),
      histogram('due', { windows: ['2d'] }),
      topKFrequent('tags', { k: 2, windows: ['3d'] }),
      uniqueCount('item', { windows: ['3d'], where: 'ok' }),
      approxUniqueCount('payment_id', { windows: ['3d'] }),
      approxPercentile('amount', { percentiles: [50, 90], windows: ['3d'] }),
      vectorSum('vec', { windows: ['2d'] }),
    ],
  });
}

export function itemPayments(source: typeof payments) {
  return groupBy({
    name: 'item',
    source,
    keys: ['item'],
    accuracy: 'snapshot',
    aggregations: [
      count({ windows: ['1d'] }),
      sum('amount', { windows: ['3d'], tail: 'exact' }),
      max('ok', { windows: ['3d'] }),
    ],
  });
}

export const shopJoin = join({
  name: 'shop',
  left: orders,
  parts: [
    part(userPayments(payments)),
    part(itemPayments(payments), { lag: '1d' }),
    part(profiles),
    part(products),
  ],
});

/** The same, asking the reversed declaration. */
export const shopJoinReversed = join({
  name: 'shop',
  left: orders,
  parts: [
    // Its columns are the same, in another order; the type of a groupBy says no more than their names.
    part(userPayments(paymentsReversed as unknown as typeof payments)),
    part(itemPayments(paymentsReversed as unknown as typeof payments), { lag: '1d' }),
    part(profiles),
    part(products),
  ],
});

export const PAYMENT_DAYS = days('2025-03-01', 10);
export const ORDER_DAYS = days('2025-03-05', 6);
export const PROFILE_DAYS = days('2025-03-04', 6);

export function days(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    new Date(Date.parse(first) + i * 86_400_000).toISOString().slice(0, 10),
  );
}

const PER_DAY = 120;

/** Payments `ds` holds: those of its day, but for every twentieth, and every twentieth of the day before. */
export function paymentsSql(ds: string): string {
  const rows = `
    SELECT 'p' || i AS payment_id,
      CASE WHEN h(i, 1) % 17 > 0 THEN 'u' || (h(i, 2) % 9) END AS user_id,
      CASE WHEN h(i, 3) % 23 > 0 THEN (h(i, 4) % 7)::INTEGER END AS item,
      CASE h(i, 5) % 19 WHEN 0 THEN NULL WHEN 1 THEN 'nan'::DOUBLE WHEN 2 THEN 1e17 WHEN 3 THEN -1e17 ELSE (h(i, 6) % 100000)::INTEGER / 1000 END AS amount,
      CASE WHEN h(i, 7) % 13 > 0 THEN (h(i, 8) % 1000)::BIGINT - 500 END AS cents,
      CASE WHEN h(i, 9) % 13 > 0 THEN ((h(i, 10) % 100000)::BIGINT / 1000)::DECIMAL(12, 3) END AS price,
      ((h(i, 11) % 9)::INTEGER / 4)::FLOAT AS weight,
      ['web', 'app', 'pos', 'Zürich', '', '😀', NULL][1 + (h(i, 12) % 7)::INTEGER] AS channel,
      [true, false, NULL][1 + (h(i, 13) % 3)::INTEGER] AS ok,
      CASE WHEN h(i, 14) % 9 > 0 THEN DATE '2025-04-01' - (h(i, 15) % 40)::INTEGER END AS due,
      [NULL, []::VARCHAR[], ['a'], ['b', 'a', NULL], ['é', 'b']][1 + (h(i, 16) % 5)::INTEGER] AS tags,
      CASE WHEN h(i, 17) % 5 > 0 THEN [(h(i, 18) % 100)::INTEGER / 10, 0.1] END::DOUBLE[] AS vec,
      -- Whole minutes, so that instants are shared; orders fall on the same ones.
      CASE WHEN h(i, 19) % 37 > 0 THEN TIMESTAMP '2025-03-01' + to_minutes(((i // ${PER_DAY}) * 1440 + (h(i, 20) % 288)::INTEGER * 5)::BIGINT) END AS paid_at,
      (DATE '2025-03-01' + (i // ${PER_DAY} + CASE WHEN i % 20 = 7 THEN 1 ELSE 0 END)::INTEGER)::VARCHAR AS ds
    FROM range(${PER_DAY * PAYMENT_DAYS.length}) t(i)`;
  return withHash(`SELECT * EXCLUDE (ds) FROM (${rows}) WHERE ds = '${ds}'`);
}

function ordersSql(ds: string): string {
  return withHash(`
    SELECT i AS order_id, CASE WHEN h(i, 31) % 11 > 0 THEN 'u' || (h(i, 32) % 11) END AS user_id,
      (h(i, 33) % 8)::INTEGER AS item, ['', 'x', NULL, 'ß'][1 + (h(i, 34) % 4)::INTEGER] AS note,
      TIMESTAMP '${ds}' + to_minutes((h(i, 35) % 288)::BIGINT * 5) AS ordered_at
    FROM range(${Date.parse(ds) / 86_400_000} * 100, ${Date.parse(ds) / 86_400_000} * 100 + 40) t(i)`);
}

function profilesSql(ds: string): string {
  return withHash(`
    SELECT 'u' || i AS user_id, ['Bern', 'Oslo', NULL][1 + (h(i, ${Date.parse(ds) / 86_400_000}) % 3)::INTEGER] AS city,
      (h(i, 41) % 1000)::INTEGER / 8 AS score FROM range(8) t(i)`);
}

/** `h(i, salt)`: the same number on every machine, whatever the version of DuckDB's own hash. */
function withHash(query: string): string {
  return query.replace(
    /h\(i, (\d+)\)/g,
    (_, salt) => `(('0x' || substr(md5(i || ' ${salt}'), 1, 12))::BIGINT)`,
  );
}

export async function writePayments(lake: string, ds: string, columns = '*'): Promise<void> {
  await parquet(
    joinPath(lake, 'payments', `ds=${ds}`, 'part.parquet'),
    `SELECT ${columns} FROM (${paymentsSql(ds)})`,
  );
}

/** Everything that `shopJoin` reads. */
export async function writeShop(lake: string): Promise<void> {
  for (const ds of PAYMENT_DAYS) await writePayments(lake, ds);
  await writeOrders(lake);
  await writeProfiles(lake);
}

export async function writeOrders(lake: string): Promise<void> {
  for (const ds of ORDER_DAYS)
    await parquet(joinPath(lake, 'orders', `ds=${ds}`, 'orders.parquet'), ordersSql(ds));
}

export async function writeProfiles(lake: string): Promise<void> {
  for (const ds of PROFILE_DAYS) {
    await parquet(joinPath(lake, 'profiles', `ds=${ds}`, 'dump.parquet'), profilesSql(ds));
  }
  await parquet(
    joinPath(lake, 'products.parquet'),
    `SELECT i::INTEGER AS item, 'item ' || i AS title FROM range(6) t(i)`,
  );
}

/** The same payments in the same lake: rows in another order, over files of other names in other partitions (S1.2). */
export async function shufflePayments(lake: string): Promise<void> {
  const rows = `FROM read_parquet('${lake}/payments/*/*.parquet', hive_partitioning = false)`;
  const shuffled = joinPath(lake, 'shuffled.parquet');
  await parquet(shuffled, `${rows} ORDER BY md5(payment_id)`);
  rmSync(joinPath(lake, 'payments'), { recursive: true });
  for (const [at, ds] of PAYMENT_DAYS.entries()) {
    for (const name of ['z', '0', 'ä b']) {
      const mine = `('0x' || substr(md5('${name}' || payment_id), 1, 6))::INTEGER`;
      const chosen = `SELECT * FROM read_parquet('${shuffled}') WHERE ('0x' || substr(md5('to' || payment_id), 1, 6))::INTEGER % ${PAYMENT_DAYS.length * 3} = ${at * 3 + ['z', '0', 'ä b'].indexOf(name)}`;
      await parquet(
        joinPath(lake, 'payments', `ds=${ds}`, `${name}.parquet`),
        `${chosen} ORDER BY ${mine}`,
        'ROW_GROUP_SIZE 2048',
      );
    }
  }
  rmSync(shuffled);
}
