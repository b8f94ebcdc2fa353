import type { DataType } from '@tessera/api';
import { type Column, columnLength, readInt128 } from '@tessera/columnar';
import { floorDiv } from '../instant.js';
import type { ExpressionColumn } from './batch.js';
import { nearestDouble } from './decimal.js';
import type { Lane, LaneKind } from './lane.js';
import { valueReader } from './read-values.js';

const NONE = { values: null, halves: null, valid: null, strings: null, read: null, value: null };

/** A lane of a single row; its value is set for each. */
export function valueLane(): Lane {
  return { ...NONE, kind: 'value' };
}

/** A column as generated code reads it. Decimals and ns are brought to doubles and µs here, in one pass. */
export function laneOf(type: DataType, from: ExpressionColumn): Lane {
  const { column } = from;
  switch (column.kind) {
    case 'code':
      return { ...NONE, kind: 'code', values: column.values, strings: from.strings ?? [] };
    case 'list':
    case 'map':
      return { ...NONE, kind: 'read', read: valueReader(type, from) };
    default: {
      const plain = plainNumbers(type, column);
      if (plain.kind === 'f64') return { ...NONE, kind: 'f64', values: plain.values };
      const { values, valid } = plain;
      const kind: LaneKind = valid === null ? 'i64' : 'i64v';
      return { ...NONE, kind, values, valid, halves: halvesOf(values) };
    }
  }
}

type Plain = Extract<Column, { kind: 'f64' | 'i64' }>;

function plainNumbers(
  type: DataType,
  column: Exclude<Column, { kind: 'code' | 'list' | 'map' }>,
): Plain {
  if (type.kind === 'decimal') {
    return mapNumbers(column, (value) => nearestDouble(value, type.scale));
  }
  if (type.kind === 'timestamp_ns') return microseconds(column);
  if (column.kind === 'i64' && ['boolean', 'float', 'double', 'date'].includes(type.kind)) {
    return mapNumbers(column, Number);
  }
  if (column.kind === 'i128') throw new TypeError(`an i128 column is no ${type.kind}`);
  return column;
}

function mapNumbers(
  column: Exclude<Column, { kind: 'code' | 'list' | 'map' }>,
  convert: (value: bigint) => number,
): Plain {
  const out = new Float64Array(columnLength(column));
  for (let i = 0; i < out.length; i++) {
    if (column.kind === 'f64') {
      out[i] = Number.isNaN(column.values[i]) ? Number.NaN : convert(BigInt(column.values[i]!));
    } else if (column.valid !== null && column.valid[i] === 0) {
      out[i] = Number.NaN;
    } else {
      out[i] = convert(column.kind === 'i64' ? column.values[i]! : readInt128(column.values, i));
    }
  }
  return { kind: 'f64', values: out };
}

function microseconds(column: Exclude<Column, { kind: 'code' | 'list' | 'map' }>): Plain {
  if (column.kind === 'f64') {
    return {
      kind: 'f64',
      values: column.values.map((ns) => (ns - (((ns % 1000) + 1000) % 1000)) / 1000),
    };
  }
  if (column.kind === 'i128') throw new TypeError('an i128 column is no timestamp_ns');
  const values = column.values.map((ns) => floorDiv(ns, 1000n));
  return { kind: 'i64', values, valid: column.valid };
}

/** Low and high 32 bits of each value, in the machine's order, which is little-endian wherever Node runs here. */
function halvesOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}
