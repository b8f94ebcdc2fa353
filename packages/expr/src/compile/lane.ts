import type { Value } from '../types.js';

/**
 * How a column comes to generated code.
 *
 *   f64    values, null = NaN
 *   i64    values, and the same memory as 32-bit halves; i64v with validity
 *   code   codes, -1 = null, and strings
 *   read   a function: lists and maps
 *   value  a single row's value
 */
export type LaneKind = 'f64' | 'i64' | 'i64v' | 'code' | 'read' | 'value';

/** One shape for all, so that generated code meets only one. */
export interface Lane {
  readonly kind: LaneKind;
  readonly values: Float64Array | BigInt64Array | Int32Array | null;
  readonly halves: Int32Array | null;
  readonly valid: Uint8Array | null;
  readonly strings: readonly string[] | null;
  readonly read: ((row: number) => Value) | null;
  value: Value;
}

/** Values that were found once for each string of a column: entry c + 1 is of code c, entry 0 of null. */
export interface Table {
  /** Codes of the column at hand. */
  codes: Int32Array;
  /** Fast code's values; a whole number that it cannot hold is infinite. */
  numbers: Float64Array;
  /** Values that are objects, whole numbers as bigint. */
  objects: Value[];
}

/** Where results go. Those that a batch does not need are empty. */
export interface Store {
  readonly values: Float64Array;
  readonly codes: Int32Array;
  readonly mask: Uint8Array;
  /** Code of each string that was met. */
  readonly map: Map<string, number>;
  readonly objects: Value[];
  readonly big: Big;
}

/** Whole numbers that no double holds exactly; room is made when the first is met. */
export interface Big {
  readonly rows: number;
  values: BigInt64Array | null;
  /** 1 where a row has one. */
  has: Uint8Array | null;
}

/** What a kept node's values lie in, for the rows of a chunk. */
export type Kept = Float64Array | Value[];
