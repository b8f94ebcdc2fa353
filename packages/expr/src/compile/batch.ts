import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import type { TypedExpression } from '../types.js';

/** A column with the strings that its codes stand for. */
export interface ExpressionColumn {
  readonly column: Column;
  /** Strings of every `code` leaf, in any order, without repeats. Absent or null where there are no codes. */
  readonly strings?: readonly string[] | null;
  /** Strings of a map's keys where they are not those of its values. */
  readonly keyStrings?: readonly string[] | null;
}

/**
 * Rows to evaluate expressions over: columns by name, in the units in which the lake reads them (timestamps µs,
 * timestamp_ns ns, dates days, decimals unscaled).
 */
export interface ExpressionBatch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ExpressionColumn>;
}

/** A column to be made: `type` takes the expression's type (`checkAssignable`). */
export interface ExpressionOutput {
  readonly name: string;
  readonly expression: TypedExpression;
  readonly type: DataType;
}

/** A made column. Codes point into its own strings, which are in order of first use. */
export interface DerivedColumn {
  readonly name: string;
  readonly type: DataType;
  readonly column: Column;
  /** Null when the column holds no strings. */
  readonly strings: readonly string[] | null;
}
