import type { Value as EngineValue } from '@tessera/engine';
import type { OracleRow } from '../oracle/types.js';
import { quoted, rawRows } from './workspace.js';

/** Columns of the small shop as plain SQL over its files, written from SEMANTICS alone: one query per cell. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOP_MS = { '1h': 300_000, '1d': HOUR_MS, '2d': HOUR_MS, '3d': HOUR_MS } as const;
const LENGTH_MS = { '1h': HOUR_MS, '1d': DAY_MS, '2d': 2 * DAY_MS, '3d': 3 * DAY_MS } as const;
type Window = keyof typeof LENGTH_MS | null;

/** Nulls of `amount` and what is none (S4.4). */
const AMOUNT = "nullif(amount, 'nan'::DOUBLE)";

/** Column → window, and an aggregate over `w`, the rows of the key in the window. */
const USER: Readonly<Record<string, readonly [Window, string]>> = {
  user_count_1h: ['1h', 'count(*)'],
  user_count_2d: ['2d', 'count(*)'],
  user_count: [null, 'count(*)'],
  user_amount_sum_1d: ['1d', `fsum(${AMOUNT})`],
  user_amount_sum_3d: ['3d', `fsum(${AMOUNT})`],
  user_cents_sum_3d: ['3d', 'sum(cents)::BIGINT'],
  user_price_sum_3d: ['3d', 'sum(price)::VARCHAR'],
  user_amount_average_3d_by_channel: [
    '3d',
    `(SELECT nullif(map_from_entries(list({'key': channel, 'value': a} ORDER BY channel)), MAP {}) FROM (SELECT channel, fsum(${AMOUNT}) / count(${AMOUNT}) AS a FROM w WHERE channel IS NOT NULL GROUP BY channel HAVING count(${AMOUNT}) > 0))`,
  ],
  user_amount_stddev_3d: ['3d', `stddev_pop(${AMOUNT})`],
  user_amount_weighted_average_2d: [
    '2d',
    `fsum(${AMOUNT} * weight) / nullif(fsum(weight) FILTER (${AMOUNT} IS NOT NULL), 0)`,
  ],
  user_due_min_3d: ['3d', 'min(due)::VARCHAR'],
  user_paid_at_max_3d: ['3d', "strftime(max(paid_at), '%Y-%m-%dT%H:%M:%SZ')"],
  user_channel_first_1d: [
    '1d',
    'first(channel ORDER BY paid_at, payment_id) FILTER (channel IS NOT NULL)',
  ],
  user_price_last: [
    null,
    'last(price ORDER BY paid_at, payment_id) FILTER (price IS NOT NULL)::VARCHAR',
  ],
  user_tags_last_2d: ['2d', 'last(tags ORDER BY paid_at, payment_id) FILTER (tags IS NOT NULL)'],
  user_channel_last3: [
    null,
    'list(channel ORDER BY paid_at DESC, payment_id DESC) FILTER (channel IS NOT NULL)[:3]',
  ],
  user_channel_histogram_2d: ['2d', histogram('channel')],
  user_due_histogram_2d: ['2d', histogram('due::VARCHAR')],
  user_tags_top2_frequent_3d: [
    '3d',
    '(SELECT list(tag ORDER BY n DESC, tag)[:2] FROM (SELECT tag, count(*) AS n FROM (SELECT unnest(tags) AS tag FROM w) WHERE tag IS NOT NULL GROUP BY tag))',
  ],
  user_item_unique_count_3d: ['3d', 'count(DISTINCT item) FILTER (ok)'],
  user_payment_id_approx_unique_count_3d: ['3d', 'count(DISTINCT payment_id)'],
  user_amount_p50_p90_3d: [
    '3d',
    `CASE WHEN count(${AMOUNT}) > 0 THEN [${[50, 90].map((p) => `list(${AMOUNT} ORDER BY ${AMOUNT})  FILTER (${AMOUNT} IS NOT NULL)[1 + (${p} * (count(${AMOUNT}) - 1) // 100)]`).join(', ')}] END`,
  ],
  user_vec_vector_sum_2d: ['2d', 'CASE WHEN count(vec) > 0 THEN [fsum(vec[1]), fsum(vec[2])] END'],
};

function histogram(column: string): string {
  return `(SELECT nullif(map_from_entries(list({'key': v, 'value': n} ORDER BY v)), MAP {}) FROM (SELECT ${column} AS v, count(*) AS n FROM w WHERE v IS NOT NULL GROUP BY v))`;
}

/** Snapshot at midnight, a day late; the sum's window begins to the millisecond. */
const ITEM: Readonly<Record<string, readonly [Window, string, tail?: 'exact']>> = {
  item_count_1d: ['1d', 'count(*)'],
  item_amount_sum_3d: ['3d', `fsum(${AMOUNT})`, 'exact'],
  item_ok_max_3d: ['3d', 'max(ok)'],
};

/** A cell of the training set by SQL; null for a null key. */
export async function sqlValue(lake: string, column: string, row: OracleRow): Promise<unknown> {
  const q = Date.parse(String(row.ordered_at));
  const key = (name: 'user_id' | 'item') =>
    row[name] === null ? 'FALSE' : `${name} = ${quoted(String(row[name]))}`;
  const day = (ms: number) => new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
  const user = USER[column];
  if (user !== undefined)
    return row.user_id === null ? null : windowed(lake, q, key('user_id'), ...user);
  const item = ITEM[column];
  if (item !== undefined) {
    const midnight = Math.floor((q - DAY_MS) / DAY_MS) * DAY_MS;
    return row.item === null ? null : windowed(lake, midnight, key('item'), ...item);
  }
  const [, name = ''] = /^shop_(?:profiles|products)_(\w+)$/.exec(column) ?? [];
  const from = column.startsWith('shop_profiles')
    ? `${quoted(`${lake}/profiles/ds=${day(q - DAY_MS)}/dump.parquet`)} WHERE ${key('user_id')}`
    : `${quoted(`${lake}/products.parquet`)} WHERE ${key('item')}`;
  const [found] = await rawRows(`SELECT ${name} AS v FROM ${from}`);
  return plain(found?.v ?? null);
}

async function windowed(
  lake: string,
  queryMs: number,
  key: string,
  window: Window,
  aggregate: string,
  tail?: 'exact',
): Promise<unknown> {
  const back = window === null ? null : queryMs - LENGTH_MS[window];
  const hop = window === null || tail === 'exact' ? 1 : HOP_MS[window];
  const start = back === null ? '' : ` AND epoch_ms(paid_at) >= ${Math.floor(back / hop) * hop}`;
  const rows = `SELECT * FROM read_parquet(${quoted(`${lake}/payments/*/*.parquet`)}, hive_partitioning = false) WHERE ${key} AND epoch_ms(paid_at) < ${queryMs}${start}`;
  const [found] = await rawRows(
    `WITH w AS MATERIALIZED (${rows}) SELECT ${aggregate} AS v${aggregate.startsWith('(SELECT') ? '' : ' FROM w'}`,
  );
  return plain(found?.v ?? null);
}

/** The binding's values as a row of a training set shows them. */
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('items' in value) return (value.items as unknown[]).map(plain);
  if ('entries' in value) {
    const entries = value.entries as { key: unknown; value: unknown }[];
    return new Map(entries.map((entry) => [plain(entry.key), plain(entry.value)]));
  }
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}

/** SQL's float sums are not exact, and two of the columns are sketches; all else is equal. */
export function close(column: string, sql: unknown, value: EngineValue): boolean {
  if (column.includes('approx_unique'))
    return (
      Math.abs(Number(sql ?? 0) - Number(value ?? 0)) <= 3 && (sql === null) === (value === null)
    );
  const share = column.includes('_p50_p90') ? 0.01 : 1e-9;
  // Amounts of 1e17 meet such of a few cents.
  const least = column.includes('amount') && share !== 0.01 ? 64 : 0;
  return equal(sql, value, (a, b) => Math.abs(a - b) <= share * Math.abs(a) + least);
}

export function equal(a: unknown, b: unknown, near: (a: number, b: number) => boolean): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, idx) => equal(item, b[idx], near));
  if (a instanceof Map && b instanceof Map) return equal([...a], [...b], near);
  const number = (x: unknown) => typeof x === 'number' || typeof x === 'bigint';
  if (number(a) && number(b)) return near(Number(a), Number(b));
  return a === b;
}
