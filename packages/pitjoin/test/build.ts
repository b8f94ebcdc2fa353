import type { DataType } from '@tessera/api';
import { type Batch, type Column, writeInt128 } from '@tessera/columnar';
import type { FeatureSpec } from '../src/index.js';

export const f64 = (values: readonly (number | null)[]): Column => ({
  kind: 'f64',
  values: Float64Array.from(values, (v) => v ?? Number.NaN),
});

export const code = (values: readonly (number | null)[]): Column => ({
  kind: 'code',
  values: Int32Array.from(values, (v) => v ?? -1),
});

type Wide = Extract<Column, { kind: 'i64' | 'i128' }>;

export const i64 = (values: readonly (bigint | null)[]): Wide => ({
  kind: 'i64',
  values: BigInt64Array.from(values, (v) => v ?? 0n),
  valid: validity(values),
});

export function i128(values: readonly (bigint | null)[]): Wide {
  const out = new BigInt64Array(2 * values.length);
  values.forEach((v, i) => {
    writeInt128(out, i, v ?? 0n);
  });
  return { kind: 'i128', values: out, valid: validity(values) };
}

export function list<T>(
  rows: readonly (readonly T[] | null)[],
  child: (items: readonly T[]) => Column,
): Column {
  const offsets = new Int32Array(rows.length + 1);
  const all: T[] = [];
  rows.forEach((row, i) => {
    all.push(...(row ?? []));
    offsets[i + 1] = all.length;
  });
  return { kind: 'list', offsets, valid: validity(rows), child: child(all) };
}

function validity(values: readonly unknown[]): Uint8Array | null {
  if (!values.includes(null)) return null;
  return Uint8Array.from(values, (v) => (v === null ? 0 : 1));
}

export function batch(columns: Record<string, Column>): Batch {
  const first = columns.code!;
  if (first.kind !== 'code') throw new TypeError('no code');
  return { rows: first.values.length, columns };
}

export const DOUBLE: DataType = { kind: 'double' };
export const INT64: DataType = { kind: 'int64' };

/** A feature over lane `x`, unbounded and exact unless said otherwise. */
export function feature(
  operation: FeatureSpec['operation'],
  more: Partial<FeatureSpec> = {},
): FeatureSpec {
  return {
    name: operation.toLowerCase(),
    operation,
    inputType: DOUBLE,
    input: 'x',
    outputType: DOUBLE,
    windowMs: null,
    tail: 'exact',
    query: 'q',
    empty: 'zero',
    ...more,
  };
}
