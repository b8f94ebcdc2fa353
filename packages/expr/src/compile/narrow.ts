import type { DataType } from '@tessera/api';
import type { Value } from '../types.js';
import { int64OrNull } from '../values.js';
import { nearestFloat } from './build-column.js';
import { nearestDecimal, nearestDouble } from './decimal.js';

/**
 * A value as a column of a declared type gives it back: a float is rounded, an int32 too large is null. Null when the type
 * holds every value of its canonical type as it is.
 */
export function narrower(type: DataType): ((value: Value) => Value) | null {
  switch (type.kind) {
    case 'float':
      return (value) => {
        const float = nearestFloat(value as number | null);
        return Number.isNaN(float) ? null : float + 0;
      };
    case 'decimal':
      return (value) => {
        const { precision, scale } = type;
        const unscaled = value === null ? null : nearestDecimal(value as number, precision, scale);
        return unscaled === null ? null : nearestDouble(unscaled, scale);
      };
    case 'int32':
      return (value) => (value === BigInt.asIntN(32, (value ?? 0n) as bigint) ? value : null);
    case 'timestamp_ns':
      return (value) =>
        value === null || int64OrNull((value as bigint) * 1000n) === null ? null : value;
    case 'list': {
      const element = narrower(type.element);
      return element && ((value) => value && (value as readonly Value[]).map(element));
    }
    case 'map': {
      const key = narrower(type.key) ?? same;
      const one = narrower(type.value) ?? same;
      if (key === same && one === same) return null;
      return (value) =>
        value &&
        new Map([...(value as ReadonlyMap<Value, Value>)].map(([k, v]) => [key(k), one(v)]));
    }
    default:
      return null;
  }
}

const same = (value: Value): Value => value;
