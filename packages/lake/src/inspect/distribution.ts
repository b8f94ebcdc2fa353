import { quoteIdent } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';
import { type Published, publishedSql } from './open-published.js';

export interface NumberBin {
  /** Half-open, but for the last bin, which holds its upper end. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** How the values of one column lie. Plain data. */
export type Distribution = {
  readonly rows: number;
  readonly nulls: number;
} & (
  | {
      readonly kind: 'numbers';
      readonly min: string | null;
      readonly p50: string | null;
      readonly max: string | null;
      readonly mean: number | null;
      /** True when the median was estimated: an exact one holds all values in memory. */
      readonly isEstimated: boolean;
      readonly bins: readonly NumberBin[];
      /** Values below the first and above the last bin. */
      readonly below: number;
      readonly above: number;
    }
  | {
      readonly kind: 'values';
      /** Of lists and maps it is their sizes that are counted. */
      readonly of: 'values' | 'sizes';
      readonly distinct: number;
      readonly top: readonly { readonly value: string; readonly rows: number }[];
    }
  | {
      readonly kind: 'times';
      readonly min: string | null;
      readonly p50: string | null;
      readonly max: string | null;
      readonly isEstimated: boolean;
    }
);

const MAX_EXACT_ROWS = 5_000_000;
const BINS = 20;
/** Beyond this many times the range of the middle 98 %, ends would leave one bin for everything else. */
const LONG_TAIL = 4;

/**
 * The distribution of one column of a published dataset.
 *
 * Cost  two passes over the column; memory for its middle value up to 5 million rows, and for different texts
 */
export async function distribution(
  session: Session,
  dataset: Published,
  column: { readonly name: string; readonly type: string },
  top = 10,
): Promise<Distribution> {
  const from = publishedSql(dataset);
  const name = quoteIdent(column.name);
  if (
    /^(TINYINT|SMALLINT|INTEGER|BIGINT|U\w*INT\w*|HUGEINT|FLOAT|DOUBLE|DECIMAL.*)$/.test(
      column.type,
    )
  ) {
    return numbers(session, { from, name, rows: dataset.rows });
  }
  if (/^(DATE|TIMESTAMP.*)$/.test(column.type)) {
    const middle = quantile(name, 0.5, dataset.rows, 'disc');
    const [row] = await readRows(
      session,
      `SELECT count(*) AS total, count(${name}) AS n, CAST(min(${name}) AS VARCHAR) AS least, CAST(${middle} AS VARCHAR) AS middle, CAST(max(${name}) AS VARCHAR) AS greatest FROM ${from}`,
    );
    return {
      kind: 'times',
      ...counts(row),
      min: text(row?.least),
      p50: text(row?.middle),
      max: text(row?.greatest),
      isEstimated: dataset.rows > MAX_EXACT_ROWS,
    };
  }
  const isList = column.type.endsWith('[]');
  const isNested = isList || column.type.startsWith('MAP(');
  const size = isList ? `len(${name})` : `cardinality(${name})`;
  const value = `CAST(${isNested ? size : name} AS VARCHAR)`;
  const different =
    dataset.rows > MAX_EXACT_ROWS
      ? `approx_count_distinct(${value})`
      : `count(DISTINCT hash(${value})) FILTER (WHERE ${value} IS NOT NULL)`;
  const [row] = await readRows(
    session,
    `SELECT count(*) AS total, count(${name}) AS n, ${different} AS different FROM ${from}`,
  );
  const found = await readRows(
    session,
    `SELECT ${value} AS value, count(*) AS n FROM ${from} WHERE ${name} IS NOT NULL GROUP BY ALL ORDER BY n DESC, value LIMIT ${top}`,
  );
  return {
    kind: 'values',
    of: isNested ? 'sizes' : 'values',
    ...counts(row),
    distinct: Number(row?.different),
    top: found.map((one) => ({ value: String(one.value), rows: Number(one.n) })),
  };
}

type Row = Awaited<ReturnType<typeof readRows>>[number];

function counts(row: Row | undefined): { rows: number; nulls: number } {
  const rows = Number(row?.total);
  return { rows, nulls: rows - Number(row?.n) };
}

const text = (value: unknown): string | null => (value == null ? null : String(value));

function quantile(name: string, at: number, rows: number, how: 'disc' | 'cont'): string {
  return rows > MAX_EXACT_ROWS
    ? `approx_quantile(${name}, ${at})`
    : `quantile_${how}(${name}, ${at})`;
}

async function numbers(
  session: Session,
  { from, name, rows }: { readonly from: string; readonly name: string; readonly rows: number },
): Promise<Distribution> {
  const at = (share: number) => quantile(name, share, rows, 'disc');
  const [row] = await readRows(
    session,
    `SELECT count(*) AS total, count(${name}) AS n, CAST(min(${name}) AS VARCHAR) AS least, CAST(${at(0.5)} AS VARCHAR) AS middle, CAST(max(${name}) AS VARCHAR) AS greatest,
       avg(CAST(${name} AS DOUBLE)) AS mean, CAST(${at(0.01)} AS DOUBLE) AS low, CAST(${at(0.99)} AS DOUBLE) AS high,
       CAST(min(${name}) AS DOUBLE) AS first, CAST(max(${name}) AS DOUBLE) AS last, bool_and(${name} = floor(${name})) AS whole FROM ${from}`,
  );
  const base = {
    kind: 'numbers' as const,
    ...counts(row),
    min: text(row?.least),
    p50: text(row?.middle),
    max: text(row?.greatest),
    mean: row?.mean == null ? null : Number(row.mean),
    isEstimated: rows > MAX_EXACT_ROWS,
  };
  if (row?.first == null) return { ...base, bins: [], below: 0, above: 0 };
  const edges = binEdges({
    first: Number(row.first),
    last: Number(row.last),
    low: Number(row.low),
    high: Number(row.high),
    isWhole: row.whole === true,
  });
  const value = `CAST(${name} AS DOUBLE)`;
  const found = await readRows(
    session,
    `SELECT CASE WHEN ${value} < ${edges.start} THEN -1 WHEN ${value} > ${edges.end} THEN ${edges.count}
       ELSE least(${edges.count - 1}, CAST(floor((${value} - ${edges.start}) / ${edges.width}) AS INTEGER)) END AS bin, count(*) AS n
     FROM ${from} WHERE ${name} IS NOT NULL GROUP BY ALL`,
  );
  const inBin = new Map(found.map((one) => [Number(one.bin), Number(one.n)]));
  const bins = Array.from({ length: edges.count }, (_, i) => ({
    from: edges.start + i * edges.width,
    to: edges.start + (i + 1) * edges.width,
    rows: inBin.get(i) ?? 0,
  }));
  return { ...base, bins, below: inBin.get(-1) ?? 0, above: inBin.get(edges.count) ?? 0 };
}

/**
 * Equal bins over the values, or over their middle 98 % where the ends are far away. `end` is the last value that is in a bin.
 */
export function binEdges(facts: {
  readonly first: number;
  readonly last: number;
  readonly low: number;
  readonly high: number;
  readonly isWhole: boolean;
}): { start: number; end: number; width: number; count: number } {
  const { first, last, low, high, isWhole } = facts;
  const isLong = high > low && last - first > LONG_TAIL * (high - low);
  const [start, end] = isLong ? [low, high] : [first, last];
  if (!(end > start)) return { start, end, width: 1, count: 1 };
  if (!isWhole) return { start, end, width: (end - start) / BINS, count: BINS };
  const width = Math.max(1, Math.ceil((end - start) / BINS));
  const count = Math.floor((end - start) / width) + 1;
  return { start, end: start + width * count - 1, width, count };
}
