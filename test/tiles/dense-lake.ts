import { mkdirSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { DAY_MS, events, formatDay } from '@tessera/api';
import { parquet, quoted, sql } from '../files/workspace.js';

/**
 * Payments of days that begin on the grid of 64 days: three users who pay twice in every five minutes of the hours 8 to 12,
 * so that tiles of any level are fewer than rows. Orders ask about them.
 */

export const payments = events({
  name: 'payments',
  path: 'payments',
  columns: {
    user: 'string',
    amount: 'double',
    cents: 'int64',
    note: 'string',
    at: 'timestamp',
  },
  time: 'at',
});

export const orders = events({
  name: 'orders',
  path: 'orders',
  columns: { user: 'string', at: 'timestamp' },
  time: 'at',
});

/** A multiple of 64. */
const FIRST_DAY = 20_032;
const FIRST_HOUR = 8;
const HOURS = 4;

export const ROWS_PER_DAY = 3 * 2 * 12 * HOURS;

/** The label of a day, counted from the first. */
export const ds = (day: number): string => formatDay(FIRST_DAY + day);

export const paymentsFile = (lake: string, day: number, name = 'a0'): string =>
  joinPath(lake, 'payments', `ds=${ds(day)}`, `${name}.parquet`);

function rowsSql(days: string, salt: number): string {
  const hash = (n: number) =>
    `(('0x' || substr(md5(d || ' ' || i || ' ${salt + n}'), 1, 8))::BIGINT)`;
  // Long, and nothing that compresses: most of a file is what few ask for.
  const note = [1, 2, 3, 4, 5, 6].map((n) => `md5(d || ' ' || i || ' ${salt + n}')`).join(' || ');
  return `SELECT 'u' || (i % 3) AS "user",
      CASE ${hash(1)} % 9 WHEN 0 THEN 1e17 WHEN 1 THEN -1e17 WHEN 2 THEN NULL ELSE (${hash(2)} % 1000) / 8 END AS amount,
      (${hash(3)} % 1000 - 500)::BIGINT AS cents,
      ${note} AS note,
      make_timestamp(((${FIRST_DAY} + d)::BIGINT * ${DAY_MS} + (${FIRST_HOUR} * 60 + (i // 6) * 5) * 60000 + ${hash(4)} % 300000) * 1000) AS at,
      d
    FROM ${days} days(d), range(${ROWS_PER_DAY}) t(i)`;
}

/** One file a day, for days [first, end). */
export async function writeDays(lake: string, first: number, end: number): Promise<void> {
  mkdirSync(lake, { recursive: true });
  const rows = rowsSql(`range(${first}, ${end})`, 0);
  const labelled = `SELECT * EXCLUDE (d), (DATE '1970-01-01' + (${FIRST_DAY} + d)::INTEGER)::VARCHAR AS ds FROM (${rows})`;
  await sql(
    `COPY (${labelled}) TO ${quoted(joinPath(lake, 'payments'))} (FORMAT parquet, PARTITION_BY (ds), FILENAME_PATTERN 'a', OVERWRITE_OR_IGNORE)`,
  );
}

/** A file of payments of one day, other ones for another salt, in the folder of any day. */
export async function writeFile(
  lake: string,
  { day, of = day, salt = 0, name }: { day: number; of?: number; salt?: number; name?: string },
): Promise<void> {
  const rows = rowsSql(`(VALUES (${of}))`, salt);
  await parquet(paymentsFile(lake, day, name), `SELECT * EXCLUDE (d) FROM (${rows})`);
}

/** Orders of a day, of every user from its first minutes to its last. */
export async function writeOrders(lake: string, day: number): Promise<void> {
  await parquet(
    joinPath(lake, 'orders', `ds=${ds(day)}`, 'a.parquet'),
    `SELECT 'u' || (i % 3) AS "user", TIMESTAMP '${ds(day)} 00:07:00' + to_minutes(i * 70) AS at FROM range(20) t(i)`,
  );
}

export function removeDay(lake: string, day: number): void {
  rmSync(joinPath(lake, 'payments', `ds=${ds(day)}`), { recursive: true });
}
