import type { Batch, Column } from './column.js';

/** Rows start … end - 1. Flat arrays are views of the same memory; offsets are rebased to 0 (a copy). */
export function slice(column: Column, start: number, end: number): Column {
  switch (column.kind) {
    case 'f64':
      return { kind: 'f64', values: column.values.subarray(start, end) };
    case 'code':
      return { kind: 'code', values: column.values.subarray(start, end) };
    case 'i64':
      return {
        kind: 'i64',
        values: column.values.subarray(start, end),
        valid: sliceValid(column.valid, start, end),
      };
    case 'i128':
      return {
        kind: 'i128',
        values: column.values.subarray(2 * start, 2 * end),
        valid: sliceValid(column.valid, start, end),
      };
    case 'list':
      return {
        kind: 'list',
        offsets: sliceOffsets(column.offsets, start, end),
        valid: sliceValid(column.valid, start, end),
        child: slice(column.child, column.offsets[start]!, column.offsets[end]!),
      };
    case 'map':
      return {
        kind: 'map',
        offsets: sliceOffsets(column.offsets, start, end),
        valid: sliceValid(column.valid, start, end),
        keys: slice(column.keys, column.offsets[start]!, column.offsets[end]!),
        values: slice(column.values, column.offsets[start]!, column.offsets[end]!),
      };
  }
}

export function sliceBatch(batch: Batch, start: number, end: number): Batch {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(batch.columns)) {
    columns[name] = slice(column, start, end);
  }
  return { rows: end - start, columns };
}

function sliceValid(valid: Uint8Array | null, start: number, end: number): Uint8Array | null {
  return valid === null ? null : valid.subarray(start, end);
}

function sliceOffsets(offsets: Int32Array, start: number, end: number): Int32Array {
  const first = offsets[start]!;
  if (first === 0) return offsets.subarray(start, end + 1);
  return offsets.subarray(start, end + 1).map((o) => o - first);
}
