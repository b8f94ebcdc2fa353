import { average, count, events, groupBy, join, max, min, part, sum } from '@tessera/api';

/** The standard case: five operations over three windows, exact tails, because the SQL's windows are exact. */
export const WINDOWS = ['1h', '7d', '30d'] as const;

const columns = { row_id: 'int64', user_id: 'string', ts: 'timestamp' } as const;

const payments = events({
  name: 'payments',
  path: 'events',
  columns: { ...columns, amount: 'double' },
  time: 'ts',
});
const requests = events({ name: 'requests', path: 'left', columns, time: 'ts' });

const windows = [...WINDOWS];
const spend = groupBy({
  name: 'g',
  source: payments,
  keys: ['user_id'],
  tail: 'exact',
  aggregations: [
    count('amount', { windows }),
    sum('amount', { windows }),
    average('amount', { windows }),
    min('amount', { windows }),
    max('amount', { windows }),
  ],
});

export const standardJoin = join({ name: 'standard', left: requests, parts: [part(spend)] });

const INTERVAL = {
  '1h': 'INTERVAL 1 HOUR',
  '7d': 'INTERVAL 7 DAY',
  '30d': 'INTERVAL 30 DAY',
} as const;
const read = (dir: string, table: string) =>
  `read_parquet('${dir}/${table}/*/*.parquet', hive_partitioning = false)`;

/** One pass of a range join over the longest window, shorter ones by FILTER: what a skilled user writes first. */
export function rangeJoinSql(dir: string): string {
  const filter = (window: keyof typeof INTERVAL) =>
    window === '30d'
      ? 'FILTER (WHERE e.ts IS NOT NULL)'
      : `FILTER (WHERE e.ts >= l.ts - ${INTERVAL[window]})`;
  const features = (['count', 'sum', 'avg', 'min', 'max'] as const).flatMap((fn) =>
    WINDOWS.map((window) => `${fn}(e.amount) ${filter(window)} AS ${fn}_${window}`),
  );
  return `SELECT l.row_id, ${features.join(', ')} FROM ${read(dir, 'left')} l LEFT JOIN ${read(dir, 'events')} e ON e.user_id = l.user_id AND e.ts >= l.ts - INTERVAL 30 DAY AND e.ts < l.ts GROUP BY l.row_id`;
}

/** Left rows among the events, window functions over both, left rows kept. */
export function windowSql(dir: string): string {
  const features = (['count', 'sum', 'avg', 'min', 'max'] as const).flatMap((fn) =>
    WINDOWS.map((window) => `${fn}(amount) OVER w${window} AS ${fn}_${window}`),
  );
  const frames = WINDOWS.map(
    (window) =>
      `w${window} AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN ${INTERVAL[window]} PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)`,
  );
  const rows = `SELECT user_id, ts, amount, NULL::BIGINT AS row_id FROM ${read(dir, 'events')} UNION ALL SELECT user_id, ts, NULL, row_id FROM ${read(dir, 'left')}`;
  return `SELECT row_id, ${features.map((f) => f.split(' AS ')[1]).join(', ')} FROM (SELECT row_id, ${features.join(', ')} FROM (${rows}) WINDOW ${frames.join(', ')}) WHERE row_id IS NOT NULL`;
}

/** Columns that both read, counted: the physical floor. */
export function scanSql(dir: string): string {
  return `SELECT count(user_id), count(ts), sum(amount) FROM ${read(dir, 'events')}`;
}

/** Ours → the SQL's names. */
export function ourName(fn: string, window: string): string {
  return `g_amount_${fn === 'avg' ? 'average' : fn}_${window}`;
}
