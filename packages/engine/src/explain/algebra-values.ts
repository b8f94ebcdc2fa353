import type { Value as AlgebraValue } from '@tessera/algebra';
import { type DataType, sameRowValue } from '@tessera/api';
import type { Value } from '../values/from-column.js';

/** A value as DuckDB's binding gives it → as the algebra takes it: timestamps in their unit, decimals unscaled. */
export function fromDuckDb(type: DataType, value: unknown): AlgebraValue {
  if (value === null || value === undefined) return null;
  // What the binding gives is decided by the type that the query was written for.
  switch (type.kind) {
    case 'date':
      return (value as { readonly days: number }).days;
    case 'timestamp':
    case 'timestamptz':
      return (value as { readonly micros: bigint }).micros;
    case 'timestamp_ns':
      return (value as { readonly nanos: bigint }).nanos;
    case 'decimal':
      return (value as { readonly value: bigint }).value;
    case 'list':
      return (value as { readonly items: readonly unknown[] }).items.map((item) =>
        fromDuckDb(type.element, item),
      );
    case 'float':
    case 'double':
      // S4.4.
      return Number.isFinite(value) ? (value as number) : null;
    case 'boolean':
    case 'string':
    case 'int32':
      return value as AlgebraValue;
    default:
      return BigInt(value as bigint);
  }
}

/** Equal to the last bit, types included. */
export function sameValue(a: Value, b: Value): boolean {
  return sameRowValue(a, b, Object.is);
}
