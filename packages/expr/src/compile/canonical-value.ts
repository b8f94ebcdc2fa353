import type { DataType } from '@tessera/api';
import { floorDiv } from '../instant.js';
import type { Value } from '../types.js';
import { nearestDouble } from './decimal.js';

/**
 * A value in the units in which the lake reads it (timestamps µs, timestamp_ns ns, dates days, decimals unscaled) in the form of
 * its canonical type. Whole numbers may be numbers or bigints; NaN is null and -0 is 0.
 */
export function canonicalValue(type: DataType, value: Value): Value {
  if (value === null) return null;
  switch (typeof value) {
    case 'number':
      return Number.isNaN(value) ? null : numberConverter(type)(value + 0);
    case 'bigint':
      return bigintConverter(type)(value);
    case 'object':
      if (type.kind === 'map') {
        const entries = [...(value as ReadonlyMap<Value, Value>)];
        return new Map(
          entries.map(([key, one]) => [
            canonicalValue(type.key, key),
            canonicalValue(type.value, one),
          ]),
        );
      }
      if (type.kind !== 'list') throw new TypeError(`a list is no ${type.kind}`);
      return (value as readonly Value[]).map((one) => canonicalValue(type.element, one));
    default:
      return value;
  }
}

/** Of numbers as columns hold them, not NaN. */
export function numberConverter(type: DataType): (value: number) => Value {
  switch (type.kind) {
    case 'boolean':
      return (value) => value === 1;
    case 'float':
    case 'double':
    case 'date':
      return (value) => value;
    default: {
      const convert = bigintConverter(type);
      return (value) => convert(BigInt(value));
    }
  }
}

/** Of integers that stand for values of a type. */
export function bigintConverter(type: DataType): (value: bigint) => Value {
  switch (type.kind) {
    case 'decimal':
      return (value) => nearestDouble(value, type.scale);
    case 'timestamp_ns':
      return (value) => floorDiv(value, 1000n);
    case 'boolean':
      return (value) => value !== 0n;
    case 'float':
    case 'double':
    case 'date':
      return (value) => Number(value);
    default:
      return (value) => value;
  }
}
