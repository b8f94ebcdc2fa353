import type { DataType } from '@tessera/api';

/** Types whose equal values are equal words when they are read by this SQL, and only they. */
export type Family = 'text' | 'integer' | 'date';

export const FAMILIES: Partial<Record<DataType['kind'], Family>> = {
  string: 'text',
  int32: 'integer',
  int64: 'integer',
  date: 'date',
};

/** By DuckDB's names. */
export const FAMILIES_OF_TABLES: Partial<Record<string, Family>> = {
  VARCHAR: 'text',
  INTEGER: 'integer',
  BIGINT: 'integer',
  DATE: 'date',
};

/** A column as it is looked up. */
export const sqlOf = (family: Family) => (column: string) =>
  family === 'integer' ? `CAST(${column} AS BIGINT)` : column;

/** All of them, or null; no columns are no key. */
export function familiesOf(each: readonly (Family | undefined)[]): readonly Family[] | null {
  const all = each.flatMap((family) => family ?? []);
  return all.length === each.length && all.length > 0 ? all : null;
}
