import { type DataType, isOrderable } from '@tessera/api';
import { quoteIdent, quotePaths } from './quote.js';
import { readRows } from './read-rows.js';
import type { Session } from './session.js';

export interface SummaryRow {
  readonly name: string;
  readonly type: DataType;
  readonly rows: number;
  readonly nulls: number;
  /** Printed as DuckDB prints the type; null where the type has no order or every value is null. */
  readonly min: string | null;
  /** The lower of two middle values: an actual value, the same on every run. */
  readonly median: string | null;
  readonly max: string | null;
}

/** Exact medians hold their column in memory: so many columns are summed up at a time. */
const COLUMNS_AT_ONCE = 4;

/**
 * Nulls, least, middle and greatest of columns over Parquet files. Deterministic: medians are exact.
 *
 * Cost  one pass over each column; memory for four columns at a time
 */
export async function summarise(
  session: Session,
  files: readonly string[],
  columns: readonly { readonly name: string; readonly type: DataType }[],
): Promise<SummaryRow[]> {
  const rows: SummaryRow[] = [];
  if (files.length === 0) {
    return columns.map((c) => ({ ...c, rows: 0, nulls: 0, min: null, median: null, max: null }));
  }
  const from = `read_parquet(${quotePaths(files)}, hive_partitioning=false, union_by_name=true)`;
  for (let at = 0; at < columns.length; at += COLUMNS_AT_ONCE) {
    const some = columns.slice(at, at + COLUMNS_AT_ONCE);
    const parts = some.flatMap(({ name, type }, i) => {
      const column = quoteIdent(name);
      if (!isOrderable(type)) return [`count(${column}) AS n${i}`];
      return [
        `count(${column}) AS n${i}`,
        `CAST(min(${column}) AS VARCHAR) AS least${i}`,
        `CAST(quantile_disc(${column}, 0.5) AS VARCHAR) AS middle${i}`,
        `CAST(max(${column}) AS VARCHAR) AS greatest${i}`,
      ];
    });
    const [row] = await readRows(
      session,
      `SELECT count(*) AS total, ${parts.join(', ')} FROM ${from}`,
    );
    const text = (value: unknown): string | null => (value == null ? null : String(value));
    some.forEach(({ name, type }, i) => {
      const total = Number(row?.total);
      rows.push({
        name,
        type,
        rows: total,
        nulls: total - Number(row?.[`n${i}`]),
        min: text(row?.[`least${i}`]),
        median: text(row?.[`middle${i}`]),
        max: text(row?.[`greatest${i}`]),
      });
    });
  }
  return rows;
}
