import type { DataType, Expression, SourceSpec } from '@tessera/api';

/** One file of a scan, in (partition, file name) order. Plain data. */
export interface ScanFile {
  readonly path: string;
  /** The label of the `ds=` folder it lies in; null outside such folders. */
  readonly ds: string | null;
  /**
   * Parquet: timestamp columns stored as instants (adjusted to UTC). Reading a column under its own type and converting
   * by microseconds takes 10 ns a row and prunes; DuckDB's cast between the two takes 400 and does not. Left out, the
   * file is taken to store what the source declares: right too, but slow where it does not.
   */
  readonly adjusted?: readonly string[];
  /** CSV: the names of the header line. Left out, `scanSql` reads that line. */
  readonly header?: readonly string[];
}

export type Relation =
  | { readonly kind: 'parquet' | 'csv'; readonly files: readonly ScanFile[] }
  /** A table with the declared columns and a VARCHAR column `ds`, which may be null. */
  | { readonly kind: 'table'; readonly name: string };

export interface ScanSpec {
  readonly source: SourceSpec;
  readonly relation: Relation;
  /** Declared columns wanted in the result. */
  readonly columns: readonly string[];
  /** Half-open, in epoch ms. When given, rows without a time are left out, even if both ends are open. */
  readonly timeRange?: { readonly startMs?: number; readonly endMs?: number };
  /**
   * Computed columns and the source's `where` as SQL over columns under their own names. Without a type it is a condition. Where it
   * is not given, a `where` may only compare columns and values.
   */
  readonly expressionSql?: (expression: Expression, type?: DataType) => string;
  /** Adds `__pos`. */
  readonly withPosition?: boolean;
  /** Adds `__file` and `__file_row`. */
  readonly withOrigin?: boolean;
}

/** Label of rows that have neither a `ds` folder nor a time (S8). */
export const NO_DAY = '__none__';
