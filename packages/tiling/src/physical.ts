import { roundRational } from '@tessera/algebra';
import { type DataType, formatType, isFloat, TesseraError } from '@tessera/api';
import { type Column, readInt128, writeInt128 } from '@tessera/columnar';

/** How a value of each logical type is held in tiles: one kind per type, so that equal tiles are equal columns. */
export function physicalKind(type: DataType): Column['kind'] {
  switch (type.kind) {
    case 'boolean':
    case 'int32':
    case 'float':
    case 'double':
    case 'date':
      return 'f64';
    case 'string':
      return 'code';
    case 'decimal':
      return type.precision <= 18 ? 'i64' : 'i128';
    case 'list':
      return 'list';
    case 'map':
      return 'map';
    default:
      return 'i64';
  }
}

/** Whether a column has the kind of its type, in its elements too. */
export function isInPhysicalKind(column: Column, type: DataType): boolean {
  if (column.kind !== physicalKind(type)) return false;
  return column.kind !== 'list' || type.kind !== 'list'
    ? true
    : isInPhysicalKind(column.child, type.element);
}

/**
 * The column in the kind of its type: integers that a scan could hold narrower are widened, what lies under nulls is 0.
 *
 * Throws  INTERNAL when the kind cannot hold the type
 */
export function inPhysicalKind(column: Column, type: DataType): Column {
  const kind = physicalKind(type);
  if (column.kind === 'list' && type.kind === 'list') {
    const child = inPhysicalKind(column.child, type.element);
    return child === column.child ? column : { ...column, child };
  }
  if (column.kind === kind) return withoutGarbage(column);
  if (kind === 'i64' && column.kind === 'f64') return widenDoubles(column.values, 1);
  if (kind === 'i128' && column.kind === 'f64') return widenDoubles(column.values, 2);
  if (kind === 'i128' && column.kind === 'i64') {
    const values = new BigInt64Array(2 * column.values.length);
    for (let i = 0; i < column.values.length; i++) writeInt128(values, i, column.values[i]!);
    return { kind, values, valid: column.valid };
  }
  throw new TesseraError('INTERNAL', {
    reason: `a tile of ${formatType(type)} cannot be made from a ${column.kind} column`,
  });
}

/** A null's memory is undefined, and equal columns are compared as they are. */
function withoutGarbage(column: Column): Column {
  if ((column.kind !== 'i64' && column.kind !== 'i128') || column.valid === null) return column;
  const { kind, valid } = column;
  const step = kind === 'i64' ? 1 : 2;
  const values = column.values.slice();
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] === 0) values.fill(0n, step * i, step * (i + 1));
  }
  return { kind, values, valid };
}

function widenDoubles(from: Float64Array, step: 1 | 2): Column {
  const values = new BigInt64Array(step * from.length);
  let valid: Uint8Array | null = null;
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    if (Number.isNaN(v)) {
      valid ??= new Uint8Array(from.length).fill(1);
      valid[i] = 0;
    } else {
      values[step * i] = BigInt(v);
      if (step === 2) values[2 * i + 1] = v < 0 ? -1n : 0n;
    }
  }
  return { kind: step === 1 ? 'i64' : 'i128', values, valid };
}

/** 1 where a row is not null; null = no nulls. */
export function validity(column: Column): Uint8Array | null {
  switch (column.kind) {
    case 'f64': {
      const { values } = column;
      let mask: Uint8Array | null = null;
      for (let i = 0; i < values.length; i++) {
        const v = values[i]!;
        // biome-ignore lint/suspicious/noSelfCompare: the cheapest test for NaN
        if (v === v) continue;
        mask ??= new Uint8Array(values.length).fill(1);
        mask[i] = 0;
      }
      return mask;
    }
    case 'code': {
      const { values } = column;
      let mask: Uint8Array | null = null;
      for (let i = 0; i < values.length; i++) {
        if (values[i]! >= 0) continue;
        mask ??= new Uint8Array(values.length).fill(1);
        mask[i] = 0;
      }
      return mask;
    }
    default:
      return column.valid;
  }
}

/** Integers of an i64 or i128 column, one at a time. */
export function bigintReader(column: Column): (row: number) => bigint {
  if (column.kind === 'i64') {
    const { values } = column;
    return (row) => values[row]!;
  }
  if (column.kind !== 'i128') throw new TypeError(`${column.kind} holds no wide integers`);
  const { values } = column;
  return (row) => readInt128(values, row);
}

/** The powers of ten that are exact doubles; parsed, since `**` need not be exact. */
const POWERS = Array.from({ length: 23 }, (_, scale) => Number(`1e${scale}`));

/** The nearest doubles of chosen rows, none of them null: decimals are unscaled / 10^scale, rounded once. */
export function nearestDoubles(column: Column, type: DataType, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  if (column.kind === 'f64') {
    const { values } = column;
    for (let i = 0; i < out.length; i++) out[i] = values[rows[i]!]!;
    return out;
  }
  const read = bigintReader(column);
  const scale = type.kind === 'decimal' ? type.scale : 0;
  const den = 10n ** BigInt(scale);
  const power = POWERS[scale];
  for (let i = 0; i < out.length; i++) {
    const value = read(rows[i]!);
    const near = Number(value);
    // One correctly rounded division of exact doubles.
    if (scale === 0) out[i] = near;
    else if (power !== undefined && Number.isSafeInteger(near)) out[i] = near / power;
    else out[i] = roundRational(value, den);
  }
  return out;
}

/** Whether a type's values are hashed as doubles (by their bytes) rather than as integers (by their text). */
export function hashesAsDouble(type: DataType): boolean {
  return isFloat(type);
}
