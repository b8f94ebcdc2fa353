import { type DataType, fromInteger, type IntegerForm, type RowValue } from '@tessera/api';
import { type Column, readInt128 } from '@tessera/columnar';

export type { RowValue as Value } from '@tessera/api';

function fromNumber(type: DataType, value: number, form: IntegerForm): RowValue {
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
): RowValue {
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
      const out: RowValue[] = [];
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        out.push(valueAt(type.element, column.child, i, strings, form));
      }
      return out;
    }
    case 'map': {
      if (column.valid && !column.valid[row]) return null;
      if (type.kind !== 'map') throw new Error('map column without a map type');
      const out = new Map<RowValue, RowValue>();
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        // Keys keep their own type; only counted values follow the form.
        const key = valueAt(type.key, column.keys, i, strings, 'bigint');
        out.set(key, valueAt(type.value, column.values, i, strings, form));
      }
      return out;
    }
  }
}
