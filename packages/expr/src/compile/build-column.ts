import type { DataType } from '@tessera/api';
import { type Column, writeInt128 } from '@tessera/columnar';
import type { Value } from '../types.js';
import { int64OrNull } from '../values.js';
import { nearestDecimal } from './decimal.js';
import { putString } from './emit-stores.js';

/**
 * Values as a column of a declared type, in the units of the lake. What the type does not hold (an int32, a float, a decimal
 * too large) is null. New strings get the next code of `codes`.
 */
export function buildColumn(
  type: DataType,
  values: readonly Value[],
  codes: Map<string, number>,
): Column {
  switch (type.kind) {
    case 'boolean':
    case 'double':
    case 'date':
      return {
        kind: 'f64',
        values: Float64Array.from(values, (v) => (v === null ? NaN : Number(v))),
      };
    case 'float':
      return { kind: 'f64', values: Float64Array.from(values, (v) => nearestFloat(v as number)) };
    case 'string':
      return { kind: 'code', values: Int32Array.from(values, (value) => putString(codes, value)) };
    case 'list':
      return buildList(type.element, values, codes);
    case 'map':
      return buildMap(type, values, codes);
    case 'decimal':
      return wholeColumn(
        values.map((v) =>
          v === null ? null : nearestDecimal(v as number, type.precision, type.scale),
        ),
      );
    default:
      return wholeColumn(
        values.map((value) => (value === null ? null : wholeOf(type, value as bigint))),
      );
  }
}

/** NaN where a float does not reach. */
export function nearestFloat(value: number | null): number {
  if (value === null) return Number.NaN;
  const float = Math.fround(value);
  return Number.isFinite(float) || !Number.isFinite(value) ? float : Number.NaN;
}

/** A whole number or µs as the declared type holds it. */
function wholeOf(type: DataType, value: bigint): bigint | null {
  if (type.kind === 'int32') return BigInt.asIntN(32, value) === value ? value : null;
  return type.kind === 'timestamp_ns' ? int64OrNull(value * 1000n) : value;
}

/** Whole numbers as the narrowest kind that holds them all. */
export function wholeColumn(values: readonly (bigint | null)[]): Column {
  const rows = values.length;
  if (values.every((value) => value === null || Number.isSafeInteger(Number(value)))) {
    return {
      kind: 'f64',
      values: Float64Array.from(values, (v) => (v === null ? NaN : Number(v))),
    };
  }
  const present = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  const valid = present.includes(0) ? present : null;
  if (values.every((value) => value === null || int64OrNull(value) !== null)) {
    return { kind: 'i64', values: BigInt64Array.from(values, (value) => value ?? 0n), valid };
  }
  const pairs = new BigInt64Array(2 * rows);
  values.forEach((value, row) => {
    if (value !== null) writeInt128(pairs, row, value);
  });
  return { kind: 'i128', values: pairs, valid };
}

/** Where each row's entries begin and end, and which rows have any value at all. */
function outline(lengths: readonly (number | null)[]): {
  offsets: Int32Array;
  valid: Uint8Array | null;
} {
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => {
    offsets[row + 1] = offsets[row]! + (length ?? 0);
  });
  const valid = Uint8Array.from(lengths, (length) => (length === null ? 0 : 1));
  return { offsets, valid: valid.includes(0) ? valid : null };
}

function buildList(
  element: DataType,
  values: readonly Value[],
  codes: Map<string, number>,
): Column {
  const lists = values as readonly (readonly Value[] | null)[];
  return {
    kind: 'list',
    ...outline(lists.map((list) => list?.length ?? null)),
    child: buildColumn(
      element,
      lists.flatMap((list) => list ?? []),
      codes,
    ),
  };
}

function buildMap(
  type: Extract<DataType, { kind: 'map' }>,
  values: readonly Value[],
  codes: Map<string, number>,
): Column {
  const maps = values as readonly (ReadonlyMap<Value, Value> | null)[];
  return {
    kind: 'map',
    ...outline(maps.map((map) => map?.size ?? null)),
    keys: buildColumn(
      type.key,
      maps.flatMap((map) => [...(map?.keys() ?? [])]),
      codes,
    ),
    values: buildColumn(
      type.value,
      maps.flatMap((map) => [...(map?.values() ?? [])]),
      codes,
    ),
  };
}
