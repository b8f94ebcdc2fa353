import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import type * as Arrow from 'apache-arrow';
import type { NamedType } from './read-typed.js';
import type { ResultBatch } from './run-types.js';

type Library = typeof Arrow;

/** Our type in Arrow's words: integers, decimals and instants keep their width. */
function arrowType(arrow: Library, type: DataType): Arrow.DataType {
  switch (type.kind) {
    case 'boolean':
      return new arrow.Bool();
    case 'int32':
      return new arrow.Int32();
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return new arrow.Int64();
    case 'float':
      return new arrow.Float32();
    case 'double':
      return new arrow.Float64();
    case 'string':
      return new arrow.Utf8();
    case 'date':
      return new arrow.DateDay();
    case 'timestamp':
      return new arrow.TimestampMicrosecond();
    case 'timestamptz':
      return new arrow.TimestampMicrosecond('UTC');
    case 'timestamp_ns':
      return new arrow.TimestampNanosecond();
    case 'decimal':
      return new arrow.Decimal(type.scale, type.precision, 128);
    case 'list':
      return new arrow.List(new arrow.Field('item', arrowType(arrow, type.element), true));
    case 'map':
      return new arrow.Map_(
        new arrow.Field(
          'entries',
          new arrow.Struct([
            new arrow.Field('key', arrowType(arrow, type.key), false),
            new arrow.Field('value', arrowType(arrow, type.value), true),
          ]) as never,
          false,
        ),
      );
  }
}

interface Nulls {
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array;
}

function nulls(rows: number, isNull: (row: number) => boolean): Nulls {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 64) * 8);
  let nullCount = 0;
  for (let i = 0; i < rows; i++) {
    if (isNull(i)) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  return { nullCount, nullBitmap };
}

function fixedWidth(type: DataType, column: Column, rows: number): ArrayBufferView {
  const at = (i: number): number => (column.kind === 'f64' ? column.values[i]! : Number.NaN);
  const wide = (i: number): bigint => {
    if (column.kind === 'i64') return column.values[i]!;
    const value = at(i);
    return Number.isNaN(value) ? 0n : BigInt(value);
  };
  switch (type.kind) {
    case 'boolean': {
      const bits = new Uint8Array(Math.ceil(rows / 64) * 8);
      for (let i = 0; i < rows; i++) if (at(i) === 1) bits[i >> 3]! |= 1 << (i & 7);
      return bits;
    }
    case 'int32':
    case 'date':
      return Int32Array.from({ length: rows }, (_, i) => at(i) || 0);
    case 'float':
      return Float32Array.from({ length: rows }, (_, i) => at(i));
    case 'double':
      return Float64Array.from({ length: rows }, (_, i) => at(i));
    case 'decimal': {
      const pairs = new BigInt64Array(2 * rows);
      for (let i = 0; i < rows; i++) {
        if (column.kind === 'i128') {
          pairs[2 * i] = column.values[2 * i]!;
          pairs[2 * i + 1] = column.values[2 * i + 1]!;
        } else {
          pairs[2 * i] = wide(i);
          pairs[2 * i + 1] = wide(i) < 0n ? -1n : 0n;
        }
      }
      return new Uint32Array(pairs.buffer);
    }
    default:
      return BigInt64Array.from({ length: rows }, (_, i) => wide(i));
  }
}

function isNullAt(column: Column, row: number): boolean {
  if (column.kind === 'f64') return Number.isNaN(column.values[row]!);
  if (column.kind === 'code') return column.values[row]! < 0;
  return column.valid !== null && column.valid[row] === 0;
}

function data(
  arrow: Library,
  type: DataType,
  column: Column,
  rows: number,
  strings: readonly Uint8Array[],
): Arrow.Data {
  const shape = {
    type: arrowType(arrow, type),
    length: rows,
    ...nulls(rows, (i) => isNullAt(column, i)),
  };
  if (column.kind === 'code') {
    const valueOffsets = new Int32Array(rows + 1);
    for (let i = 0; i < rows; i++)
      valueOffsets[i + 1] = valueOffsets[i]! + (strings[column.values[i]!]?.length ?? 0);
    const bytes = new Uint8Array(valueOffsets[rows]!);
    for (let i = 0; i < rows; i++)
      bytes.set(strings[column.values[i]!] ?? new Uint8Array(), valueOffsets[i]!);
    return arrow.makeData({ ...shape, valueOffsets, data: bytes } as never);
  }
  if (column.kind === 'list' && type.kind === 'list') {
    const child = data(arrow, type.element, column.child, column.offsets[rows]!, strings);
    return arrow.makeData({ ...shape, valueOffsets: column.offsets, child } as never);
  }
  if (column.kind === 'map' && type.kind === 'map') {
    const length = column.offsets[rows]!;
    const map = shape.type as Arrow.Map_;
    const children = [
      data(arrow, type.key, column.keys, length, strings),
      data(arrow, type.value, column.values, length, strings),
    ];
    const child = arrow.makeData({
      type: map.children[0]!.type,
      length,
      nullCount: 0,
      children,
    } as never);
    return arrow.makeData({ ...shape, valueOffsets: column.offsets, child } as never);
  }
  return arrow.makeData({ ...shape, data: fixedWidth(type, column, rows) } as never);
}

/** One partition as an Arrow IPC file. */
export async function arrowFile(
  batch: ResultBatch,
  columns: readonly NamedType[],
): Promise<Uint8Array> {
  const arrow = await import('apache-arrow');
  const encoder = new TextEncoder();
  const vectors: Record<string, Arrow.Vector> = {};
  for (const { name, type } of columns) {
    const strings = (batch.dictionaries[name] ?? []).map((text) => encoder.encode(text));
    vectors[name] = new arrow.Vector([
      data(arrow, type, batch.columns[name]!, batch.rows, strings),
    ]);
  }
  return arrow.tableToIPC(new arrow.Table(vectors), 'file');
}
