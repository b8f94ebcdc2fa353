import type { Value as AlgebraValue, Result, ValueKind } from '@tessera/algebra';
import { isProblem, roundRational } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { fromInteger, type IntegerForm, type Value } from '../values/from-column.js';

/** The kind of value that the algebra takes a type for. */
export function kindOf(type: DataType): ValueKind {
  switch (type.kind) {
    case 'boolean':
    case 'string':
    case 'decimal':
      return type.kind;
    case 'int32':
    case 'date':
      return 'int';
    case 'float':
    case 'double':
      return 'number';
    case 'list':
      return { list: kindOf(type.element) };
    case 'map':
      throw new Error('a map is no input');
    default:
      return 'bigint';
  }
}

/** Scale of a decimal, also inside lists. */
export function scaleOf(type: DataType): number {
  if (type.kind === 'list') return scaleOf(type.element);
  return type.kind === 'decimal' ? type.scale : 0;
}

/** A vector as the nearest doubles; null elements stay. */
export function nearestDoubles(type: DataType, vector: AlgebraValue): AlgebraValue {
  const den = 10n ** BigInt(scaleOf(type));
  return (vector as readonly (number | bigint | null)[]).map((element) =>
    typeof element === 'bigint' ? roundRational(element, den) : element,
  );
}

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

/** An algebra's value as a row of a training set shows it. */
export function shownValue(type: DataType, value: AlgebraValue, form: IntegerForm): Value {
  if (value === null) return null;
  if (type.kind === 'list')
    return (value as readonly AlgebraValue[]).map((item) => shownValue(type.element, item, form));
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && ['double', 'float', 'int32'].includes(type.kind)) return value;
  return fromInteger(type, BigInt(value as number | bigint), form);
}

/** A result of the algebra as a row shows it; a Problem that is not an error is null. */
export function shownResult(type: DataType, result: Result, form: IntegerForm): Value {
  if (result === null || isProblem(result)) return null;
  if (type.kind === 'map') {
    const entries = [...(result as ReadonlyMap<AlgebraValue, Result>)];
    return new Map(
      entries.map(([key, value]) => [
        shownValue(type.key, key, 'bigint'),
        shownResult(type.value, value, form),
      ]),
    );
  }
  return shownValue(type, result as AlgebraValue, form);
}

/** Equal to the last bit, types included. */
export function sameValue(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, idx) => sameValue(item, b[idx]));
  if (a instanceof Map && b instanceof Map) {
    const others = [...b];
    return (
      a.size === b.size &&
      [...a].every(
        ([key, value], idx) => sameValue(key, others[idx]![0]) && sameValue(value, others[idx]![1]),
      )
    );
  }
  return Object.is(a, b);
}
