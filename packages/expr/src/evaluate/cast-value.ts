import { formatDay, parseDay } from '@tessera/api';
import { DAY_US, floorDiv, parseInstantNs } from '../instant.js';
import type { ExprType, Value } from '../types.js';
import { doubleOrNull, int64OrNull } from '../values.js';

/** A value that is not null as another type; null where that type does not hold it. */
export function castValue(value: Value, from: ExprType, to: ExprType): Value {
  switch (to.kind) {
    case 'boolean':
      return typeof value === 'string' ? textToBoolean(value) : Boolean(value);
    case 'int64':
      return toInt64(value);
    case 'double':
      return typeof value === 'string' ? textToDouble(value) : Number(value);
    case 'string':
      return toText(value, from);
    case 'date':
      return typeof value === 'string'
        ? parseDay(value)
        : Number(floorDiv(value as bigint, DAY_US));
    case 'timestamp':
      if (typeof value === 'number') return timestampOrNull(BigInt(value) * DAY_US);
      return textToTimestamp(value as string);
    default:
      return null;
  }
}

/** What DuckDB's TIMESTAMP holds, in µs; the outermost are its infinities. */
const LEAST_US = -9_223_372_022_400_000_000n;
const MOST_US = 2n ** 63n - 2n;

export function timestampOrNull(us: bigint): bigint | null {
  return us < LEAST_US || us > MOST_US ? null : us;
}

function textToTimestamp(text: string): bigint | null {
  const ns = parseInstantNs(text);
  return ns === null ? null : timestampOrNull(floorDiv(ns, 1000n));
}

/** `true` and `false`, in any case. */
function textToBoolean(text: string): boolean | null {
  if (/^true$/i.test(text)) return true;
  return /^false$/i.test(text) ? false : null;
}

/** Doubles are rounded, halves to the even number. */
function toInt64(value: Value): bigint | null {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? int64OrNull(BigInt(roundHalfEven(value))) : null;
  }
  return /^[+-]?\d{1,40}$/.test(value as string)
    ? int64OrNull(BigInt((value as string).replace(/^\+/, '')))
    : null;
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** As JSON writes numbers, and also `+1`, `.5`, `5.` and leading zeros; no spaces, no NaN, nothing beyond the doubles. */
function textToDouble(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? doubleOrNull(Number(text)) : null;
}

function toText(value: Value, from: ExprType): string | null {
  switch (from.kind) {
    case 'date':
      return dayText(value as number);
    case 'timestamp':
      return timestampText(value as bigint);
    default:
      return String(value);
  }
}

const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

/** `YYYY-MM-DD` of the years 1 to 9999. */
function dayText(day: number): string | null {
  return day < FIRST_DAY || day > LAST_DAY ? null : formatDay(day);
}

/** `2025-01-31 10:00:00`, with as many digits of a second's fraction as are not zero. */
function timestampText(us: bigint): string | null {
  const day = dayText(Number(floorDiv(us, DAY_US)));
  if (day === null) return null;
  const ofDay = us - floorDiv(us, DAY_US) * DAY_US;
  const time = new Date(Number(ofDay / 1000n)).toISOString().slice(11, 19);
  const fraction = String(ofDay % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${day} ${time}${fraction === '' ? '' : `.${fraction}`}`;
}
