import { featureSql, type WindowedCase } from '../windowed.js';

const UNITS: Readonly<Record<string, string>> = { m: 'MINUTE', h: 'HOUR', d: 'DAY' };

/** `7d` → `INTERVAL 7 DAY`. */
function interval(window: string): string {
  return `INTERVAL ${window.slice(0, -1)} ${UNITS[window.slice(-1)]}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Files of a table of generated data: all, or those of some days. */
export function readTable(dir: string, table: string, days: readonly string[] = ['*']): string {
  // A folder of a day is named after it.
  const globs = days.map((day) =>
    quoted(`${dir}/${table}/${day === '*' ? '*' : `ds=${day}`}/*.parquet`),
  );
  const files = globs.length === 1 ? globs[0] : `[${globs.join(', ')}]`;
  return `read_parquet(${files}, hive_partitioning = false)`;
}

/** What is joined: SQL that follows FROM, such as a table and its condition. */
export interface Sides {
  readonly left: string;
  readonly events: string;
}

/** All rows of both. */
export const everything = (dir: string): Sides => ({
  left: readTable(dir, 'left'),
  events: readTable(dir, 'events'),
});

/** Events of keys that no left row has are left out first. */
export function ofLeftKeys(dir: string): Sides {
  const { left, events } = everything(dir);
  return { left, events: `${events} WHERE user_id IN (SELECT user_id FROM ${left})` };
}

/** One pass of a range join over the longest window, shorter ones by FILTER: what a skilled user writes first. */
export function rangeJoinSql({ features, windows, inputs }: WindowedCase, sides: Sides): string {
  const longest = windows.at(-1)!;
  const filter = (window: string) =>
    window === longest
      ? 'FILTER (WHERE event_ts IS NOT NULL)'
      : `FILTER (WHERE event_ts >= l.ts - ${interval(window)})`;
  const columns = features.map(
    (one) => `${featureSql(one, (text) => `${text} ${filter(one.window)}`)} AS ${one.name}`,
  );
  return `SELECT l.row_id, ${columns.join(', ')}
    FROM (SELECT row_id, user_id, ts FROM ${sides.left}) l
    LEFT JOIN (SELECT user_id, ts AS event_ts, ${inputs.join(', ')} FROM ${sides.events}) e
      ON e.user_id = l.user_id AND event_ts >= l.ts - ${interval(longest)} AND event_ts < l.ts
    GROUP BY l.row_id`;
}

/** Left rows among the events, window functions over both, left rows kept. */
export function windowSql({ features, windows, inputs }: WindowedCase, sides: Sides): string {
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
        SELECT user_id, ts, ts AS event_ts, ${inputs.join(', ')}, NULL::BIGINT AS row_id FROM ${sides.events}
        UNION ALL SELECT user_id, ts, NULL, ${none.join(', ')}, row_id FROM ${sides.left})
      WINDOW ${frames.join(', ')})
    WHERE row_id IS NOT NULL`;
}

/** The columns that all read, reduced to one number each. */
export function scanSql({ inputs, scanned = 'sum' }: WindowedCase, { events }: Sides): string {
  const reduced = inputs.map((input) => `${scanned}(${input})`);
  return `SELECT count(user_id), count(ts), ${reduced.join(', ')} FROM ${events}`;
}
