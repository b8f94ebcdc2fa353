import { join } from 'node:path';
import { DAY_MS, formatDay } from '@tessera/api';
import { parquet, quoted, sql } from '../files/workspace.js';

/** Columns of every type, made of payments; a tenth of each is null. */
export const TYPED = {
  amount: 'double',
  f: 'float',
  i32: 'int32',
  i64: 'int64',
  dec: 'decimal(12,2)',
  wide: 'decimal(38,6)',
  flag: 'boolean',
  day: 'date',
  at: 'timestamp',
  tz: 'timestamptz',
  ns: 'timestamp_ns',
  ms: 'epoch_ms',
  name: 'string',
  tags: 'list<string>',
  nums: 'list<double>',
  vec: 'list<double>',
} as const;

const SQL: Readonly<Record<keyof typeof TYPED, string>> = {
  amount: 'amount',
  f: 'CAST(amount / 3 AS FLOAT)',
  i32: 'CAST(hash(transaction_id) % 2000 AS INTEGER) - 1000',
  i64: 'CAST(hash(transaction_id) % 10000019 AS BIGINT) * 10000000019 - 50000000000000000',
  dec: 'CAST(amount AS DECIMAL(12, 2))',
  wide: 'CAST(amount AS DECIMAL(36, 6)) * CAST(1000000007 AS DECIMAL(10, 0))',
  flag: "hash(transaction_id || 'f') % 2 = 0",
  day: 'CAST(ts AS DATE) - CAST(hash(transaction_id) % 40 AS INTEGER)',
  at: "ts - INTERVAL (hash(transaction_id || 'a') % 1000000) MICROSECOND",
  tz: "CAST(ts - INTERVAL (hash(transaction_id || 'z') % 100000) SECOND AS TIMESTAMPTZ)",
  ns: 'CAST(ts AS TIMESTAMP_NS)',
  ms: 'epoch_ms(ts)',
  name: 'merchant_id',
  tags: "CASE WHEN hash(transaction_id || 't') % 7 = 0 THEN [] ELSE [channel, currency, NULL] END",
  nums: 'CASE WHEN amount > 20 THEN [amount, amount / 7, NULL] ELSE [amount] END',
  vec: '[coalesce(amount, 1), -coalesce(amount, 1) / 3, 1e9]',
};

const isNull = (name: string) => `hash(transaction_id || '${name}') % 10 = 0`;

/** Write `typed/ds=…` of payments before an instant, a file a day. */
export async function typedLake(payments: string, lake: string, asOfMs: number): Promise<void> {
  const from = `read_parquet(${quoted(join(payments, '*/*.parquet'))}, hive_partitioning = true)`;
  const columns = Object.entries(SQL).map(
    ([name, text]) => `CASE WHEN ${isNull(name)} THEN NULL ELSE ${text} END AS "${name}"`,
  );
  const days = await sql(
    `SELECT DISTINCT CAST(ds AS VARCHAR) AS ds FROM ${from} WHERE epoch_ms(ts) < ${asOfMs} ORDER BY 1`,
  );
  for (const { ds } of days) {
    const rows = `SELECT transaction_id AS id, user_id, merchant_id, currency, ts, ${columns.join(', ')} FROM ${from} WHERE ds = '${String(ds)}' AND epoch_ms(ts) < ${asOfMs}`;
    await parquet(join(lake, `typed/ds=${String(ds)}/a.parquet`), rows);
  }
}

/**
 * Requests: keys of payments (the busier the likelier), a few that nobody has and a few without; instants anywhere in the two
 * days that an upload answers, and at midnights, edges of windows, the first and the last.
 */
export async function requests(
  payments: string,
  lake: string,
  {
    asOfMs,
    count,
    seed,
  }: { readonly asOfMs: number; readonly count: number; readonly seed: number },
): Promise<void> {
  const from = `read_parquet(${quoted(join(payments, '*/*.parquet'))}, hive_partitioning = false)`;
  const windows = [
    300_000,
    3_600_000,
    12 * 3_600_000,
    DAY_MS,
    7 * DAY_MS,
    12 * DAY_MS,
    30 * DAY_MS,
  ];
  const h = (text: string) => `hash(transaction_id, n, '${text}', ${seed})`;
  const span = 2 * DAY_MS;
  // An event is a window's first or last at these instants, or is just outside.
  const edges = windows.map(
    (ms) => `${asOfMs} + ((epoch_ms(ts) - ${asOfMs}) % 86400000 + 86400000 + ${ms}) % 172800001`,
  );
  const at = `CASE ${h('kind')} % 8
    WHEN 0 THEN ${asOfMs} WHEN 1 THEN ${asOfMs + span} WHEN 2 THEN ${asOfMs} + 86400000
    WHEN 3 THEN ${asOfMs} + 300000 * CAST(${h('hop')} % 577 AS BIGINT)
    WHEN 4 THEN least(greatest([${edges.join(', ')}][1 + CAST(${h('edge')} % ${windows.length} AS INTEGER)] + CAST(${h('by')} % 3 AS BIGINT) - 1, ${asOfMs}), ${asOfMs + span})
    ELSE ${asOfMs} + CAST(${h('ms')} % ${span + 1} AS BIGINT) END`;
  const user = `CASE ${h('user')} % 40 WHEN 0 THEN NULL WHEN 1 THEN 'nobody' ELSE user_id END`;
  // A payment may be asked about more than once, each time by chance.
  const [known] = await sql(`SELECT count(*) AS n FROM ${from} WHERE epoch_ms(ts) < ${asOfMs}`);
  const repeats = Math.ceil(count / Number(known!.n));
  const rows = `SELECT row_number() OVER () AS id, ${user} AS user_id, merchant_id, currency, CAST(${at} AS BIGINT) AS at_ms FROM (SELECT p.*, n FROM ${from} p, range(${repeats}) r(n) WHERE epoch_ms(ts) < ${asOfMs} ORDER BY hash(transaction_id, n, ${seed}) LIMIT ${count})`;
  const at0 = Math.floor(asOfMs / DAY_MS);
  // A partition's label says nothing of its rows' times: here it keeps files small.
  for (let from = 0; from < count; from += ROWS_OF_FILE)
    await parquet(
      join(lake, `requests/ds=${formatDay(at0 + from / ROWS_OF_FILE)}/a.parquet`),
      `FROM (${rows}) WHERE id > ${from} AND id <= ${from + ROWS_OF_FILE}`,
    );
}

const ROWS_OF_FILE = 1000;
