import type { DataType } from '@tessera/api';
import { type Column, readInt128 } from '@tessera/columnar';
import { formatDayNumber, formatInstantNs } from './time-text.js';

/** One JavaScript value of a feature row: see `FeatureRow` in @tessera/api. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | ReadonlyMap<Value, Value>;

/** Counts are numbers in a row, other 64-bit integers bigint. */
export type IntegerForm = 'number' | 'bigint';

function unitNs(kind: DataType['kind']): bigint {
  return kind === 'timestamp_ns' ? 1n : 1000n;
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** An integer that stands for a value of a type: unscaled, days, or in the unit of the type. */
export function fromInteger(type: DataType, value: bigint, form: IntegerForm): Value {
  switch (type.kind) {
    case 'decimal':
      return decimalText(value, type.scale);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return formatInstantNs(value * unitNs(type.kind));
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return form === 'number' ? Number(value) : value;
    case 'boolean':
      return value !== 0n;
    case 'date':
      return formatDayNumber(Number(value));
    default:
      return Number(value);
  }
}

function fromNumber(type: DataType, value: number, form: IntegerForm): Value {
  if (type.kind === 'double' || type.kind === 'float' || type.kind === 'int32') return value;
  return fromInteger(type, BigInt(value), form);
}

/** The value at one row; null for null. */
export function valueAt(
  type: DataType,
  column: Column,
  row: number,
  strings: readonly string[] | null,
  form: IntegerForm,
): Value {
  switch (column.kind) {
    case 'f64': {
      const value = column.values[row]!;
      return Number.isNaN(value) ? null : fromNumber(type, value, form);
    }
    case 'i64':
      return column.valid && !column.valid[row]
        ? null
        : fromInteger(type, column.values[row]!, form);
    case 'i128':
      return column.valid && !column.valid[row]
        ? null
        : fromInteger(type, readInt128(column.values, row), form);
    case 'code': {
      const code = column.values[row]!;
      return code < 0 ? null : (strings?.[code] ?? null);
    }
    case 'list': {
      if (column.valid && !column.valid[row]) return null;
      if (type.kind !== 'list') throw new Error('list column without a list type');
      const out: Value[] = [];
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        out.push(valueAt(type.element, column.child, i, strings, form));
      }
      return out;
    }
    case 'map': {
      if (column.valid && !column.valid[row]) return null;
      if (type.kind !== 'map') throw new Error('map column without a map type');
      const out = new Map<Value, Value>();
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        // Keys keep their own type; only counted values follow the form.
        const key = valueAt(type.key, column.keys, i, strings, 'bigint');
        out.set(key, valueAt(type.value, column.values, i, strings, form));
      }
      return out;
    }
  }
}
