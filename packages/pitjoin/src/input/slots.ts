import { hllSlotOfInt, hllSlotOfNumber } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type Column, columnLength, isNull, readInt128 } from '@tessera/columnar';
import { memo } from '../lazy.js';

/** Distinct values whose slots are remembered: hashing costs more than a map look-up, memory more than both. */
const REMEMBERED = 1 << 20;

/**
 * HyperLogLog slots of a scalar column; null is NaN. A column of strings arrives as slots already, since only the reader
 * of a dictionary sees the strings.
 */
export function hllSlots(column: Column, type: DataType): Float64Array {
  if (column.kind === 'f64') {
    if (type.kind === 'string') return column.values;
    const slotOf = type.kind === 'float' || type.kind === 'double' ? hllSlotOfNumber : hllSlotOfInt;
    return mapSlots(column, (i) => column.values[i]!, slotOf);
  }
  if (column.kind === 'i64') return mapSlots(column, (i) => column.values[i]!, hllSlotOfInt);
  if (column.kind === 'i128') {
    return mapSlots(column, (i) => readInt128(column.values, i), hllSlotOfInt);
  }
  throw new TypeError(`no slots for a ${column.kind} column of ${type.kind}`);
}

function mapSlots<V extends number | bigint>(
  column: Column,
  read: (row: number) => V,
  slotOf: (value: V) => number,
): Float64Array {
  const seen = new Map<V, number>();
  const out = new Float64Array(columnLength(column));
  for (let i = 0; i < out.length; i++) {
    if (isNull(column, i)) {
      out[i] = Number.NaN;
      continue;
    }
    const v = read(i);
    out[i] = seen.size < REMEMBERED ? memo(seen, v, () => slotOf(v)) : (seen.get(v) ?? slotOf(v));
  }
  return out;
}
