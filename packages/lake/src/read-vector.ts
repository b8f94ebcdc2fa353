import type { DuckDBType } from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { TesseraError } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { DuckDBTypeId } from './duckdb.js';

/**
 * What a result column is to become. Left out, it follows from DuckDB's type. `code` reads an integer column as
 * dictionary codes, `f64` an integer beyond 32 bits as numbers (an error above 2^53), `i64` and `i128` widen.
 */
export type ReadKind =
  | 'f64'
  | 'i64'
  | 'i128'
  | 'code'
  | 'list'
  | 'map'
  | { readonly list: ReadKind }
  | { readonly keys: ReadKind | undefined; readonly values: ReadKind | undefined };

/**
 * Collects one column. `open` looks at a DuckDB vector of `size` entries, `append` copies some of them, `finish` hands
 * the column over and starts anew; `view` does the same with memory that the next `append` writes to. Vector memory is
 * copied in `open`, so the vector may die afterwards.
 */
export interface Reader {
  open(vector: Vector, size: number): void;
  append(from: number, count: number): void;
  finish(): Column;
  view(): Column;
}

/**
 * Shapes   one reader per result column; lists and maps own readers of their children
 * Throws   DUCKDB_FAILED naming the column when the type cannot be read as asked
 * Cost     a memcpy per vector where the physical types agree; null bits are looked at 32 rows at a time
 */
export function columnReader(
  name: string,
  type: DuckDBType,
  kind: ReadKind | undefined,
  capacity: number,
): Reader {
  if (type.typeId === DuckDBTypeId.LIST || type.typeId === DuckDBTypeId.MAP) {
    return nestedReader(name, type, kind, capacity);
  }
  const asked = kind ?? naturalKind(type);
  const source = sourceOf(type);
  if (source === null || asked === null || typeof asked === 'object') throw unreadable(name, type);
  if (asked === 'list' || asked === 'map') throw unreadable(name, type);
  switch (asked) {
    case 'f64':
      return f64Reader(name, type, source, capacity);
    case 'code':
      return codeReader(name, type, source, capacity);
    case 'i64':
      return i64Reader(name, type, source, capacity);
    case 'i128':
      return i128Reader(name, type, source, capacity);
  }
}

/** How the values of a vector lie in memory. */
type Source = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'i128' | 'f32' | 'f64';

const SOURCES: Partial<Record<DuckDBTypeId, Source>> = {
  [DuckDBTypeId.BOOLEAN]: 'u8',
  [DuckDBTypeId.TINYINT]: 'i8',
  [DuckDBTypeId.UTINYINT]: 'u8',
  [DuckDBTypeId.SMALLINT]: 'i16',
  [DuckDBTypeId.USMALLINT]: 'u16',
  [DuckDBTypeId.INTEGER]: 'i32',
  [DuckDBTypeId.UINTEGER]: 'u32',
  [DuckDBTypeId.DATE]: 'i32',
  [DuckDBTypeId.FLOAT]: 'f32',
  [DuckDBTypeId.DOUBLE]: 'f64',
  [DuckDBTypeId.BIGINT]: 'i64',
  [DuckDBTypeId.TIMESTAMP]: 'i64',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'i64',
  [DuckDBTypeId.TIMESTAMP_NS]: 'i64',
  [DuckDBTypeId.TIMESTAMP_MS]: 'i64',
  [DuckDBTypeId.TIMESTAMP_S]: 'i64',
  [DuckDBTypeId.HUGEINT]: 'i128',
};

function sourceOf(type: DuckDBType): Source | null {
  if (type.typeId !== DuckDBTypeId.DECIMAL) return SOURCES[type.typeId] ?? null;
  if (type.width <= 4) return 'i16';
  if (type.width <= 9) return 'i32';
  return type.width <= 18 ? 'i64' : 'i128';
}

function naturalKind(type: DuckDBType): ReadKind | null {
  const source = sourceOf(type);
  if (type.typeId === DuckDBTypeId.DECIMAL) return source === 'i128' ? 'i128' : 'i64';
  return source === 'i64' || source === 'i128' || source === null ? source : 'f64';
}

type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

function numbersOf(vector: Vector, source: Source, size: number): Numbers {
  switch (source) {
    case 'i8':
      return bytesOf(vector, size, 1, Int8Array);
    case 'u8':
      return bytesOf(vector, size, 1, Uint8Array);
    case 'i16':
      return bytesOf(vector, size, 2, Int16Array);
    case 'u16':
      return bytesOf(vector, size, 2, Uint16Array);
    case 'i32':
      return bytesOf(vector, size, 4, Int32Array);
    case 'u32':
      return bytesOf(vector, size, 4, Uint32Array);
    case 'f32':
      return bytesOf(vector, size, 4, Float32Array);
    case 'f64':
      return bytesOf(vector, size, 8, Float64Array);
    case 'i64':
      return bytesOf(vector, size * 2, 4, Int32Array);
    case 'i128':
      return bytesOf(vector, size * 4, 4, Int32Array);
  }
}

function bytesOf<T>(
  vector: Vector,
  length: number,
  width: number,
  View: new (buffer: ArrayBuffer, offset: number, length: number) => T,
): T {
  if (length === 0) return new View(new ArrayBuffer(0), 0, 0);
  const bytes = duckdb.vector_get_data(vector, length * width);
  // `vector_get_data` returns its own copy in a fresh ArrayBuffer, never shared memory.
  return new View(bytes.buffer as ArrayBuffer, bytes.byteOffset, length);
}

/** A vector's memory as words of 32 bits. */
export function rawWords(vector: Vector, words: number): Int32Array {
  return bytesOf(vector, words, 4, Int32Array);
}

/** Null bits of a vector, 32 rows a word, 1 = valid; null when every row is valid. */
export function validityWords(vector: Vector, size: number): Int32Array | null {
  if (size === 0) return null;
  const words = ((size + 63) >>> 6) * 2;
  const bytes: Uint8Array | null = duckdb.vector_get_validity(vector, words * 4);
  return bytes ? new Int32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, words) : null;
}

let nullRows = new Int32Array(2048);
/**
 * Positions, counted from `from`, of the nulls among rows from … from + count - 1, in `nullRows`; returns how many. Only
 * set bits are visited: a test per row cost more than copying the values.
 */
function findNulls(words: Int32Array, from: number, count: number): number {
  if (nullRows.length < count) nullRows = new Int32Array(count * 2);
  const end = from + count;
  let found = 0;
  for (let at = from & ~31; at < end; at += 32) {
    let bits = ~words[at >>> 5]!;
    if (at < from) bits &= -1 << (from - at);
    if (at + 32 > end) bits &= -1 >>> (at + 32 - end);
    while (bits !== 0) {
      nullRows[found++] = at - from + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
    }
  }
  return found;
}

function f64Reader(name: string, type: DuckDBType, source: Source, capacity: number): Reader {
  if (source === 'i128') throw unreadable(name, type);
  let values = new Float64Array(capacity);
  let rows = 0;
  let data: Numbers = values;
  let words: Int32Array | null = null;
  return {
    open(vector, size) {
      data = numbersOf(vector, source, size);
      words = validityWords(vector, size);
    },
    append(from, count) {
      if (rows + count > values.length) values = grown(values, rows + count, capacity);
      if (source === 'i64') {
        // Null rows hold anything, so they are cut out before the check of 2^53.
        const valid = words;
        for (let i = 0; i < count; i++) {
          const at = from + i;
          if (valid !== null && ((valid[at >>> 5]! >>> (at & 31)) & 1) === 0) {
            values[rows + i] = Number.NaN;
            continue;
          }
          const high = data[at * 2 + 1]!;
          if (high >= 0x200000 || high < -0x200000) throw tooLarge(name);
          values[rows + i] = high * 4294967296 + (data[at * 2]! >>> 0);
        }
      } else {
        values.set(data.subarray(from, from + count), rows);
        if (words !== null) {
          const nulls = findNulls(words, from, count);
          for (let i = 0; i < nulls; i++) values[rows + nullRows[i]!] = Number.NaN;
        }
      }
      rows += count;
    },
    finish() {
      const column: Column = { kind: 'f64', values: exact(values, rows) };
      values = new Float64Array(0);
      rows = 0;
      return column;
    },
    view() {
      const column: Column = { kind: 'f64', values: values.subarray(0, rows) };
      rows = 0;
      return column;
    },
  };
}

function codeReader(name: string, type: DuckDBType, source: Source, capacity: number): Reader {
  if (type.typeId === DuckDBTypeId.DECIMAL || !['i8', 'u8', 'i16', 'u16', 'i32'].includes(source)) {
    throw unreadable(name, type);
  }
  let values = new Int32Array(capacity);
  let rows = 0;
  let data: Numbers = values;
  let words: Int32Array | null = null;
  return {
    open(vector, size) {
      data = numbersOf(vector, source, size);
      words = validityWords(vector, size);
    },
    append(from, count) {
      if (rows + count > values.length) values = grown(values, rows + count, capacity);
      values.set(data.subarray(from, from + count), rows);
      if (words !== null) {
        const nulls = findNulls(words, from, count);
        for (let i = 0; i < nulls; i++) values[rows + nullRows[i]!] = -1;
      }
      rows += count;
    },
    finish() {
      const column: Column = { kind: 'code', values: exact(values, rows) };
      values = new Int32Array(0);
      rows = 0;
      return column;
    },
    view() {
      const column: Column = { kind: 'code', values: values.subarray(0, rows) };
      rows = 0;
      return column;
    },
  };
}

function i64Reader(name: string, type: DuckDBType, source: Source, capacity: number): Reader {
  if (source === 'f32' || source === 'f64' || source === 'i128') throw unreadable(name, type);
  let values = new BigInt64Array(capacity);
  let rows = 0;
  let data: Numbers = new Int32Array(0);
  let words: Int32Array | null = null;
  const valid = validBytes();
  return {
    open(vector, size) {
      data = numbersOf(vector, source, size);
      words = validityWords(vector, size);
    },
    append(from, count) {
      if (rows + count > values.length) values = grown(values, rows + count, capacity);
      if (source === 'i64') {
        const view = new BigInt64Array(
          data.buffer as ArrayBuffer,
          data.byteOffset + from * 8,
          count,
        );
        values.set(view, rows);
      } else {
        const out = new Int32Array(values.buffer, rows * 8, count * 2);
        for (let i = 0; i < count; i++) {
          const value = data[from + i]!;
          out[i * 2] = value;
          out[i * 2 + 1] = value < 0 ? -1 : 0;
        }
      }
      if (words !== null) {
        const nulls = findNulls(words, from, count);
        for (let i = 0; i < nulls; i++) {
          values[rows + nullRows[i]!] = 0n;
          valid.setNull(rows + nullRows[i]!, values.length);
        }
      }
      rows += count;
    },
    finish() {
      const column: Column = { kind: 'i64', values: exact(values, rows), valid: valid.take(rows) };
      values = new BigInt64Array(0);
      rows = 0;
      return column;
    },
    view() {
      const taken = values.subarray(0, rows);
      const column: Column = { kind: 'i64', values: taken, valid: valid.take(rows) };
      rows = 0;
      return column;
    },
  };
}

function i128Reader(name: string, type: DuckDBType, source: Source, capacity: number): Reader {
  if (source === 'f32' || source === 'f64') throw unreadable(name, type);
  let values = new BigInt64Array(capacity * 2);
  let rows = 0;
  let data: Numbers = new Int32Array(0);
  let words: Int32Array | null = null;
  const valid = validBytes();
  return {
    open(vector, size) {
      data = numbersOf(vector, source, size);
      words = validityWords(vector, size);
    },
    append(from, count) {
      if ((rows + count) * 2 > values.length)
        values = grown(values, (rows + count) * 2, capacity * 2);
      if (source === 'i128') {
        // DuckDB's hugeint is (low, high), as the column's.
        const at = data.byteOffset + from * 16;
        values.set(new BigInt64Array(data.buffer as ArrayBuffer, at, count * 2), rows * 2);
      } else {
        const wide = source === 'i64';
        const out = new Int32Array(values.buffer, rows * 16, count * 4);
        for (let i = 0; i < count; i++) {
          const low = wide ? data[(from + i) * 2]! : data[from + i]!;
          const next = wide ? data[(from + i) * 2 + 1]! : low < 0 ? -1 : 0;
          const sign = next < 0 ? -1 : 0;
          out[i * 4] = low;
          out[i * 4 + 1] = next;
          out[i * 4 + 2] = sign;
          out[i * 4 + 3] = sign;
        }
      }
      if (words !== null) {
        const nulls = findNulls(words, from, count);
        for (let i = 0; i < nulls; i++) {
          const at = rows + nullRows[i]!;
          values[at * 2] = 0n;
          values[at * 2 + 1] = 0n;
          valid.setNull(at, values.length >>> 1);
        }
      }
      rows += count;
    },
    finish() {
      const column: Column = {
        kind: 'i128',
        values: exact(values, rows * 2),
        valid: valid.take(rows),
      };
      values = new BigInt64Array(0);
      rows = 0;
      return column;
    },
    view() {
      const taken = values.subarray(0, rows * 2);
      const column: Column = { kind: 'i128', values: taken, valid: valid.take(rows) };
      rows = 0;
      return column;
    },
  };
}

/** Lists, and maps: to DuckDB a map is a list of structs of key and value. */
function nestedReader(
  name: string,
  type: DuckDBType,
  kind: ReadKind | undefined,
  capacity: number,
): Reader {
  const asked = typeof kind === 'object' ? kind : undefined;
  const isMap = type.typeId === DuckDBTypeId.MAP;
  if (typeof kind === 'string' && kind !== (isMap ? 'map' : 'list')) throw unreadable(name, type);
  const children: Reader[] = [];
  if (type.typeId === DuckDBTypeId.LIST) {
    if (asked !== undefined && !('list' in asked)) throw unreadable(name, type);
    children.push(columnReader(name, type.valueType, asked?.list, 0));
  } else if (type.typeId === DuckDBTypeId.MAP) {
    if (asked !== undefined && 'list' in asked) throw unreadable(name, type);
    children.push(columnReader(name, type.keyType, asked?.keys, 0));
    children.push(columnReader(name, type.valueType, asked?.values, 0));
  }
  let offsets = new Int32Array(capacity + 1);
  let rows = 0;
  let entries = new Uint32Array(0);
  let words: Int32Array | null = null;
  const valid = validBytes();
  const nested = (
    base: { readonly offsets: Int32Array; readonly valid: Uint8Array | null },
    partOf: (child: Reader) => Column,
  ): Column => {
    const parts = children.map(partOf);
    rows = 0;
    return isMap
      ? { kind: 'map', ...base, keys: parts[0]!, values: parts[1]! }
      : { kind: 'list', ...base, child: parts[0]! };
  };
  return {
    open(vector, size) {
      // An entry is (offset, length), 64 bits each; a chunk's children are far below 2^32, so low words are enough.
      entries = bytesOf(vector, size * 4, 4, Uint32Array);
      words = validityWords(vector, size);
      const child = duckdb.list_vector_get_child(vector);
      const childSize = duckdb.list_vector_get_size(vector);
      children.forEach((reader, i) => {
        reader.open(isMap ? duckdb.struct_vector_get_child(child, i) : child, childSize);
      });
    },
    append(from, count) {
      if (rows + count >= offsets.length) offsets = grown(offsets, rows + count + 1, capacity + 1);
      // Neighbouring rows nearly always have neighbouring children: copy them in one go.
      let runStart = 0;
      let runLength = 0;
      let end = offsets[rows]!;
      for (let i = 0; i < count; i++) {
        const at = from + i;
        const isNull = words !== null && ((words[at >>> 5]! >>> (at & 31)) & 1) === 0;
        // The entry of a null row is uninitialised memory.
        const length = isNull ? 0 : entries[at * 4 + 2]!;
        if (isNull) valid.setNull(rows + i, rows + count);
        if (length > 0) {
          const start = entries[at * 4]!;
          if (runLength > 0 && start !== runStart + runLength) {
            for (const child of children) child.append(runStart, runLength);
            runLength = 0;
          }
          if (runLength === 0) runStart = start;
          runLength += length;
          end += length;
        }
        offsets[rows + i + 1] = end;
      }
      if (runLength > 0) for (const child of children) child.append(runStart, runLength);
      rows += count;
    },
    finish() {
      const base = { offsets: exact(offsets, rows + 1), valid: valid.take(rows) };
      offsets = new Int32Array(1);
      return nested(base, (child) => child.finish());
    },
    view() {
      const base = { offsets: offsets.subarray(0, rows + 1), valid: valid.take(rows) };
      return nested(base, (child) => child.view());
    },
  };
}

/** Validity bytes that exist only once a null has been seen. */
function validBytes(): {
  setNull(row: number, rows: number): void;
  take(rows: number): Uint8Array | null;
} {
  let bytes: Uint8Array | null = null;
  return {
    setNull(row, rows) {
      if (bytes === null) bytes = new Uint8Array(rows).fill(1);
      if (row >= bytes.length) {
        const longer: Uint8Array = new Uint8Array(Math.max(rows, row + 1, bytes.length * 2)).fill(
          1,
        );
        longer.set(bytes);
        bytes = longer;
      }
      bytes[row] = 0;
    },
    take(rows) {
      const taken = bytes;
      bytes = null;
      if (taken === null || taken.length === rows) return taken;
      if (taken.length > rows) return taken.slice(0, rows);
      const longer = new Uint8Array(rows).fill(1);
      longer.set(taken);
      return longer;
    },
  };
}

type Growable = Float64Array | Int32Array | BigInt64Array;

/** At least `length`, at first `capacity`, later doubling. */
function grown<T extends Growable>(values: T, length: number, capacity: number): T {
  const Values = values.constructor as new (length: number) => T;
  const longer = new Values(Math.max(length, values.length * 2, capacity, 64));
  // The overloads of `set` differ between bigint and number arrays; both are the same class here.
  (longer as Float64Array).set(values as Float64Array);
  return longer;
}

function exact<T extends Growable>(values: T, length: number): T {
  return values.length === length ? values : (values.slice(0, length) as T);
}

function unreadable(name: string, type: DuckDBType): Error {
  return new TesseraError('DUCKDB_FAILED', {
    sql: `column ${name} ${type.toString()}`,
    reason: `a column of type ${type.toString()} cannot be read as asked`,
  });
}

function tooLarge(name: string): Error {
  return new TesseraError('DUCKDB_FAILED', {
    sql: `column ${name}`,
    reason: 'a value is beyond 2^53 and cannot be held by a number',
  });
}
