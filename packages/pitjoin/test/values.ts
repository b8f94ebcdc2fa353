import { isDeepStrictEqual } from 'node:util';
import type { DataType } from '@tessera/api';
import { type Column, columnLength, isNull, readInt128 } from '@tessera/columnar';
import { expect } from 'vitest';

/** A value as plain JavaScript: integers are bigint, lists arrays, maps arrays of [key, value]. */
export type Value = null | number | bigint | readonly Value[];

const INTEGERS = new Set([
  'boolean',
  'int32',
  'int64',
  'date',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'epoch_ms',
  'epoch_s',
  'epoch_us',
  'decimal',
]);

/** One row of a column, read by its logical type, so that the physical kind makes no difference. */
export function valueAt(column: Column, type: DataType, row: number): Value {
  if (isNull(column, row)) return null;
  switch (column.kind) {
    case 'f64': {
      const v = column.values[row]!;
      return INTEGERS.has(type.kind) ? BigInt(v) : v;
    }
    case 'code':
      return column.values[row]!;
    case 'i64':
      return column.values[row]!;
    case 'i128':
      return readInt128(column.values, row);
    case 'list': {
      if (type.kind !== 'list') throw new TypeError(`a list for ${type.kind}`);
      const out: Value[] = [];
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        out.push(valueAt(column.child, type.element, i));
      }
      return out;
    }
    case 'map': {
      if (type.kind !== 'map') throw new TypeError(`a map for ${type.kind}`);
      const out: Value[] = [];
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        out.push([valueAt(column.keys, type.key, i), valueAt(column.values, type.value, i)]);
      }
      return out;
    }
  }
}

export function valuesOf(column: Column, type: DataType): Value[] {
  return Array.from({ length: columnLength(column) }, (_, row) => valueAt(column, type, row));
}

/** As `toStrictEqual`, which costs more than what is tested; it is asked only to tell a difference. */
export function expectSame(found: unknown, expected: unknown, what: object = {}): void {
  if (isDeepStrictEqual(found, expected)) return;
  expect(found, JSON.stringify(what)).toStrictEqual(expected);
  throw new Error(`different: ${JSON.stringify(what)}`);
}

/** S4.4 on a value: NaN and ±Infinity are null, -0 is 0. */
export function cleaned(value: Value): Value {
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? value + 0 : null;
}

/** S5.4 and S5.5: null first, numbers numerically, lists element by element. */
export function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareValues(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
