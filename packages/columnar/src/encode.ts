import type { Batch, Column } from './column.js';

/**
 * A batch as one block of bytes, for files and messages that live as long as a run. Not a durable format.
 *
 *   0   magic 'TSB1'
 *   4   u32 bytes of the JSON header, padded with spaces to a multiple of 8
 *   8   f64 bytes of the whole block
 *   16  JSON header { rows, columns: [name, shape] }, then the arrays in the header's order, each padded to 8 bytes
 *
 * Byte order is the machine's.
 */
export const MAGIC = 0x31425354;
export const PREAMBLE_BYTES = 16;

/** A column in the header: element counts in place of arrays. `valid` null = no nulls. */
export type Shape =
  | { readonly kind: 'f64' | 'code'; readonly values: number }
  | { readonly kind: 'i64' | 'i128'; readonly values: number; readonly valid: number | null }
  | {
      readonly kind: 'list';
      readonly offsets: number;
      readonly valid: number | null;
      readonly child: Shape;
    }
  | {
      readonly kind: 'map';
      readonly offsets: number;
      readonly valid: number | null;
      readonly keys: Shape;
      readonly values: Shape;
    };

export interface Header {
  readonly rows: number;
  readonly columns: readonly (readonly [string, Shape])[];
}

/** The block in pieces, without copying the arrays: for a gathering write. */
export function encodeBatchParts(batch: Batch): Uint8Array[] {
  const arrays: ArrayBufferView[] = [];
  const columns = Object.entries(batch.columns).map(
    ([name, column]) => [name, describe(column, arrays)] as const,
  );
  const header: Header = { rows: batch.rows, columns };
  let json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length % 8 !== 0) {
    const padded = new Uint8Array(json.length + padding(json.length)).fill(0x20);
    padded.set(json);
    json = padded;
  }
  const preamble = new ArrayBuffer(PREAMBLE_BYTES);
  const parts: Uint8Array[] = [new Uint8Array(preamble), json];
  let total = PREAMBLE_BYTES + json.length;
  for (const array of arrays) {
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const pad = padding(array.byteLength);
    if (pad > 0) parts.push(new Uint8Array(pad));
    total += array.byteLength + pad;
  }
  new Uint32Array(preamble, 0, 2).set([MAGIC, json.length]);
  new Float64Array(preamble, 8, 1)[0] = total;
  return parts;
}

/** The block as one fresh array. */
export function encodeBatch(batch: Batch): Uint8Array {
  const parts = encodeBatchParts(batch);
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function padding(bytes: number): number {
  return -bytes & 7;
}

function describe(column: Column, arrays: ArrayBufferView[]): Shape {
  switch (column.kind) {
    case 'f64':
    case 'code':
      arrays.push(column.values);
      return { kind: column.kind, values: column.values.length };
    case 'i64':
    case 'i128':
      arrays.push(column.values);
      if (column.valid !== null) arrays.push(column.valid);
      return {
        kind: column.kind,
        values: column.values.length,
        valid: column.valid?.length ?? null,
      };
    case 'list':
      arrays.push(column.offsets);
      if (column.valid !== null) arrays.push(column.valid);
      return {
        kind: 'list',
        offsets: column.offsets.length,
        valid: column.valid?.length ?? null,
        child: describe(column.child, arrays),
      };
    case 'map':
      arrays.push(column.offsets);
      if (column.valid !== null) arrays.push(column.valid);
      return {
        kind: 'map',
        offsets: column.offsets.length,
        valid: column.valid?.length ?? null,
        keys: describe(column.keys, arrays),
        values: describe(column.values, arrays),
      };
  }
}
