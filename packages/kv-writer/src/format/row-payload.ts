import {
  type ByteReader,
  type ByteWriter,
  byteReader,
  kindOf,
  readCanonical,
  writeCanonical,
} from '@tessera/algebra';
import type { DataType, RowValue } from '@tessera/api';

/**
 * One row of entities, values as the algebra holds them (timestamps in their unit, decimals unscaled, dates as days); doubles
 * may be infinite; a map is its entries in key order. Per column 0 (null) or 1 and the value.
 *
 *   float, double     8 bytes, IEEE big-endian
 *   list              varint length, then its elements as columns are
 *   map               varint entries, then keys and values alternately, as columns are
 *   all else          the canonical encoding (algebra)
 */
export function writeRow(
  writer: ByteWriter,
  types: readonly DataType[],
  values: readonly RowValue[],
): void {
  types.forEach((type, idx) => {
    writeValue(writer, type, values[idx] ?? null);
  });
}

/** The row in bytes[from, end). Throws StateFormatError on bytes that are no such row. */
export function readRow(
  types: readonly DataType[],
  bytes: Uint8Array,
  from = 0,
  end = bytes.length,
): readonly RowValue[] {
  const reader = byteReader(bytes, 'a row');
  reader.open(bytes, from, end);
  const values = types.map((type) => readValue(reader, type));
  reader.end();
  return values;
}

function writeValue(writer: ByteWriter, type: DataType, value: RowValue): void {
  if (value === null) {
    writer.byte(0);
    return;
  }
  writer.byte(1);
  // A value is of its column's type: whoever reads it from the lake sees to that.
  switch (type.kind) {
    case 'float':
    case 'double':
      writer.double(value as number);
      return;
    case 'list': {
      const elements = value as readonly RowValue[];
      writer.varint(elements.length);
      for (const element of elements) writeValue(writer, type.element, element);
      return;
    }
    case 'map': {
      const entries = value as ReadonlyMap<RowValue, RowValue>;
      writer.varint(entries.size);
      for (const [key, own] of entries) {
        writeValue(writer, type.key, key);
        writeValue(writer, type.value, own);
      }
      return;
    }
    default:
      writeCanonical(writer, kindOf(type), value as number | bigint | string | boolean);
  }
}

function readValue(reader: ByteReader, type: DataType): RowValue {
  if (!reader.flag()) return null;
  switch (type.kind) {
    case 'float':
    case 'double':
      return reader.double();
    case 'list': {
      const length = reader.count(1);
      return Array.from({ length }, () => readValue(reader, type.element));
    }
    case 'map': {
      const map = new Map<RowValue, RowValue>();
      for (let left = reader.count(2); left > 0; left--) {
        const key = readValue(reader, type.key);
        map.set(key, readValue(reader, type.value));
      }
      return map;
    }
    default: {
      // Scalars come back as scalars.
      const value = readCanonical(reader, kindOf(type));
      return value as RowValue;
    }
  }
}
