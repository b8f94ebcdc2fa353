import type { Batch, Column } from './column.js';

/**
 * Rows of a column by position; an index of -1 gives null.
 *
 * Shapes   indices: N positions in any order, repeats allowed
 * Returns  N rows, fresh memory, same kind.
 */
export function gather(column: Column, indices: Int32Array): Column {
  switch (column.kind) {
    case 'f64':
      return { kind: 'f64', values: gatherNumbers(column.values, indices) };
    case 'code':
      return { kind: 'code', values: gatherCodes(column.values, indices) };
    case 'i64': {
      const values = gatherWide(column.values, indices);
      return { kind: 'i64', values, valid: gatherValid(column.valid, indices) };
    }
    case 'i128': {
      const values = gatherPairs(column.values, indices);
      return { kind: 'i128', values, valid: gatherValid(column.valid, indices) };
    }
    case 'list': {
      const { offsets, children } = gatherOffsets(column.offsets, column.valid, indices);
      const valid = gatherValid(column.valid, indices);
      return { kind: 'list', offsets, valid, child: gather(column.child, children) };
    }
    case 'map': {
      const { offsets, children } = gatherOffsets(column.offsets, column.valid, indices);
      const valid = gatherValid(column.valid, indices);
      const keys = gather(column.keys, children);
      return { kind: 'map', offsets, valid, keys, values: gather(column.values, children) };
    }
  }
}

// A loop each: V8 compiles a small function once, and what it has not met yet in a long one anew each time it comes to it.

function gatherNumbers(from: Float64Array, indices: Int32Array): Float64Array {
  const values = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i]!;
    values[i] = at < 0 ? Number.NaN : from[at]!;
  }
  return values;
}

function gatherCodes(from: Int32Array, indices: Int32Array): Int32Array {
  const values = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i]!;
    values[i] = at < 0 ? -1 : from[at]!;
  }
  return values;
}

function gatherWide(from: BigInt64Array, indices: Int32Array): BigInt64Array {
  const values = new BigInt64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i]!;
    if (at >= 0) values[i] = from[at]!;
  }
  return values;
}

function gatherPairs(from: BigInt64Array, indices: Int32Array): BigInt64Array {
  const values = new BigInt64Array(2 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i]!;
    if (at < 0) continue;
    values[2 * i] = from[2 * at]!;
    values[2 * i + 1] = from[2 * at + 1]!;
  }
  return values;
}

export function gatherBatch(batch: Batch, indices: Int32Array): Batch {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(batch.columns))
    columns[name] = gather(column, indices);
  return { rows: indices.length, columns };
}

function gatherValid(valid: Uint8Array | null, indices: Int32Array): Uint8Array | null {
  const n = indices.length;
  const out = new Uint8Array(n);
  let nulls = 0;
  for (let i = 0; i < n; i++) {
    const at = indices[i]!;
    const ok = at >= 0 && (valid === null || valid[at] !== 0) ? 1 : 0;
    out[i] = ok;
    nulls += 1 - ok;
  }
  return nulls === 0 ? null : out;
}

/** Null rows give no children, whatever their offsets say. */
function gatherOffsets(
  from: Int32Array,
  valid: Uint8Array | null,
  indices: Int32Array,
): { offsets: Int32Array; children: Int32Array } {
  const n = indices.length;
  const offsets = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    const at = indices[i]!;
    const present = at >= 0 && (valid === null || valid[at] !== 0);
    offsets[i + 1] = offsets[i]! + (present ? from[at + 1]! - from[at]! : 0);
  }
  const children = new Int32Array(offsets[n]!);
  for (let i = 0; i < n; i++) {
    let to = offsets[i]!;
    const end = offsets[i + 1]!;
    for (let j = to < end ? from[indices[i]!]! : 0; to < end; to++, j++) children[to] = j;
  }
  return { offsets, children };
}
