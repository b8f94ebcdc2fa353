import { roundRational } from '../exact/binary.js';
import type { Value, ValueKind } from './kind.js';

/**
 * How values of a numeric kind become doubles, rounded once to nearest: what moments, averages of weights, percentiles and
 * rates work on. Booleans are 0/1; a decimal is its unscaled integer over 10^scale.
 */
export function toDouble(kind: ValueKind, scale: number): (value: Value) => number {
  switch (kind) {
    case 'number':
    case 'int':
      return (value) => value as number;
    case 'bigint':
    case 'boolean':
      return (value) => Number(value);
    case 'decimal': {
      const den = 10n ** BigInt(scale);
      return (value) => roundRational(value as bigint, den);
    }
    default:
      throw new RangeError(`not a numeric kind: ${JSON.stringify(kind)}`);
  }
}
