import type { Batch, Column } from './column.js';
import { columnLength } from './shape.js';

/** Another with every change of the layout: what a run left is of no use to a program that reads blocks otherwise. */
export const BLOCK_FORMAT = 2;

/**
 * A batch as one block of bytes, for files and messages that live as long as a run. Not a durable format.
 *
 *   0   magic 'TSB2'
 *   4   u32 bytes of the JSON header, padded with spaces to a multiple of 8
 *   8   f64 bytes of the whole block
 *   16  f64 rows
 *   24  JSON header [name, shape] of every column, then the arrays in the header's order, each padded to 8 bytes
 *
 * Byte order is the machine's.
 */
export const MAGIC = 0x30425354 + BLOCK_FORMAT * 2 ** 24;
export const PREAMBLE_BYTES = 24;

/** A column in the header. Its rows are the batch's, those of what lists and maps hold are told. */
export type Shape =
  | { readonly kind: 'f64' | 'code' }
  | { readonly kind: 'i64' | 'i128'; readonly hasNulls: boolean }
  | {
      readonly kind: 'list';
      readonly hasNulls: boolean;
      readonly length: number;
      readonly child: Shape;
    }
  | {
      readonly kind: 'map';
      readonly hasNulls: boolean;
      readonly length: number;
      readonly keys: Shape;
      readonly values: Shape;
    };

export type Header = readonly (readonly [string, Shape])[];

/**
 * The block in pieces, without copying the arrays: for a gathering write.
 *
 * Throws  TypeError for a column that has not as many rows as the batch, or whose arrays are not of one length: who reads
 *         the block could not tell
 */
export function encodeBatchParts(batch: Batch): Uint8Array[] {
  const arrays: ArrayBufferView[] = [];
  const header = Object.entries(batch.columns).map(([name, column]) => {
    checkRows(name, column, batch.rows);
    return [name, describe(column, arrays)] as const;
  });
  const json = headerBytes(header);
  const preamble = new ArrayBuffer(PREAMBLE_BYTES);
  const parts: Uint8Array[] = [new Uint8Array(preamble), json];
  let total = PREAMBLE_BYTES + json.length;
  for (const array of arrays) {
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const pad = padding(array.byteLength);
    if (pad > 0) parts.push(PADDING.subarray(0, pad));
    total += array.byteLength + pad;
  }
  new Uint32Array(preamble, 0, 2).set([MAGIC, json.length]);
  new Float64Array(preamble, 8, 2).set([total, batch.rows]);
  return parts;
}

function checkRows(name: string, column: Column, rows: number): void {
  const found = columnLength(column);
  if (found !== rows) throw new TypeError(`column ${name} has ${found} of ${rows} rows`);
  if ('valid' in column && column.valid !== null && column.valid.length !== rows)
    throw new TypeError(`column ${name} has validity of ${column.valid.length} of ${rows} rows`);
  if (column.kind === 'list') checkRows(`${name}[]`, column.child, column.offsets[rows]!);
  if (column.kind === 'map') {
    checkRows(`${name}.keys`, column.keys, column.offsets[rows]!);
    checkRows(`${name}.values`, column.values, column.offsets[rows]!);
  }
}

const PADDING = new Uint8Array(8);

/** Blocks of one file are nearly all alike, and their JSON costs more than the rest of a small one. */
let last: { readonly header: Header; readonly json: Uint8Array } | null = null;

function headerBytes(header: Header): Uint8Array {
  if (last !== null && isSame(last.header, header)) return last.json;
  const text = JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  const json = new Uint8Array(bytes.length + padding(bytes.length)).fill(0x20);
  json.set(bytes);
  last = { header, json };
  return json;
}

/** Lists and maps hold something else each time. */
function isSame(a: Header, b: Header): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [name, shape] = a[i]!;
    const [otherName, other] = b[i]!;
    if (name !== otherName || shape.kind !== other.kind) return false;
    if (shape.kind === 'list' || shape.kind === 'map') return false;
    if ('hasNulls' in shape && 'hasNulls' in other && shape.hasNulls !== other.hasNulls)
      return false;
  }
  return true;
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
      return { kind: column.kind };
    case 'i64':
    case 'i128':
      arrays.push(column.values);
      return { kind: column.kind, hasNulls: pushValid(column, arrays) };
    case 'list':
      arrays.push(column.offsets);
      return {
        kind: 'list',
        hasNulls: pushValid(column, arrays),
        length: columnLength(column.child),
        child: describe(column.child, arrays),
      };
    case 'map':
      arrays.push(column.offsets);
      return {
        kind: 'map',
        hasNulls: pushValid(column, arrays),
        length: columnLength(column.keys),
        keys: describe(column.keys, arrays),
        values: describe(column.values, arrays),
      };
  }
}

function pushValid(
  { valid }: { readonly valid: Uint8Array | null },
  arrays: ArrayBufferView[],
): boolean {
  if (valid !== null) arrays.push(valid);
  return valid !== null;
}
