import { FEATURES, type Feature, WINDOWS } from '../features.js';

const INTERVAL: Readonly<Record<Feature['window'], string>> = {
  '1h': 'INTERVAL 1 HOUR',
  '7d': 'INTERVAL 7 DAY',
  '30d': 'INTERVAL 30 DAY',
};
const sqlName = (operation: Feature['operation']) => (operation === 'average' ? 'avg' : operation);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const read = (dir: string, table: string) =>
  `read_parquet(${quoted(`${dir}/${table}/*/*.parquet`)}, hive_partitioning = false)`;

/** Conditions for the rows that are joined. */
export interface Sides {
  readonly left: string;
  readonly events: string;
}

/** One pass of a range join over the longest window, shorter ones by FILTER: what a skilled user writes first. */
export function rangeJoinSql(dir: string, where: Sides = { left: 'true', events: 'true' }): string {
  const filter = (window: Feature['window']) =>
    window === '30d'
      ? 'FILTER (WHERE e.ts IS NOT NULL)'
      : `FILTER (WHERE e.ts >= l.ts - ${INTERVAL[window]})`;
  const columns = FEATURES.map(
    ({ name, operation, window }) => `${sqlName(operation)}(e.amount) ${filter(window)} AS ${name}`,
  );
  const side = (table: keyof Sides) => `(SELECT * FROM ${read(dir, table)} WHERE ${where[table]})`;
  return `SELECT l.row_id, ${columns.join(', ')}
    FROM ${side('left')} l LEFT JOIN ${side('events')} e
      ON e.user_id = l.user_id AND e.ts >= l.ts - INTERVAL 30 DAY AND e.ts < l.ts
    GROUP BY l.row_id`;
}

/** Left rows among the events, window functions over both, left rows kept. */
export function windowSql(dir: string): string {
  const columns = FEATURES.map(
    ({ name, operation, window }) => `${sqlName(operation)}(amount) OVER w${window} AS ${name}`,
  );
  const frames = WINDOWS.map(
    (window) =>
      `w${window} AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN ${INTERVAL[window]} PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)`,
  );
  return `SELECT row_id, ${FEATURES.map(({ name }) => name).join(', ')} FROM (
      SELECT row_id, ${columns.join(', ')} FROM (
        SELECT user_id, ts, amount, NULL::BIGINT AS row_id FROM ${read(dir, 'events')}
        UNION ALL SELECT user_id, ts, NULL, row_id FROM ${read(dir, 'left')})
      WINDOW ${frames.join(', ')})
    WHERE row_id IS NOT NULL`;
}

/** The columns that all read, reduced to three numbers. */
export function scanSql(dir: string): string {
  return `SELECT count(user_id), count(ts), sum(amount) FROM ${read(dir, 'events')}`;
}
