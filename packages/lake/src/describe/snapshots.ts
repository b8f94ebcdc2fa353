import type { DuckDBValue } from '@duckdb/node-api';
import { type DataType, isScalar, isTime } from '@tessera/api';
import { quoteIdent, quoteLiteral } from '../quote.js';
import type { TableFile } from './find-tables.js';
import { isIdName } from './profile.js';

/** Two neighbouring partitions of a table, compared. */
export interface SnapshotEvidence {
  readonly partitions: number;
  readonly days: readonly [string, string] | null;
  /** Columns that are one row each in both partitions, with most values in both; null when there are none. */
  readonly keys: readonly string[] | null;
  /** Share of the larger partition's keys that are in the other one too. */
  readonly shared: number;
}

type Query = (relation: string) => string;
type Ask = (
  files: readonly TableFile[],
  query: Query,
) => Promise<readonly Record<string, DuckDBValue>[]>;

/** Partitions larger than this are no dump that anyone would compare. */
const MAX_PARTITION_BYTES = 1e9;
const MAX_CANDIDATES = 6;
/** Dumps of neighbouring days share nearly all their keys; ids of events share none. */
const LEAST_SHARED = 0.5;
/** A row whose time is in its own day nearly always is an event of that day. */
const MOST_OF_ITS_DAY = 0.9;

/**
 * Whether a table is a daily dump: the last two partitions hold one row per key each, and mostly the same keys, whose times
 * (if there are any) are not of the partition's own day.
 */
export async function findSnapshotKeys(
  files: readonly TableFile[],
  columns: readonly { readonly name: string; readonly type: DataType }[],
  ask: Ask,
): Promise<SnapshotEvidence> {
  const labels = [...new Set(files.map(({ ds }) => ds ?? ''))].filter((ds) => /^\d/.test(ds));
  const [before, last] = labels.slice(-2);
  const none = { partitions: labels.length, days: null, keys: null, shared: 0 };
  if (before === undefined || last === undefined) return none;
  const of = (ds: string) => files.filter((file) => file.ds === ds);
  const [first, second] = [of(before), of(last)];
  const bytes = [...first, ...second].reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MAX_PARTITION_BYTES) return none;
  const compared = { ...none, days: [before, last] as const };
  for (const keys of candidates(columns)) {
    const one = keys.map(quoteIdent).join(', ');
    const unique: number[] = [];
    for (const part of [first, second]) {
      const isKnown = keys.map((key) => `${quoteIdent(key)} IS NOT NULL`).join(' AND ');
      const [row] = await ask(
        part,
        (from) =>
          `SELECT count(*) AS n, (SELECT count(*) FROM (SELECT DISTINCT ${one} FROM ${from} WHERE ${isKnown})) AS different FROM ${from}`,
      );
      unique.push(Number(row?.n) === Number(row?.different) ? Number(row?.n) : 0);
    }
    if (unique.includes(0)) continue;
    const [row] = await ask(
      [...first, ...second],
      (from) =>
        `SELECT count(*) AS shared FROM (SELECT ${one} FROM ${from} GROUP BY ALL HAVING count(*) = 2)`,
    );
    const shared = Number(row?.shared) / Math.max(...unique);
    if (shared < LEAST_SHARED) continue;
    if (await timesAreOfTheirDay(columns, second, last, ask)) return { ...compared, shared };
    return { ...compared, keys, shared };
  }
  return compared;
}

/** Ids by themselves, then pairs of them; texts where nothing is called an id. */
function candidates(
  columns: readonly { readonly name: string; readonly type: DataType }[],
): string[][] {
  const scalars = columns.filter(({ type }) => isScalar(type) && !isTime(type));
  const ids = scalars.filter(({ name }) => isIdName(name)).map(({ name }) => name);
  const texts = scalars.filter(({ type }) => type.kind === 'string').map(({ name }) => name);
  const singles = (ids.length > 0 ? ids : texts).slice(0, MAX_CANDIDATES);
  const few = singles.slice(0, 4);
  const pairs = few.flatMap((a, i) => few.slice(i + 1).map((b) => [a, b]));
  return [...singles.map((name) => [name]), ...pairs];
}

async function timesAreOfTheirDay(
  columns: readonly { readonly name: string; readonly type: DataType }[],
  files: readonly TableFile[],
  ds: string,
  ask: Ask,
): Promise<boolean> {
  const times = columns.filter(
    ({ type }) => type.kind === 'date' || type.kind.startsWith('timestamp'),
  );
  if (times.length === 0) return false;
  const share = times.map(
    ({ name }, i) =>
      `count_if(TRY_CAST(${quoteIdent(name)} AS DATE) = DATE ${quoteLiteral(ds)}) / greatest(1, count(${quoteIdent(name)})) AS share${i}`,
  );
  const [row] = await ask(files, (from) => `SELECT ${share.join(', ')} FROM ${from}`);
  return times.some((_, i) => Number(row?.[`share${i}`]) > MOST_OF_ITS_DAY);
}
