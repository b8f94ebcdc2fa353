import type { DataType } from '@tessera/api';
import { type Column, columnLength, type RowCompare, rowCompare } from '@tessera/columnar';
import { lazy } from '../lazy.js';
import { exactTerms, nearestDoubles, orderedValues } from './numbers.js';
import { hllSlots } from './slots.js';

/** One value per item of a column, in the forms that kernels read. Each form is made when first asked for. */
export interface Items {
  readonly column: Column;
  readonly type: DataType;
  readonly length: number;
  /** Doubles that compare as the values do; NaN = null. Scalars only. */
  readonly ordered: () => Float64Array;
  /** The nearest doubles; NaN = null. Numbers only. */
  readonly doubles: () => Float64Array;
  /** Doubles whose sum is each value exactly. Numbers only. */
  readonly terms: () => Float64Array[];
  readonly slots: () => Float64Array;
  readonly compare: () => RowCompare;
  /** 1 where not null; null = nothing is null. */
  readonly valid: () => Uint8Array | null;
}

/** An input lane of the event batch: whole rows, and for lists their elements. */
export interface Input {
  readonly rows: Items;
  /** Elements of a list: row i holds items offsets[i] … offsets[i + 1] - 1. Null for scalars. */
  readonly elements: { readonly offsets: Int32Array; readonly items: Items } | null;
}

export function makeInput(column: Column, type: DataType): Input {
  const rows = makeItems(column, type);
  if (column.kind !== 'list') return { rows, elements: null };
  const element = type.kind === 'list' ? type.element : type;
  return { rows, elements: { offsets: column.offsets, items: makeItems(column.child, element) } };
}

export function makeItems(column: Column, type: DataType): Items {
  return {
    column,
    type,
    length: columnLength(column),
    ordered: lazy(() => orderedValues(column)),
    doubles: lazy(() => nearestDoubles(column, type)),
    terms: lazy(() => exactTerms(column)),
    slots: lazy(() => hllSlots(column, type)),
    compare: lazy(() => rowCompare(column)),
    valid: lazy(() => validity(column)),
  };
}

function validity(column: Column): Uint8Array | null {
  if (column.kind === 'f64') {
    const first = firstNaN(column.values);
    return first === column.values.length ? null : notNaN(column.values, first);
  }
  if (column.kind === 'code') {
    const first = firstNegative(column.values);
    return first === column.values.length ? null : notNegative(column.values, first);
  }
  return column.valid;
}

// A loop each, without a call for a row: nulls are looked for in every column.

function firstNaN(values: Float64Array): number {
  let i = 0;
  while (i < values.length && !Number.isNaN(values[i]!)) i++;
  return i;
}

function firstNegative(values: Int32Array): number {
  let i = 0;
  while (i < values.length && values[i]! >= 0) i++;
  return i;
}

function notNaN(values: Float64Array, first: number): Uint8Array {
  const mask = new Uint8Array(values.length).fill(1, 0, first);
  for (let i = first; i < values.length; i++) if (!Number.isNaN(values[i]!)) mask[i] = 1;
  return mask;
}

function notNegative(values: Int32Array, first: number): Uint8Array {
  const mask = new Uint8Array(values.length).fill(1, 0, first);
  for (let i = first; i < values.length; i++) if (values[i]! >= 0) mask[i] = 1;
  return mask;
}
