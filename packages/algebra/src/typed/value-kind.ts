import type { DataType } from '@tessera/api';
import { roundRational } from '../exact/binary.js';
import type { Value, ValueKind } from '../values/kind.js';

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
export function nearestDoubles(type: DataType, vector: Value): Value {
  const den = 10n ** BigInt(scaleOf(type));
  return (vector as readonly (number | bigint | null)[]).map((element) =>
    typeof element === 'bigint' ? roundRational(element, den) : element,
  );
}
