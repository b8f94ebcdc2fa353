import type { ExprType, TypedExpression, Value } from '../types.js';

export type Family = 'maths' | 'string' | 'time' | 'list and map' | 'hash' | 'conditional';

/** What a function answers to the arguments it was called with. */
export type CallType =
  /** `args`: the type each argument is converted to (int64 → double, NULL → any; nothing else is converted). */
  | { readonly args: readonly ExprType[]; readonly type: ExprType }
  /** `argument`: position of the one that does not fit, absent when their number does not. */
  | { readonly reason: string; readonly argument?: number; readonly advice?: string };

/** A function's whole meaning. */
export interface FunctionEntry {
  readonly name: string;
  readonly family: Family;
  /** For docs and messages: `round(x: double, digits?: int64) → double`. */
  readonly signature: string;
  readonly summary: string;
  /** strict: null when any argument is null, and `js` never sees one; own: `js` answers for nulls. */
  readonly nulls: 'strict' | 'own';
  /** The type rule. A literal argument is seen as such (units and formats must be literals). */
  check(args: readonly TypedExpression[]): CallType;
  /**
   * The JavaScript closure for arguments that passed the type rule. Pure, total: never throws, returns values in the form
   * of the result's type.
   */
  js(args: readonly TypedExpression[]): (...values: readonly Value[]) => Value;
  /** True only when DuckDB gives equal bits for every input; a function when that hangs on the arguments. */
  readonly pushDown: boolean | ((args: readonly TypedExpression[]) => boolean);
  /**
   * DuckDB's text over rendered arguments; only called where `pushDown` holds. Names each argument once where it can, else
   * deep nestings outgrow what is sent to DuckDB and are left to JavaScript.
   */
  duckdb?(sql: readonly string[], args: readonly TypedExpression[]): string;
  /** Spark SQL 4. */
  spark(sql: readonly string[], args: readonly TypedExpression[]): string;
  /** Executed by tests. `gives` is the value as text: see docs. */
  readonly examples: readonly { readonly text: string; readonly gives: string }[];
}
