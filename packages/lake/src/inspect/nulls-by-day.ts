import { quoteIdent, quotePaths } from '../quote.js';
import { readRows } from '../read-rows.js';
import type { Session } from '../session.js';
import type { Published } from './open-published.js';

/** Neighbouring partitions, counted together. */
export interface NullCell {
  readonly first: string;
  readonly last: string;
  readonly partitions: number;
  readonly rows: number;
  /** Nulls of each asked column. */
  readonly nulls: readonly number[];
}

const COLUMNS_AT_ONCE = 64;

/**
 * Nulls of columns over time, in at most `cells` groups of neighbouring partitions.
 *
 * Cost  one pass over the columns; memory for the counts
 */
export async function nullsByDay(
  session: Session,
  { partitions }: Published,
  { columns, cells }: { readonly columns: readonly string[]; readonly cells: number },
): Promise<NullCell[]> {
  const size = Math.max(1, Math.ceil(partitions.length / Math.max(1, cells)));
  const found: NullCell[] = [];
  for (let at = 0; at < partitions.length; at += size) {
    const some = partitions.slice(at, at + size);
    const files = quotePaths(some.map(({ file }) => file));
    const nulls: number[] = [];
    let rows = 0;
    for (let from = 0; from < columns.length; from += COLUMNS_AT_ONCE) {
      const counted = columns
        .slice(from, from + COLUMNS_AT_ONCE)
        .map((name, i) => `count(*) - count(${quoteIdent(name)}) AS n${i}`);
      const [row] = await readRows(
        session,
        `SELECT count(*) AS total, ${counted.join(', ')} FROM read_parquet(${files}, hive_partitioning=false, union_by_name=true)`,
      );
      rows = Number(row?.total);
      nulls.push(...counted.map((_, i) => Number(row?.[`n${i}`])));
    }
    found.push({ first: some[0]!.ds, last: some.at(-1)!.ds, partitions: some.length, rows, nulls });
  }
  return found;
}
