import { roundRational } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type Column, columnLength, isNull, readInt128 } from '@tessera/columnar';
import { asSafeIntegers, limbsOf } from './limbs.js';

/** The powers of ten that are exact doubles; parsed, since `**` need not be exact. */
const POWERS = Array.from({ length: 23 }, (_, scale) => Number(`1e${scale}`));

/**
 * A scalar column as doubles that compare as its values do; null is NaN. Numbers and codes are themselves; integers too
 * wide for a double are their rank among the column's values.
 */
export function orderedValues(column: Column): Float64Array {
  switch (column.kind) {
    case 'f64':
      return column.values;
    case 'code': {
      const { values } = column;
      const out = new Float64Array(values.length);
      for (let i = 0; i < values.length; i++) out[i] = values[i]! < 0 ? Number.NaN : values[i]!;
      return out;
    }
    case 'i64':
      return asSafeIntegers(column) ?? ranksOf64(column.values, column.valid);
    case 'i128':
      return asSafeIntegers(column) ?? ranksOf128(column.values, column.valid);
    default:
      throw new TypeError(`${column.kind} is not scalar`);
  }
}

/** A numeric column as the nearest doubles (decimals: unscaled / 10^scale, rounded once); null is NaN. */
export function nearestDoubles(column: Column, type: DataType): Float64Array {
  const scale = type.kind === 'decimal' ? type.scale : 0;
  const exact = integersOf(column);
  if (exact !== null) {
    if (scale === 0) return exact;
    return exact.map((u) => (Number.isNaN(u) ? u : divideByPowerOfTen(u, scale)));
  }
  if (column.kind !== 'i64' && column.kind !== 'i128') {
    throw new TypeError(`${column.kind} is not numeric`);
  }
  const { values } = column;
  const read =
    column.kind === 'i64' ? (i: number) => values[i]! : (i: number) => readInt128(values, i);
  const den = 10n ** BigInt(scale);
  const out = new Float64Array(columnLength(column));
  for (let i = 0; i < out.length; i++) {
    out[i] = isNull(column, i) ? Number.NaN : roundRational(read(i), den);
  }
  return out;
}

/** RN(unscaled / 10^scale) of an integer below 2^53. */
export function divideByPowerOfTen(unscaled: number, scale: number): number {
  // One correctly rounded division of exact doubles.
  const power = POWERS[scale];
  if (power !== undefined) return unscaled / power;
  return roundRational(BigInt(unscaled), 10n ** BigInt(scale));
}

/** Arrays of doubles whose exact sum is each value (undefined at null rows). */
export function exactTerms(column: Column): Float64Array[] {
  const exact = integersOf(column);
  if (exact !== null) return [exact];
  if (column.kind === 'i64' || column.kind === 'i128') return limbsOf(column);
  throw new TypeError(`${column.kind} is not numeric`);
}

function integersOf(column: Column): Float64Array | null {
  if (column.kind === 'f64') return column.values;
  if (column.kind === 'i64' || column.kind === 'i128') return asSafeIntegers(column);
  return null;
}

function ranksOf64(values: BigInt64Array, valid: Uint8Array | null): Float64Array {
  const rows = values.length;
  const sorted = new BigInt64Array(rows);
  let n = 0;
  for (let i = 0; i < rows; i++) if (valid === null || valid[i] !== 0) sorted[n++] = values[i]!;
  sorted.subarray(0, n).sort();
  let distinct = 0;
  for (let i = 0; i < n; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[distinct++] = sorted[i]!;
  }
  return ranksIn(sorted, distinct, rows, (i) =>
    valid === null || valid[i] !== 0 ? values[i]! : null,
  );
}

function ranksOf128(values: BigInt64Array, valid: Uint8Array | null): Float64Array {
  const rows = values.length / 2;
  const read = (i: number) => (valid === null || valid[i] !== 0 ? readInt128(values, i) : null);
  const all = new Set<bigint>();
  for (let i = 0; i < rows; i++) {
    const v = read(i);
    if (v !== null) all.add(v);
  }
  const sorted = [...all].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return ranksIn(sorted, sorted.length, rows, read);
}

function ranksIn(
  sorted: ArrayLike<bigint>,
  distinct: number,
  rows: number,
  read: (row: number) => bigint | null,
): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const v = read(i);
    if (v === null) {
      out[i] = Number.NaN;
      continue;
    }
    let lo = 0;
    let hi = distinct - 1;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (sorted[mid]! < v) lo = mid + 1;
      else hi = mid;
    }
    out[i] = lo;
  }
  return out;
}
