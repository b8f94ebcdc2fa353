import {
  type DataType,
  floorDiv,
  formatType,
  parseDayNumber,
  parseInstantNs,
  TesseraError,
} from '@tessera/api';
import { type Column, writeInt128 } from '@tessera/columnar';

/** What a table literal may hold: what rows hold, and also Date objects and epoch milliseconds for times. */
export type InputValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | readonly InputValue[]
  | ReadonlyMap<InputValue, InputValue>
  | { readonly [key: string]: InputValue };

/** Where a value stands, for messages. */
export interface Place {
  readonly table: string;
  readonly column: string;
}

function bad(place: Place, type: DataType, value: unknown): TesseraError {
  return new TesseraError('BAD_OPTION', {
    option: `${place.table}.${place.column}`,
    reason: `holds ${String(value)}, which is not ${formatType(type)}`,
  });
}

function instant(place: Place, type: DataType, value: InputValue): bigint {
  const ms = value instanceof Date ? value.getTime() : value;
  const ns =
    typeof ms === 'bigint' || (typeof ms === 'number' && Number.isInteger(ms))
      ? BigInt(ms) * 1_000_000n
      : typeof ms === 'string'
        ? parseInstantNs(ms)
        : null;
  if (ns === null) throw bad(place, type, value);
  return floorDiv(ns, type.kind === 'timestamp_ns' ? 1n : 1000n);
}

function decimalUnscaled(
  place: Place,
  type: DataType & { kind: 'decimal' },
  value: InputValue,
): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value).trim());
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > type.scale) throw bad(place, type, value);
  const digits = BigInt(`${match[2]}${fraction.padEnd(type.scale, '0')}`);
  if (digits >= 10n ** BigInt(type.precision)) throw bad(place, type, value);
  return match[1] === '-' ? -digits : digits;
}

function integer(place: Place, type: DataType, value: InputValue): bigint {
  if (type.kind === 'timestamp' || type.kind === 'timestamptz' || type.kind === 'timestamp_ns') {
    return instant(place, type, value);
  }
  if (type.kind === 'decimal') return decimalUnscaled(place, type, value);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value.trim())) return BigInt(value);
  if (type.kind === 'epoch_ms' && value instanceof Date && !Number.isNaN(value.getTime()))
    return BigInt(value.getTime());
  if (type.kind === 'epoch_ms' && typeof value === 'string') {
    const ns = parseInstantNs(value);
    if (ns !== null) return floorDiv(ns, 1_000_000n);
  }
  throw bad(place, type, value);
}

/** A whole number as 64 bits hold it, except in decimals, which have their own limit. */
function integer64(place: Place, type: DataType, value: InputValue): bigint {
  const found = integer(place, type, value);
  if (type.kind !== 'decimal' && BigInt.asIntN(64, found) !== found) throw bad(place, type, value);
  return found;
}

function number(place: Place, type: DataType, value: InputValue): number {
  if (type.kind === 'boolean') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value === 'true') return 1;
    if (value === 'false') return 0;
    throw bad(place, type, value);
  }
  if (type.kind === 'date') {
    const day =
      value instanceof Date
        ? Math.floor(value.getTime() / 86_400_000)
        : parseDayNumber(String(value));
    if (day === null || Number.isNaN(day)) throw bad(place, type, value);
    return day;
  }
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof parsed !== 'number') throw bad(place, type, value);
  if (type.kind === 'int32' && (parsed | 0) !== parsed) throw bad(place, type, value);
  // S4.4: NaN is null. Text is NaN only when it says so; other text is a mistake.
  if (Number.isNaN(parsed) && typeof value === 'string' && value.trim() !== 'NaN')
    throw bad(place, type, value);
  // S4.4: -0 is read as 0.
  return (type.kind === 'float' ? Math.fround(parsed) : parsed) + 0;
}

function validity(values: readonly InputValue[]): Uint8Array | null {
  return values.some((v) => v === null || v === undefined)
    ? Uint8Array.from(values, (v) => (v === null || v === undefined ? 0 : 1))
    : null;
}

/** Of a Map, or of an object, whose keys are texts. */
function entriesOf(
  place: Place,
  type: DataType,
  value: Exclude<InputValue, null | undefined>,
): Iterable<readonly [InputValue, InputValue]> {
  if (value instanceof Map) return value;
  const isPlain = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
  if (!isPlain) throw bad(place, type, value);
  return Object.entries(value);
}

/**
 * JavaScript values → a column; strings go to `strings` (appended, found again by `codeOf`).
 *
 * Throws   BAD_OPTION naming table and column when a value is not of the type.
 */
export function columnFromValues(
  place: Place,
  type: DataType,
  values: readonly InputValue[],
  codeOf: (text: string) => number,
): Column {
  switch (type.kind) {
    case 'string':
      return {
        kind: 'code',
        values: Int32Array.from(values, (v) =>
          v === null || v === undefined ? -1 : codeOf(String(v)),
        ),
      };
    case 'list': {
      const offsets = new Int32Array(values.length + 1);
      const flat: InputValue[] = [];
      for (const [idx, value] of values.entries()) {
        if (value !== null && value !== undefined) {
          if (!Array.isArray(value)) throw bad(place, type, value);
          flat.push(...(value as readonly InputValue[]));
        }
        offsets[idx + 1] = flat.length;
      }
      return {
        kind: 'list',
        offsets,
        valid: validity(values),
        child: columnFromValues(place, type.element, flat, codeOf),
      };
    }
    case 'boolean':
    case 'date':
    case 'int32':
    case 'float':
    case 'double':
      return {
        kind: 'f64',
        values: Float64Array.from(values, (v) =>
          v === null || v === undefined ? Number.NaN : number(place, type, v),
        ),
      };
    case 'map': {
      const offsets = new Int32Array(values.length + 1);
      const entries: (readonly [InputValue, InputValue])[] = [];
      for (const [idx, value] of values.entries()) {
        if (value !== null && value !== undefined)
          for (const entry of entriesOf(place, type, value)) entries.push(entry);
        offsets[idx + 1] = entries.length;
      }
      const column = (side: 0 | 1, of: DataType) =>
        columnFromValues(
          place,
          of,
          entries.map((entry) => entry[side]),
          codeOf,
        );
      return {
        kind: 'map',
        offsets,
        valid: validity(values),
        keys: column(0, type.key),
        values: column(1, type.value),
      };
    }
    default: {
      const integers = values.map((v) =>
        v === null || v === undefined ? 0n : integer64(place, type, v),
      );
      const valid = validity(values);
      if (type.kind === 'decimal' && type.precision > 18) {
        const wide = new BigInt64Array(2 * integers.length);
        for (const [idx, value] of integers.entries()) writeInt128(wide, idx, value);
        return { kind: 'i128', values: wide, valid };
      }
      return { kind: 'i64', values: BigInt64Array.from(integers), valid };
    }
  }
}
