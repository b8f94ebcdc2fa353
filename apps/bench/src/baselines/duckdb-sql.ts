import { featureSql, type WindowedCase } from '../windowed.js';

const UNITS: Readonly<Record<string, string>> = { m: 'MINUTE', h: 'HOUR', d: 'DAY' };

/** `7d` → `INTERVAL 7 DAY`. */
function interval(window: string): string {
  return `INTERVAL ${window.slice(0, -1)} ${UNITS[window.slice(-1)]}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** All files of a table of generated data. */
export const readTable = (dir: string, table: string) =>
  `read_parquet(${quoted(`${dir}/${table}/*/*.parquet`)}, hive_partitioning = false)`;

/** Conditions for the rows that are joined. */
export interface Sides {
  readonly left: string;
  readonly events: string;
}

const EVERYTHING: Sides = { left: 'true', events: 'true' };

/** Events of keys that no left row has are left out first. */
export const ofLeftKeys = (dir: string): Sides => ({
  left: 'true',
  events: `user_id IN (SELECT user_id FROM ${readTable(dir, 'left')})`,
});

/** One pass of a range join over the longest window, shorter ones by FILTER: what a skilled user writes first. */
export function rangeJoinSql(
  { features, windows, inputs }: WindowedCase,
  dir: string,
  where: Sides = EVERYTHING,
): string {
  const longest = windows.at(-1)!;
  const filter = (window: string) =>
    window === longest
      ? 'FILTER (WHERE event_ts IS NOT NULL)'
      : `FILTER (WHERE event_ts >= l.ts - ${interval(window)})`;
  const columns = features.map(
    (one) => `${featureSql(one, (text) => `${text} ${filter(one.window)}`)} AS ${one.name}`,
  );
  return `SELECT l.row_id, ${columns.join(', ')}
    FROM (SELECT row_id, user_id, ts FROM ${readTable(dir, 'left')} WHERE ${where.left}) l
    LEFT JOIN (SELECT user_id, ts AS event_ts, ${inputs.join(', ')} FROM ${readTable(dir, 'events')} WHERE ${where.events}) e
      ON e.user_id = l.user_id AND event_ts >= l.ts - ${interval(longest)} AND event_ts < l.ts
    GROUP BY l.row_id`;
}

/** Left rows among the events, window functions over both, left rows kept. */
export function windowSql(
  { features, windows, inputs }: WindowedCase,
  dir: string,
  where: Sides = EVERYTHING,
): string {
  const columns = features.map(
    (one) => `${featureSql(one, (text) => `${text} OVER w${one.window}`)} AS ${one.name}`,
  );
  const frames = windows.map(
    (window) =>
      `w${window} AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN ${interval(window)} PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)`,
  );
  const none = inputs.map(() => 'NULL');
  return `SELECT row_id, ${features.map(({ name }) => name).join(', ')} FROM (
      SELECT row_id, ${columns.join(', ')} FROM (
        SELECT user_id, ts, ts AS event_ts, ${inputs.join(', ')}, NULL::BIGINT AS row_id FROM ${readTable(dir, 'events')} WHERE ${where.events}
        UNION ALL SELECT user_id, ts, NULL, ${none.join(', ')}, row_id FROM ${readTable(dir, 'left')} WHERE ${where.left})
      WINDOW ${frames.join(', ')})
    WHERE row_id IS NOT NULL`;
}

/** The columns that all read, reduced to one number each. */
export function scanSql({ inputs, scanned = 'sum' }: WindowedCase, dir: string): string {
  const reduced = inputs.map((input) => `${scanned}(${input})`);
  return `SELECT count(user_id), count(ts), ${reduced.join(', ')} FROM ${readTable(dir, 'events')}`;
}
