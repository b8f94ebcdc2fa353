import { plain } from './explain-sql.js';
import { quoted, rawRows } from './workspace.js';

/** Columns of `fraud_v2` as plain SQL over its files, written from SEMANTICS alone: one query per cell. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Length and hop (S2.2). */
const WINDOW = {
  '1h': [HOUR_MS, 300_000],
  '1d': [DAY_MS, HOUR_MS],
  '7d': [7 * DAY_MS, HOUR_MS],
  '30d': [30 * DAY_MS, DAY_MS],
  ever: null,
} as const;

interface Part {
  readonly table: string;
  readonly time: string;
  readonly tie: string;
  readonly keys: readonly Key[];
  readonly lagMs?: number;
  /** Column → window, and an aggregate over `w`, the rows of the key in the window. */
  readonly columns: Readonly<Record<string, readonly [keyof typeof WINDOW, string]>>;
}
type Key = 'user_id' | 'merchant_id' | 'device_id';

const entries = (rows: string) =>
  `(SELECT nullif(map_from_entries(list({'key': k, 'value': v} ORDER BY k)), MAP {}) FROM (${rows}))`;
const histogram = (column: string) =>
  entries(`SELECT ${column} AS k, count(*) AS v FROM w WHERE k IS NOT NULL GROUP BY k`);
const bucketed = (by: string, input: string, aggregate: string) =>
  entries(
    `SELECT ${by} AS k, ${aggregate} AS v FROM w WHERE k IS NOT NULL AND ${input} IS NOT NULL GROUP BY k`,
  );
const first = (column: string, order: 'ASC' | 'DESC') =>
  `first(${column} ORDER BY t ${order}, tie ${order}) FILTER (${column} IS NOT NULL)`;
const percentile = (column: string, p: number) =>
  `(list(${column} ORDER BY ${column}) FILTER (${column} IS NOT NULL))[1 + (${p} * (count(${column}) - 1) // 100)]`;
const average = (column: string) => `fsum(${column}) / nullif(count(${column}), 0)`;

const payments = { table: 'transactions', time: 'ts', tie: 'transaction_id' };

const PARTS: readonly Part[] = [
  {
    ...payments,
    keys: ['user_id'],
    columns: {
      user_spend_count_1h: ['1h', 'count(*)'],
      user_spend_count_1d: ['1d', 'count(*)'],
      user_spend_count_7d: ['7d', 'count(*)'],
      user_spend_amount_sum_1d: ['1d', 'fsum(amount)'],
      user_spend_amount_sum_7d: ['7d', 'fsum(amount)'],
      user_spend_amount_sum_30d: ['30d', 'fsum(amount)'],
      user_spend_amount_average_7d: ['7d', average('amount')],
      user_spend_amount_average_30d: ['30d', average('amount')],
      user_spend_foreign_amount_7d: ['7d', "fsum(amount) FILTER (currency <> 'USD')"],
      user_spend_count_7d_by_channel: ['7d', histogram('channel')],
      user_spend_merchant_id_approx_unique_count_1d: ['1d', 'count(DISTINCT merchant_id)'],
      user_spend_merchant_id_approx_unique_count_7d: ['7d', 'count(DISTINCT merchant_id)'],
      user_spend_device_id_last: ['ever', first('device_id', 'DESC')],
      user_habits_amount_stddev_30d: ['30d', 'stddev_pop(amount)'],
      user_habits_amount_max_7d: ['7d', 'max(amount)'],
      user_habits_amount_max_30d: ['30d', 'max(amount)'],
      user_habits_amount_p50_p99_30d: [
        '30d',
        `CASE WHEN count(amount) > 0 THEN [${percentile('amount', 50)}, ${percentile('amount', 99)}] END`,
      ],
      user_habits_currency_unique_count_30d: ['30d', 'count(DISTINCT currency)'],
      user_habits_channel_diversity_30d: [
        '30d',
        '(SELECT sum(-n / s * ln(n / s)) FROM (SELECT n::DOUBLE AS n, sum(n) OVER () AS s FROM (SELECT count(*) AS n FROM w WHERE channel IS NOT NULL GROUP BY channel)))',
      ],
      user_habits_channel_histogram_7d: ['7d', histogram('channel')],
      user_habits_merchant_id_top3_frequent_30d: [
        '30d',
        '(SELECT list(m ORDER BY n DESC, m)[:3] FROM (SELECT merchant_id AS m, count(*) AS n FROM w WHERE m IS NOT NULL GROUP BY m))',
      ],
      user_habits_merchant_id_last3: [
        'ever',
        'list(merchant_id ORDER BY t DESC, tie DESC) FILTER (merchant_id IS NOT NULL)[:3]',
      ],
      user_habits_currency_first: ['ever', first('currency', 'ASC')],
    },
  },
  {
    ...payments,
    keys: ['merchant_id'],
    columns: {
      merchant_activity_count_1h: ['1h', 'count(*)'],
      merchant_activity_count_7d: ['7d', 'count(*)'],
      merchant_activity_amount_average_7d: ['7d', average('amount')],
      merchant_activity_amount_sum_7d_by_currency: [
        '7d',
        bucketed('currency', 'amount', 'fsum(amount)'),
      ],
      merchant_activity_amount_p50_7d: ['7d', percentile('amount', 50)],
      merchant_activity_user_id_approx_unique_count_7d: ['7d', 'count(DISTINCT user_id)'],
    },
  },
  {
    table: 'fraud_labels',
    time: 'confirmed_at',
    tie: 'label_id',
    keys: ['merchant_id'],
    lagMs: 7 * DAY_MS,
    columns: {
      merchant_risk_count_30d: ['30d', 'count(*)'],
      merchant_risk_confirmed_frauds_30d: ['30d', 'count(*) FILTER (is_fraud)'],
      merchant_risk_fraud_rate_30d: ['30d', 'avg(is_fraud::INTEGER)'],
      merchant_risk_fraud_amount_30d: ['30d', 'fsum(amount) FILTER (is_fraud)'],
      merchant_risk_reason_histogram_30d: ['30d', histogram('reason')],
    },
  },
  {
    table: 'merchant_risk_scores',
    time: 'scored_at',
    tie: 'score_id',
    keys: ['merchant_id'],
    columns: {
      merchant_scores_score_last: ['ever', first('score', 'DESC')],
      merchant_scores_score_max_7d: ['7d', 'max(score)'],
      merchant_scores_score_average_30d_by_model_version: [
        '30d',
        bucketed('model_version', 'score', average('score')),
      ],
      merchant_scores_score_rate_of_change_30d: [
        '30d',
        `CASE WHEN count(score) > 1 THEN (${first('score', 'DESC')} - ${first('score', 'ASC')}) / nullif(abs(${first('score', 'ASC')}), 0) END`,
      ],
    },
  },
  {
    ...payments,
    keys: ['device_id'],
    columns: {
      device_stats_count_1h: ['1h', 'count(*)'],
      device_stats_count_1d: ['1d', 'count(*)'],
      device_stats_user_id_unique_count_7d: ['7d', 'count(DISTINCT user_id)'],
      device_stats_online_amount_1d: ['1d', "fsum(amount) FILTER (channel IN ('web', 'app'))"],
      device_stats_seen_at_30d: ['30d', 'epoch_ms(max(ts))'],
      device_stats_currency_last: ['ever', first('currency', 'DESC')],
    },
  },
  {
    table: 'device_reputation',
    time: 'seen_at',
    tie: 'report_id',
    keys: ['device_id'],
    columns: {
      device_trust_reputation_last: ['ever', first('reputation', 'DESC')],
      device_trust_reputation_min_30d: ['30d', 'min(reputation)'],
      device_trust_vpn_share_30d: ['30d', 'avg(vpn::INTEGER)'],
    },
  },
  {
    ...payments,
    keys: ['user_id', 'merchant_id'],
    columns: {
      user_merchant_count: ['ever', 'count(*)'],
      user_merchant_count_30d: ['30d', 'count(*)'],
      user_merchant_amount_sum_30d: ['30d', 'fsum(amount)'],
    },
  },
];

/** A payment, as DuckDB gives it. */
export interface Payment extends Readonly<Record<Key, string | null>> {
  readonly ms: number;
}

/** A cell of the training set by SQL over the source rows; null where a key is. */
export async function fraudValue(lake: string, column: string, row: Payment): Promise<unknown> {
  if (column === 'label_is_fraud_max_30d') return fraudAhead(lake, row);
  const part = PARTS.find(({ columns }) => column in columns);
  if (part === undefined) return profile(lake, column, row);
  if (part.keys.some((key) => row[key] === null)) return null;
  const [window, aggregate] = part.columns[column]!;
  const q = row.ms - (part.lagMs ?? 0);
  const [lengthMs, hopMs] = WINDOW[window] ?? [];
  const conditions = [
    ...part.keys.map((key) => `${key} = ${quoted(row[key]!)}`),
    `epoch_ms(${part.time}) < ${q}`,
    ...(lengthMs === undefined || hopMs === undefined
      ? []
      : [`epoch_ms(${part.time}) >= ${Math.floor((q - lengthMs) / hopMs) * hopMs}`]),
  ];
  const rows = `SELECT *, epoch_ms(${part.time}) AS t, ${part.tie} AS tie FROM read_parquet(${quoted(`${lake}/${part.table}/*/*.parquet`)}, hive_partitioning = false) WHERE ${conditions.join(' AND ')}`;
  const from = aggregate.startsWith('(SELECT') ? '' : ' FROM w';
  const [found] = await rawRows(`WITH w AS MATERIALIZED (${rows}) SELECT ${aggregate} AS v${from}`);
  return plain(found?.v ?? null);
}

/** S3.2: the dump of the day before. */
async function profile(lake: string, column: string, row: Payment): Promise<unknown> {
  const [, name = ''] = /^merchants_profiles_(\w+)$/.exec(column) ?? [];
  if (row.merchant_id === null) return null;
  const ds = new Date(row.ms - DAY_MS).toISOString().slice(0, 10);
  const file = quoted(`${lake}/merchant_profiles/ds=${ds}/*.parquet`);
  const [found] = await rawRows(
    `SELECT ${name} AS v FROM read_parquet(${file}, hive_partitioning = false) WHERE merchant_id = ${quoted(row.merchant_id)}`,
  );
  return plain(found?.v ?? null);
}

/** S2.7: whether any payment of the next 30 days was fraud; null where these end after the data. */
async function fraudAhead(lake: string, { user_id, ms }: Payment): Promise<unknown> {
  if (user_id === null) return null;
  const until = ms + 30 * DAY_MS;
  const files = quoted(`${lake}/transactions/*/*.parquet`);
  const [last] = await rawRows(
    `SELECT max(regexp_extract(file, 'ds=([0-9-]+)', 1)) AS ds FROM glob(${files})`,
  );
  if (until > Date.parse(String(last?.ds)) + DAY_MS) return null;
  const [found] = await rawRows(
    `SELECT bool_or(is_fraud) AS v FROM read_parquet(${files}, hive_partitioning = false) WHERE user_id = ${quoted(user_id)} AND epoch_ms(ts) >= ${ms} AND epoch_ms(ts) < ${until}`,
  );
  return plain(found?.v ?? null);
}
