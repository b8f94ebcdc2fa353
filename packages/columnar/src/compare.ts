import type { Column } from './column.js';
import { readInt128 } from './int128.js';
import { columnLength, isNull } from './shape.js';

/** Sign of the order of two rows of one column. */
export type RowCompare = (a: number, b: number) => number;

/**
 * The order of a column's rows: null first, then numbers numerically, strings by code (which is UTF-8 order), lists element
 * by element with a prefix before its extension, maps entry by entry.
 */
export function rowCompare(column: Column): RowCompare {
  switch (column.kind) {
    case 'f64': {
      const values = column.values;
      return (a, b) => compareNumbers(values[a]!, values[b]!);
    }
    case 'code': {
      const values = column.values;
      return (a, b) => values[a]! - values[b]!;
    }
    case 'i64': {
      const values = column.values;
      return nullsFirst(column, (a, b) => compareBigints(values[a]!, values[b]!));
    }
    case 'i128': {
      const values = column.values;
      return nullsFirst(column, (a, b) =>
        compareBigints(readInt128(values, a), readInt128(values, b)),
      );
    }
    case 'list':
      return nullsFirst(column, compareRuns(column.offsets, rowCompare(column.child)));
    case 'map': {
      const keys = rowCompare(column.keys);
      const values = rowCompare(column.values);
      return nullsFirst(
        column,
        compareRuns(column.offsets, (a, b) => keys(a, b) || values(a, b)),
      );
    }
  }
}

function compareNumbers(x: number, y: number): number {
  if (x < y) return -1;
  if (x > y) return 1;
  if (x === y) return 0;
  // At least one is NaN, which is null and comes first.
  return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
}

function compareBigints(x: bigint, y: bigint): number {
  return x < y ? -1 : x > y ? 1 : 0;
}

function nullsFirst(column: Column, compare: RowCompare): RowCompare {
  if (!hasValidity(column)) return compare;
  return (a, b) => {
    const aNull = isNull(column, a);
    const bNull = isNull(column, b);
    return aNull || bNull ? Number(bNull) - Number(aNull) : compare(a, b);
  };
}

function hasValidity(column: Column): boolean {
  return (
    column.kind !== 'f64' &&
    column.kind !== 'code' &&
    column.valid !== null &&
    columnLength(column) > 0
  );
}

function compareRuns(offsets: Int32Array, child: RowCompare): RowCompare {
  return (a, b) => {
    let i = offsets[a]!;
    let j = offsets[b]!;
    const iEnd = offsets[a + 1]!;
    const jEnd = offsets[b + 1]!;
    for (; i < iEnd && j < jEnd; i++, j++) {
      const order = child(i, j);
      if (order !== 0) return order;
    }
    return Number(i < iEnd) - Number(j < jEnd);
  };
}
