import {
  type DataType,
  floorDiv,
  formatType,
  parseDayNumber,
  parseInstantNs,
  type RowValue as StoredValue,
} from '@tessera/api';

/** What is wrong with a value that was given. */
export interface NoValue {
  readonly reason: string;
}

const INT64_MAX = 2n ** 63n - 1n;
const NS_PER_MS = 1_000_000n;

/**
 * A value that a caller gave, as the algebra holds it: timestamps in their unit, decimals unscaled, dates as days. NaN is null
 * and -0 is 0 (S4.4). Nothing is converted between texts and numbers (S4.1): `'1'` is no int64.
 */
export function readValue(type: DataType, given: unknown): StoredValue | NoValue {
  if (given === null) return null;
  switch (type.kind) {
    case 'string':
      // A lone surrogate has no UTF-8, and would pass for U+FFFD.
      return typeof given === 'string' && !/\p{Surrogate}/u.test(given) ? given : bad(type, given);
    case 'boolean':
      return typeof given === 'boolean' ? given : bad(type, given);
    case 'double':
    case 'float': {
      if (typeof given !== 'number') return bad(type, given);
      if (Number.isNaN(given)) return null;
      return (type.kind === 'float' ? Math.fround(given) : given) + 0;
    }
    case 'int32':
      return typeof given === 'number' && (given | 0) === given ? given + 0 : bad(type, given);
    case 'date': {
      const day = dayNumber(given);
      return day === null ? bad(type, given) : day;
    }
    case 'decimal':
      return unscaled(type, given) ?? bad(type, given);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns': {
      const ns = instantNs(given);
      if (ns === null) return bad(type, given);
      return inRange(floorDiv(ns, type.kind === 'timestamp_ns' ? 1n : 1000n)) ?? bad(type, given);
    }
    case 'list':
      return listOf(type, given);
    case 'map':
      return mapOf(type, given);
    default:
      return whole(type, given);
  }
}

export function isNoValue(value: StoredValue | NoValue): value is NoValue {
  return typeof value === 'object' && value !== null && 'reason' in value;
}

function bad(type: DataType, given: unknown): NoValue {
  return { reason: `holds ${shown(given)}, which is not ${formatType(type)}` };
}

function shown(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given.slice(0, 60));
  if (typeof given === 'bigint') return `${given}n`;
  return typeof given === 'object'
    ? `an ${Array.isArray(given) ? 'array' : 'object'}`
    : String(given);
}

function inRange(value: bigint): bigint | null {
  return value >= -INT64_MAX - 1n && value <= INT64_MAX ? value : null;
}

function whole(type: DataType, given: unknown): bigint | NoValue {
  if (typeof given === 'bigint') return inRange(given) ?? bad(type, given);
  if (typeof given === 'number' && Number.isSafeInteger(given)) return BigInt(given);
  const ms = given instanceof Date && type.kind === 'epoch_ms' ? given.getTime() : Number.NaN;
  return Number.isNaN(ms) ? bad(type, given) : BigInt(ms);
}

function dayNumber(given: unknown): number | null {
  if (typeof given === 'string') return parseDayNumber(given);
  if (!(given instanceof Date) || Number.isNaN(given.getTime())) return null;
  return Math.floor(given.getTime() / 86_400_000);
}

/** Texts in UTC, Dates, epoch ms. */
function instantNs(given: unknown): bigint | null {
  if (typeof given === 'string') return parseInstantNs(given);
  const ms = given instanceof Date ? given.getTime() : given;
  return typeof ms === 'number' && Number.isSafeInteger(ms) ? BigInt(ms) * NS_PER_MS : null;
}

function unscaled(type: DataType & { kind: 'decimal' }, given: unknown): bigint | null {
  if (typeof given !== 'string' && typeof given !== 'number') return null;
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(given));
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > type.scale) return null;
  const digits = BigInt(`${match[2]}${fraction.padEnd(type.scale, '0')}`);
  if (digits >= 10n ** BigInt(type.precision)) return null;
  return match[1] === '-' ? -digits : digits;
}

function listOf(type: DataType & { kind: 'list' }, given: unknown): StoredValue | NoValue {
  if (!Array.isArray(given)) return bad(type, given);
  const elements: StoredValue[] = [];
  for (const one of given as readonly unknown[]) {
    const element = readValue(type.element, one ?? null);
    if (isNoValue(element)) return element;
    elements.push(element);
  }
  return elements;
}

function mapOf(type: DataType & { kind: 'map' }, given: unknown): StoredValue | NoValue {
  if (!(given instanceof Map)) return bad(type, given);
  const entries = new Map<StoredValue, StoredValue>();
  for (const [givenKey, givenValue] of given as ReadonlyMap<unknown, unknown>) {
    const key = readValue(type.key, givenKey);
    if (isNoValue(key)) return key;
    const value = readValue(type.value, givenValue ?? null);
    if (isNoValue(value)) return value;
    entries.set(key, value);
  }
  return entries;
}
