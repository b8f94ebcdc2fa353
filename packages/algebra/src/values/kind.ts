/**
 * What a value is, as far as the algebra must know: how it is compared, hashed, summed and written.
 *
 *   number   float, double: a JS number
 *   int      int32, date, and any integer column held as numbers: an integral JS number
 *   bigint   int64, timestamps: a bigint
 *   decimal  the unscaled integer of a decimal(p ≤ 38, s): a bigint; the scale is in the state's config
 */
export type ScalarKind = 'number' | 'int' | 'bigint' | 'decimal' | 'string' | 'boolean';
export type ValueKind = ScalarKind | ListKind;
export interface ListKind {
  readonly list: ValueKind;
}

/** A value that is not null, except that elements of lists may be. */
export type Value = number | bigint | string | boolean | null | readonly Value[];
export type ScalarValue = number | bigint | string | boolean;

export function isListKind(kind: ValueKind): kind is ListKind {
  return typeof kind === 'object';
}
