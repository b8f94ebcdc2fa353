import type { Batch, Column } from './column.js';
import { type Header, MAGIC, PREAMBLE_BYTES, padding, type Shape } from './encode.js';
import { columnLength } from './shape.js';

/**
 * The batch in a block written by encodeBatch. Arrays are views of `bytes` where it starts at a multiple of 8 bytes (else
 * the block is copied once).
 *
 * Throws   Error saying what is wrong when the block is cut short, is not one, or its lengths contradict each other.
 */
export function decodeBatch(bytes: Uint8Array): Batch {
  if (bytes.byteLength < PREAMBLE_BYTES) throw damaged(`${bytes.byteLength} bytes, no preamble`);
  const block = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const [magic, headerBytes] = new Uint32Array(block.buffer, block.byteOffset, 2);
  const total = new Float64Array(block.buffer, block.byteOffset + 8, 1)[0]!;
  if (magic !== MAGIC) throw damaged('wrong magic');
  if (total !== block.byteLength) throw damaged(`${block.byteLength} of ${total} bytes`);
  if (PREAMBLE_BYTES + headerBytes! > total) throw damaged('header beyond the end');
  const text = new TextDecoder().decode(
    block.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + headerBytes!),
  );
  // Written by encodeBatch in this process or a sibling; lengths are checked below.
  const header = JSON.parse(text) as Header;

  let at = PREAMBLE_BYTES + headerBytes!;
  const take = <T>(make: ArrayMaker<T>, length: number): T => {
    const size = length * make.BYTES_PER_ELEMENT;
    if (at + size > total) throw damaged(`an array ends at ${at + size} of ${total} bytes`);
    const array = new make(block.buffer, block.byteOffset + at, length);
    at += size + padding(size);
    return array;
  };
  const read = (shape: Shape): Column => {
    switch (shape.kind) {
      case 'f64':
        return { kind: 'f64', values: take(Float64Array, shape.values) };
      case 'code':
        return { kind: 'code', values: take(Int32Array, shape.values) };
      case 'i64':
      case 'i128': {
        const values = take(BigInt64Array, shape.values);
        return { kind: shape.kind, values, valid: validity(shape.valid) };
      }
      case 'list': {
        const offsets = take(Int32Array, shape.offsets);
        const valid = validity(shape.valid);
        const child = read(shape.child);
        checkOffsets(offsets, columnLength(child));
        return { kind: 'list', offsets, valid, child };
      }
      case 'map': {
        const offsets = take(Int32Array, shape.offsets);
        const valid = validity(shape.valid);
        const keys = read(shape.keys);
        const values = read(shape.values);
        checkOffsets(offsets, columnLength(keys));
        checkOffsets(offsets, columnLength(values));
        return { kind: 'map', offsets, valid, keys, values };
      }
    }
  };
  const validity = (length: number | null) => (length === null ? null : take(Uint8Array, length));

  const columns: Record<string, Column> = {};
  for (const [name, shape] of header.columns) {
    const column = read(shape);
    if (columnLength(column) !== header.rows) {
      throw damaged(`column ${name} has ${columnLength(column)} of ${header.rows} rows`);
    }
    columns[name] = column;
  }
  if (at !== total) throw damaged(`${total - at} bytes left over`);
  return { rows: header.rows, columns };
}

interface ArrayMaker<T> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

function checkOffsets(offsets: Int32Array, children: number): void {
  const last = offsets[offsets.length - 1];
  if (offsets[0] !== 0 || last !== children) {
    throw damaged(`offsets ${offsets[0]} … ${last} over ${children} children`);
  }
}

function damaged(what: string): Error {
  return new Error(`not a whole block of columns: ${what}`);
}
