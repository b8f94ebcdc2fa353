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
    const { values } = column;
    return maskWhere(values.length, (i) => !Number.isNaN(values[i]));
  }
  if (column.kind === 'code') {
    const { values } = column;
    return maskWhere(values.length, (i) => values[i]! >= 0);
  }
  return column.valid;
}

function maskWhere(n: number, present: (row: number) => boolean): Uint8Array | null {
  let i = 0;
  while (i < n && present(i)) i++;
  if (i === n) return null;
  const mask = new Uint8Array(n).fill(1, 0, i);
  for (; i < n; i++) if (present(i)) mask[i] = 1;
  return mask;
}
