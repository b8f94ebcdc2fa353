import type { DataType } from '@tessera/api';
import { type Column, readInt128 } from '@tessera/columnar';
import type { Value } from '../types.js';
import type { ExpressionColumn } from './batch.js';
import { bigintConverter, numberConverter } from './canonical-value.js';

/** A row's value in the form of its canonical type; NaN is null and -0 is 0. */
export type ReadValue = (row: number) => Value;

/** Reads single values: slow beside loops over the arrays, and right for every type. */
export function valueReader(type: DataType, from: ExpressionColumn): ReadValue {
  const { column } = from;
  switch (column.kind) {
    case 'f64': {
      const { values } = column;
      const convert = numberConverter(type);
      return (row) => (Number.isNaN(values[row]) ? null : convert(values[row]! + 0));
    }
    case 'i64':
    case 'i128': {
      const { values, valid } = column;
      const convert = bigintConverter(type);
      const at: (row: number) => bigint =
        column.kind === 'i64' ? (row) => values[row]! : (row) => readInt128(values, row);
      return (row) => (valid !== null && valid[row] === 0 ? null : convert(at(row)));
    }
    case 'code': {
      const { values } = column;
      const strings = from.strings ?? [];
      return (row) => (values[row]! < 0 ? null : strings[values[row]!]!);
    }
    case 'list':
      return listReader(type, column, from);
    case 'map':
      return mapReader(type, column, from);
  }
}

type Nested<K> = Extract<Column, { kind: K }>;

function listReader(type: DataType, column: Nested<'list'>, from: ExpressionColumn): ReadValue {
  if (type.kind !== 'list') throw new TypeError(`a list column is no ${type.kind}`);
  const { offsets, valid } = column;
  const element = valueReader(type.element, { ...from, column: column.child });
  return (row) => {
    if (valid !== null && valid[row] === 0) return null;
    const values: Value[] = [];
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) values.push(element(at));
    return values;
  };
}

function mapReader(type: DataType, column: Nested<'map'>, from: ExpressionColumn): ReadValue {
  if (type.kind !== 'map') throw new TypeError(`a map column is no ${type.kind}`);
  const { offsets, valid } = column;
  const strings = from.keyStrings ?? from.strings ?? null;
  const key = valueReader(type.key, { column: column.keys, strings });
  const value = valueReader(type.value, { ...from, column: column.values });
  return (row) => {
    if (valid !== null && valid[row] === 0) return null;
    const entries = new Map<Value, Value>();
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) entries.set(key(at), value(at));
    return entries;
  };
}
