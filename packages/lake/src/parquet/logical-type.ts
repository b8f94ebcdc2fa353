import type { ThriftStruct } from './thrift.js';

/** Physical types by number. */
const INT32 = 1;
const INT64 = 2;
const BYTE_ARRAY = 6;
const FIXED = 7;

const DECIMAL = 5;
const INTERVAL = 21;

/** Converted type (by number) → the physical types that may carry it. The numbers that lack are for groups. */
const CARRIERS: Readonly<Record<number, readonly number[]>> = {
  0: [BYTE_ARRAY], // UTF8
  4: [BYTE_ARRAY], // ENUM
  [DECIMAL]: [INT32, INT64, BYTE_ARRAY, FIXED],
  6: [INT32], // DATE
  7: [INT32], // TIME_MILLIS
  8: [INT64], // TIME_MICROS
  9: [INT64], // TIMESTAMP_MILLIS
  10: [INT64], // TIMESTAMP_MICROS
  11: [INT32], // UINT_8, 16, 32
  12: [INT32],
  13: [INT32],
  14: [INT64], // UINT_64
  15: [INT32], // INT_8, 16, 32
  16: [INT32],
  17: [INT32],
  18: [INT64], // INT_64
  19: [BYTE_ARRAY], // JSON
  20: [BYTE_ARRAY], // BSON
  [INTERVAL]: [FIXED],
};

/**
 * What contradicts itself in how a column's values are to be understood, or null. The meaning is written up to three
 * times (converted type, logical type, and what of them the physical type can carry): a flipped bit in one of them, which
 * would make milliseconds of microseconds, is seen by the others.
 */
export function typeContradiction(element: ThriftStruct, type: number): string | null {
  const converted = element.get(6);
  if (converted === undefined) return null;
  const carriers = typeof converted === 'number' ? CARRIERS[converted] : undefined;
  if (!carriers?.includes(type)) return 'has a type that its values cannot have';
  if (converted === INTERVAL && element.get(2) !== 12) return 'has intervals of another size';
  if (converted === DECIMAL && !isDecimal(element, type)) return 'is a decimal that cannot be';
  const logical = element.get(10);
  if (!(logical instanceof Map)) return null;
  return agrees(logical, converted as number, element) ? null : 'has two types';
}

function isDecimal(element: ThriftStruct, type: number): boolean {
  const precision = element.get(8);
  const scale = element.get(7) ?? 0;
  if (typeof precision !== 'number' || typeof scale !== 'number') return false;
  const most = type === INT32 ? 9 : type === INT64 ? 18 : Number.POSITIVE_INFINITY;
  return precision >= 1 && precision <= most && scale >= 0 && scale <= precision;
}

/** A union has one field: its number says which. */
function agrees(logical: ThriftStruct, converted: number, element: ThriftStruct): boolean {
  const [entry] = logical;
  if (entry === undefined || logical.size !== 1) return false;
  const [kind, value] = entry;
  const inner: ThriftStruct = value instanceof Map ? value : new Map();
  switch (kind) {
    case 1:
      return converted === 0;
    case 4:
      return converted === 4;
    case DECIMAL:
      return (
        converted === DECIMAL &&
        inner.get(1) === (element.get(7) ?? 0) &&
        inner.get(2) === element.get(8)
      );
    case 6:
      return converted === 6;
    case 7:
      return converted === 6 + unitOf(inner);
    case 8:
      return converted === 8 + unitOf(inner);
    case 10: {
      const size = [8, 16, 32, 64].indexOf(Number(inner.get(1)));
      return size >= 0 && converted === (inner.get(2) === true ? 15 : 11) + size;
    }
    case 12:
      return converted === 19;
    case 13:
      return converted === 20;
    // A kind of value that had no converted type: whoever writes one all the same is not judged.
    default:
      return kind > 13;
  }
}

/** 1 = milliseconds, 2 = microseconds, 3 = nanoseconds. */
function unitOf(time: ThriftStruct): number {
  const unit = time.get(2);
  const [entry] = unit instanceof Map ? unit : [];
  return entry?.[0] ?? Number.NaN;
}
