import type { Column } from './column.js';

/** Rows of a column. */
export function columnLength(column: Column): number {
  switch (column.kind) {
    case 'f64':
    case 'i64':
    case 'code':
      return column.values.length;
    case 'i128':
      return column.values.length / 2;
    case 'list':
    case 'map':
      return column.offsets.length - 1;
  }
}

/** Whether one row is null. For loops over many rows read the arrays themselves. */
export function isNull(column: Column, row: number): boolean {
  switch (column.kind) {
    case 'f64':
      return Number.isNaN(column.values[row]);
    case 'code':
      return column.values[row]! < 0;
    default:
      return column.valid !== null && column.valid[row] === 0;
  }
}

export function countNulls(column: Column): number {
  let nulls = 0;
  if (column.kind === 'f64') {
    for (const v of column.values) if (Number.isNaN(v)) nulls++;
  } else if (column.kind === 'code') {
    for (const v of column.values) if (v < 0) nulls++;
  } else if (column.valid !== null) {
    for (const v of column.valid) if (v === 0) nulls++;
  }
  return nulls;
}

/** A column of the same kind (and children) as `like` without rows. */
export function emptyLike(like: Column): Column {
  switch (like.kind) {
    case 'f64':
      return { kind: 'f64', values: new Float64Array(0) };
    case 'i64':
    case 'i128':
      return { kind: like.kind, values: new BigInt64Array(0), valid: null };
    case 'code':
      return { kind: 'code', values: new Int32Array(0) };
    case 'list':
      return {
        kind: 'list',
        offsets: new Int32Array(1),
        valid: null,
        child: emptyLike(like.child),
      };
    case 'map':
      return {
        kind: 'map',
        offsets: new Int32Array(1),
        valid: null,
        keys: emptyLike(like.keys),
        values: emptyLike(like.values),
      };
  }
}

/** A column of the same kind as `like`, all null. */
export function nullsLike(like: Column, rows: number): Column {
  switch (like.kind) {
    case 'f64':
      return { kind: 'f64', values: new Float64Array(rows).fill(Number.NaN) };
    case 'code':
      return { kind: 'code', values: new Int32Array(rows).fill(-1) };
    case 'i64':
    case 'i128':
      return {
        kind: like.kind,
        values: new BigInt64Array(like.kind === 'i64' ? rows : 2 * rows),
        valid: new Uint8Array(rows),
      };
    case 'list':
      return {
        kind: 'list',
        offsets: new Int32Array(rows + 1),
        valid: new Uint8Array(rows),
        child: emptyLike(like.child),
      };
    case 'map':
      return {
        kind: 'map',
        offsets: new Int32Array(rows + 1),
        valid: new Uint8Array(rows),
        keys: emptyLike(like.keys),
        values: emptyLike(like.values),
      };
  }
}

/** Bytes held by a column's arrays. */
export function columnBytes(column: Column): number {
  switch (column.kind) {
    case 'f64':
    case 'code':
      return column.values.byteLength;
    case 'i64':
    case 'i128':
      return column.values.byteLength + (column.valid?.byteLength ?? 0);
    case 'list':
      return (
        column.offsets.byteLength + (column.valid?.byteLength ?? 0) + columnBytes(column.child)
      );
    case 'map':
      return (
        column.offsets.byteLength +
        (column.valid?.byteLength ?? 0) +
        columnBytes(column.keys) +
        columnBytes(column.values)
      );
  }
}
