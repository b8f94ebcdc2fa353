import duckdb, { type Vector } from '@duckdb/node-bindings';
import { type DataType, formatType, TesseraError } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import {
  type EncodedStrings,
  encodedStrings,
  INLINE_BYTES,
  type StringDictionary,
} from './encoded-strings.js';
import { rawWords } from './read-vector.js';

export interface WriteDictionaries {
  /** Strings of every `code` leaf, except map keys when `keys` is given. */
  readonly values?: StringDictionary | undefined;
  /** Strings of map keys where they differ from the values'. */
  readonly keys?: StringDictionary | undefined;
}

/** Writes rows from … from + count - 1 of one column to the start of a vector that has room for them. */
export type VectorWriter = (vector: Vector, from: number, count: number) => void;

/**
 * A writer of `column` as `type`.
 *
 * `copy_data_to_vector` checks no bounds, neither of the vector nor of the source: writers never copy more than `count`
 * values, take the source's length from the column they hold, and reserve list children before filling them.
 *
 * Throws  INTERNAL if the column's kind cannot hold the type
 */
export function vectorWriter(
  name: string,
  type: DataType,
  column: Column,
  dictionaries: WriteDictionaries,
): VectorWriter {
  const refuse = (): TesseraError =>
    new TesseraError('INTERNAL', {
      reason: `column ${name}: ${formatType(type)} cannot be written from ${column.kind}`,
    });
  switch (column.kind) {
    case 'f64':
      return f64Writer(column.values, type, refuse);
    case 'i64':
      return i64Writer(column, type, refuse);
    case 'i128':
      if (physicalOf(type) !== 'i128') throw refuse();
      return (vector, from, count) => {
        copy(vector, column.values, from * 2, count * 2);
        writeValid(vector, column.valid, from, count);
      };
    case 'code': {
      if (type.kind !== 'string') throw refuse();
      if (dictionaries.values === undefined) {
        throw new TesseraError('INTERNAL', {
          reason: `column ${name} has codes but no dictionary`,
        });
      }
      return codeWriter(column.values, dictionaries.values);
    }
    case 'list': {
      if (type.kind !== 'list') throw refuse();
      const child = vectorWriter(name, type.element, column.child, dictionaries);
      return listWriter(column, (vector, from, count) => child(vector, from, count));
    }
    case 'map': {
      if (type.kind !== 'map') throw refuse();
      const keyStrings = dictionaries.keys ?? dictionaries.values;
      const keys = vectorWriter(name, type.key, column.keys, { values: keyStrings });
      const values = vectorWriter(name, type.value, column.values, dictionaries);
      return listWriter(column, (vector, from, count) => {
        keys(duckdb.struct_vector_get_child(vector, 0), from, count);
        values(duckdb.struct_vector_get_child(vector, 1), from, count);
      });
    }
  }
}

/** How DuckDB stores a type: decimals by precision, everything in time as integers. */
function physicalOf(type: DataType): 'u8' | 'i16' | 'i32' | 'i64' | 'i128' | 'f32' | 'f64' | null {
  switch (type.kind) {
    case 'boolean':
      return 'u8';
    case 'int32':
    case 'date':
      return 'i32';
    case 'int64':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return 'i64';
    case 'float':
      return 'f32';
    case 'double':
      return 'f64';
    case 'decimal':
      if (type.precision <= 4) return 'i16';
      if (type.precision <= 9) return 'i32';
      return type.precision <= 18 ? 'i64' : 'i128';
    default:
      return null;
  }
}

type Typed = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array;

/** Copy values[from … from + count - 1] to the start of a vector. */
function copy(vector: Vector, values: Typed, from: number, count: number): void {
  if (count === 0) return;
  if (from + count > values.length) {
    throw new TesseraError('INTERNAL', { reason: 'a column is shorter than its row count' });
  }
  const width = values.BYTES_PER_ELEMENT;
  const { buffer } = values;
  if (buffer instanceof ArrayBuffer) {
    duckdb.copy_data_to_vector(vector, 0, buffer, values.byteOffset + from * width, count * width);
  } else {
    // The binding takes no shared memory.
    const own = values.slice(from, from + count);
    duckdb.copy_data_to_vector(vector, 0, own.buffer as ArrayBuffer, 0, count * width);
  }
}

/** Scratch that grows and is used again: one buffer viewed as whatever is needed. */
let scratch = new ArrayBuffer(2048 * 16);
function scratchBytes(bytes: number): ArrayBuffer {
  if (scratch.byteLength < bytes)
    scratch = new ArrayBuffer(Math.max(bytes, scratch.byteLength * 2));
  return scratch;
}

let bits = new Int32Array(64);
/** Validity words for `count` rows, all valid; signed, as bit operations give them. */
function allValid(count: number): Int32Array {
  const words = ((count + 63) >>> 6) * 2;
  if (bits.length < words) bits = new Int32Array(Math.max(words, bits.length * 2));
  bits.fill(-1, 0, words);
  return bits;
}

function putValidity(vector: Vector, words: Int32Array, count: number): void {
  const bytes = ((count + 63) >>> 6) * 8;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, words.buffer as ArrayBuffer, 0, bytes);
}

function writeValid(vector: Vector, valid: Uint8Array | null, from: number, count: number): void {
  if (valid === null) return;
  let words: Int32Array | null = null;
  for (let i = 0; i < count; i++) {
    if (valid[from + i] !== 0) continue;
    words ??= allValid(count);
    words[i >>> 5]! &= ~(1 << (i & 31));
  }
  if (words !== null) putValidity(vector, words, count);
}

function f64Writer(values: Float64Array, type: DataType, refuse: () => Error): VectorWriter {
  const physical = physicalOf(type);
  if (physical === null) throw refuse();
  return (vector, from, count) => {
    if (physical === 'f64') {
      copy(vector, values, from, count);
    } else {
      const buffer = scratchBytes(count * 16);
      const source = values.subarray(from, from + count);
      switch (physical) {
        case 'u8':
          copy(vector, converted(new Uint8Array(buffer, 0, count), source), 0, count);
          break;
        case 'i16':
          copy(vector, converted(new Int16Array(buffer, 0, count), source), 0, count);
          break;
        case 'i32':
          copy(vector, converted(new Int32Array(buffer, 0, count), source), 0, count);
          break;
        case 'f32':
          copy(vector, converted(new Float32Array(buffer, 0, count), source), 0, count);
          break;
        case 'i64':
        case 'i128':
          copyIntegers(vector, source, buffer, physical === 'i64' ? 2 : 4);
      }
    }
    writeNanNulls(vector, values, from, count);
  };
}

/** Element conversion by the typed array itself: NaN becomes 0 in integers, and is null anyway. */
function converted<T extends Uint8Array | Int16Array | Int32Array | Float32Array>(
  target: T,
  source: Float64Array,
): T {
  target.set(source);
  return target;
}

/** Whole numbers below 2^53 as 64- or 128-bit integers through exact 32-bit pieces; BigInt costs ten times more. */
function copyIntegers(
  vector: Vector,
  source: Float64Array,
  buffer: ArrayBuffer,
  words: 2 | 4,
): void {
  const out = new Int32Array(buffer, 0, source.length * words);
  for (let i = 0; i < source.length; i++) {
    const value = source[i]!;
    const high = Math.floor(value / 4294967296);
    out[i * words] = value - high * 4294967296;
    out[i * words + 1] = high;
    if (words === 4) {
      const sign = high < 0 ? -1 : 0;
      out[i * 4 + 2] = sign;
      out[i * 4 + 3] = sign;
    }
  }
  copy(vector, out, 0, out.length);
}

function writeNanNulls(vector: Vector, values: Float64Array, from: number, count: number): void {
  let words: Int32Array | null = null;
  for (let i = 0; i < count; i++) {
    const value = values[from + i]!;
    // biome-ignore lint/suspicious/noSelfCompare: the cheapest test for NaN
    if (value === value) continue;
    words ??= allValid(count);
    words[i >>> 5]! &= ~(1 << (i & 31));
  }
  if (words !== null) putValidity(vector, words, count);
}

function i64Writer(
  column: Extract<Column, { kind: 'i64' }>,
  type: DataType,
  refuse: () => Error,
): VectorWriter {
  const physical = physicalOf(type);
  const { values, valid } = column;
  if (physical !== 'i16' && physical !== 'i32' && physical !== 'i64' && physical !== 'i128') {
    throw refuse();
  }
  return (vector, from, count) => {
    if (physical === 'i64') {
      copy(vector, values, from, count);
    } else {
      const source = new Int32Array(values.buffer, values.byteOffset + from * 8, count * 2);
      const buffer = scratchBytes(count * 16);
      if (physical === 'i128') {
        const out = new Int32Array(buffer, 0, count * 4);
        for (let i = 0; i < count; i++) {
          const high = source[i * 2 + 1]!;
          const sign = high < 0 ? -1 : 0;
          out[i * 4] = source[i * 2]!;
          out[i * 4 + 1] = high;
          out[i * 4 + 2] = sign;
          out[i * 4 + 3] = sign;
        }
        copy(vector, out, 0, count * 4);
      } else {
        const Narrow = physical === 'i16' ? Int16Array : Int32Array;
        const out = new Narrow(buffer, 0, count);
        for (let i = 0; i < count; i++) out[i] = source[i * 2]!;
        copy(vector, out, 0, count);
      }
    }
    writeValid(vector, valid, from, count);
  };
}

/**
 * Codes to strings. A short string is its own 16-byte string_t, copied in bulk; a longer one needs memory that DuckDB owns
 * and is assigned by itself.
 */
function codeWriter(codes: Int32Array, dictionary: StringDictionary): VectorWriter {
  const strings = encodedStrings(dictionary);
  return (vector, from, count) => {
    if (from + count > codes.length) {
      throw new TesseraError('INTERNAL', { reason: 'a column is shorter than its row count' });
    }
    const out = new Int32Array(scratchBytes(count * 16), 0, count * 4).fill(0);
    let words: Int32Array | null = null;
    let anyLong = false;
    for (let i = 0; i < count; i++) {
      const code = codes[from + i]!;
      if (code < 0) {
        words ??= allValid(count);
        words[i >>> 5]! &= ~(1 << (i & 31));
        continue;
      }
      const slots = strings.slotsWith(code);
      const length = slots[code * 4]!;
      if (length > INLINE_BYTES) {
        anyLong = true;
        continue;
      }
      out[i * 4] = length;
      out[i * 4 + 1] = slots[code * 4 + 1]!;
      out[i * 4 + 2] = slots[code * 4 + 2]!;
      out[i * 4 + 3] = slots[code * 4 + 3]!;
    }
    copy(vector, out, 0, count * 4);
    if (anyLong) assignLong(vector, codes.subarray(from, from + count), strings);
    if (words !== null) putValidity(vector, words, count);
  };
}

/** Each string is handed over once for a vector: rows that have it too point to the same bytes. */
function assignLong(vector: Vector, codes: Int32Array, strings: EncodedStrings): void {
  const firstRow = new Map<number, number>();
  const again: number[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (firstRow.has(code)) again.push(i);
    else {
      const bytes = code < 0 ? null : strings.long(code);
      if (bytes === null) continue;
      firstRow.set(code, i);
      duckdb.vector_assign_string_element_len(vector, i, bytes);
    }
  }
  if (again.length === 0) return;
  const slots = rawWords(vector, codes.length * 4);
  for (const i of again) {
    const first = firstRow.get(codes[i]!)! * 4;
    slots.copyWithin(i * 4, first, first + 4);
  }
  copy(vector, slots, 0, slots.length);
}

function listWriter(
  column: { readonly offsets: Int32Array; readonly valid: Uint8Array | null },
  writeChildren: VectorWriter,
): VectorWriter {
  const { offsets, valid } = column;
  return (vector, from, count) => {
    if (from + count >= offsets.length) {
      throw new TesseraError('INTERNAL', { reason: 'a column is shorter than its row count' });
    }
    const first = offsets[from]!;
    const total = offsets[from + count]! - first;
    const entries = new Int32Array(scratchBytes(count * 16), 0, count * 4).fill(0);
    for (let i = 0; i < count; i++) {
      const start = offsets[from + i]!;
      entries[i * 4] = start - first;
      entries[i * 4 + 2] = offsets[from + i + 1]! - start;
    }
    // Before the children: they use the same scratch.
    copy(vector, entries, 0, count * 4);
    writeValid(vector, valid, from, count);
    duckdb.list_vector_reserve(vector, total);
    duckdb.list_vector_set_size(vector, total);
    if (total > 0) writeChildren(duckdb.list_vector_get_child(vector), first, total);
  };
}
