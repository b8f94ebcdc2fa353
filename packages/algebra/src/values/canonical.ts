import { type ByteReader, type ByteWriter, byteReader, byteWriter } from './bytes.js';
import { isListKind, type Value, type ValueKind } from './kind.js';

/**
 * The canonical encoding of values (S5.4): comparing two encodings byte by byte gives the order of the values, and each
 * encoding says where it ends, so encodings can follow one another.
 *
 *   number         8 bytes, IEEE big-endian; negative: all bits flipped, else the sign bit; -0 as 0
 *   int, bigint    8 bytes, value + 2^63
 *   decimal        16 bytes, value + 2^127
 *   boolean        0 or 1
 *   string         UTF-8 with 00 written as 00 FF, then 00 00
 *   list           per element 01 (null) or 02 and its encoding; then 00
 */

const SIGN = 1n << 63n;
const FLIP = (1n << 64n) - 1n;
const DECIMAL_OFFSET = 1n << 127n;
const double = new DataView(new ArrayBuffer(8));

export function encodeCanonical(kind: ValueKind, value: Value): Uint8Array {
  const writer = byteWriter();
  writeCanonical(writer, kind, value);
  return writer.bytes();
}

/** The inverse of `encodeCanonical`; throws StateFormatError on bytes that are no such encoding. */
export function decodeCanonical(kind: ValueKind, bytes: Uint8Array): Value {
  const reader = byteReader(bytes, 'a value');
  const value = readCanonical(reader, kind);
  reader.end();
  return value;
}

export function writeCanonical(writer: ByteWriter, kind: ValueKind, value: Value): void {
  // The caller's kind says what the value is; a wrong pair is a programming error and fails inside.
  if (isListKind(kind)) {
    for (const element of value as readonly Value[]) {
      if (element === null) writer.byte(1);
      else {
        writer.byte(2);
        writeCanonical(writer, kind.list, element);
      }
    }
    writer.byte(0);
    return;
  }
  switch (kind) {
    case 'number': {
      double.setFloat64(0, (value as number) + 0);
      const bits = double.getBigUint64(0);
      writer.unsigned64(bits >= SIGN ? bits ^ FLIP : bits | SIGN);
      return;
    }
    case 'int':
    case 'bigint':
      writer.unsigned64(BigInt(value as bigint | number) + SIGN);
      return;
    case 'decimal': {
      const shifted = BigInt(value as bigint) + DECIMAL_OFFSET;
      writer.unsigned64(shifted >> 64n);
      writer.unsigned64(shifted & FLIP);
      return;
    }
    case 'boolean':
      writer.byte(value === true ? 1 : 0);
      return;
    case 'string':
      writeString(writer, value as string);
  }
}

export function readCanonical(reader: ByteReader, kind: ValueKind): Value {
  if (isListKind(kind)) {
    const elements: Value[] = [];
    for (;;) {
      const mark = reader.byte();
      if (mark === 0) return elements;
      if (mark > 2) reader.fail('a list element is neither null nor a value');
      elements.push(mark === 1 ? null : readCanonical(reader, kind.list));
    }
  }
  switch (kind) {
    case 'number': {
      const value = reader.ordered();
      if (!Number.isFinite(value)) reader.fail('a number is not finite');
      return value;
    }
    case 'int': {
      const value = Number(reader.unsigned64() - SIGN);
      if (!Number.isSafeInteger(value)) reader.fail('an integer is beyond 2^53');
      return value;
    }
    case 'bigint':
      return reader.unsigned64() - SIGN;
    case 'decimal': {
      const high = reader.unsigned64();
      return ((high << 64n) | reader.unsigned64()) - DECIMAL_OFFSET;
    }
    case 'boolean':
      return reader.flag();
    case 'string':
      return readString(reader);
  }
}

/** Longer ones are few, and cheaper by the encoder. */
const SHORT = 32;

function writeString(writer: ByteWriter, value: string): void {
  if (value.length <= SHORT && writer.ascii(value)) {
    writer.byte(0);
    writer.byte(0);
    return;
  }
  const bytes = writer.text(value);
  let start = 0;
  for (let zero = bytes.indexOf(0); zero !== -1; zero = bytes.indexOf(0, start)) {
    writer.raw(bytes.subarray(start, zero + 1));
    writer.byte(255);
    start = zero + 1;
  }
  writer.raw(bytes.subarray(start));
  writer.byte(0);
  writer.byte(0);
}

function readString(reader: ByteReader): string {
  const bytes: number[] = [];
  for (;;) {
    const byte = reader.byte();
    if (byte === 0) {
      const next = reader.byte();
      if (next === 0) return reader.text(Uint8Array.from(bytes));
      if (next !== 255) reader.fail('a string has a bad escape');
    }
    bytes.push(byte);
  }
}
