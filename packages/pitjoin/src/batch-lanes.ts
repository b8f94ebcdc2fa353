import type { Batch, Column } from '@tessera/columnar';

/** Throws TypeError when a batch has no lane of that name, or one of another kind. */
export function laneOf(batch: Batch, name: string): Column {
  const column = batch.columns[name];
  if (column === undefined) throw new TypeError(`no lane ${name}`);
  return column;
}

export function codesOf(batch: Batch): Int32Array {
  const column = laneOf(batch, 'code');
  if (column.kind !== 'code') throw new TypeError(`lane code is ${column.kind}`);
  return column.values;
}

export function numbersOf(batch: Batch, name: string): Float64Array {
  const column = laneOf(batch, name);
  if (column.kind !== 'f64') throw new TypeError(`lane ${name} is ${column.kind}`);
  return column.values;
}
