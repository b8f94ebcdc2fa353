import { formatType } from '@tessera/api';
import type { ExprType, TypedLiteral, Value } from './types.js';

/** The value a typed literal stands for. */
export function literalValue({ literal, type }: TypedLiteral): Value {
  if (literal === null) return null;
  return type.kind === 'int64' || type.kind === 'timestamp' ? BigInt(literal) : literal;
}

/** The typed literal of a scalar value; JSON-safe. */
export function literalOf(value: Exclude<Value, object> | null, type: ExprType): TypedLiteral {
  return {
    op: 'literal',
    literal: typeof value === 'bigint' ? String(value) : value,
    type,
  };
}

export function sameExprType(a: ExprType, b: ExprType): boolean {
  return typeText(a) === typeText(b);
}

/** As users write it; `null` for the type of NULL. */
export function typeText(type: ExprType): string {
  return type.kind === 'null' ? 'null' : formatType(type);
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The exact result, or null where int64 does not reach. */
export function int64OrNull(value: bigint): bigint | null {
  return value < MIN_INT64 || value > MAX_INT64 ? null : value;
}

/** A double as expressions hold it: what is not finite is null, -0 is 0. */
export function doubleOrNull(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null;
}
