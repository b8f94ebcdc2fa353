import type { ExprType, Value } from '../types.js';

/**
 * How generated code holds values.
 *
 *   number   a number, null = NaN: boolean (0, 1), double, date; in fast code int64 and timestamp too
 *   object   null = null: string, list, map; in wide code int64 and timestamp as bigint
 *
 * Fast code holds 64-bit integers as doubles and gives a row up as soon as one of them reaches 2^53; wide code computes
 * those rows again with bigints.
 */
export type Mode = 'fast' | 'wide';
export type Representation = 'number' | 'object';

export const MAX_SAFE = String(Number.MAX_SAFE_INTEGER);

export function isWhole(type: ExprType): boolean {
  return type.kind === 'int64' || type.kind === 'timestamp';
}

export function representationOf(type: ExprType, mode: Mode): Representation {
  switch (type.kind) {
    case 'boolean':
    case 'double':
    case 'date':
      return 'number';
    case 'int64':
    case 'timestamp':
      return mode === 'fast' ? 'number' : 'object';
    default:
      return 'object';
  }
}

/** Text of null. */
export function nullText(representation: Representation): string {
  return representation === 'number' ? 'NaN' : 'null';
}

/** Text that is true where `x`, a name, is null. */
export function isNullText(x: string, representation: Representation): string {
  return representation === 'number' ? `${x} !== ${x}` : `${x} === null`;
}

/** Whether fast code cannot hold a value. */
export function isWide(value: Value): boolean {
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value));
}

/** `x`, text of a Value that a closure or a row gave, as generated code holds it. `x` stands there several times. */
export function fromValueText(x: string, type: ExprType, mode: Mode): string {
  switch (type.kind) {
    case 'boolean':
      return `${x} === null ? NaN : ${x} ? 1 : 0`;
    case 'double':
    case 'date':
      return `${x} === null ? NaN : ${x}`;
    case 'int64':
    case 'timestamp':
      return mode === 'fast' ? `${x} === null ? NaN : Number(${x})` : x;
    default:
      return x;
  }
}

/** `x`, a name in generated code, as a Value. `strict`: it is known not to be null. */
export function toValueText(x: string, type: ExprType, mode: Mode, strict: boolean): string {
  const present = presentText(x, type, mode);
  if (strict || representationOf(type, mode) === 'object') return present;
  return `(${x} !== ${x} ? null : ${present})`;
}

function presentText(x: string, type: ExprType, mode: Mode): string {
  if (type.kind === 'boolean') return `(${x} === 1)`;
  return isWhole(type) && mode === 'fast' ? `BigInt(${x})` : x;
}
