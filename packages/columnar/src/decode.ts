import type { Batch, Column } from './column.js';
import { type Header, MAGIC, PREAMBLE_BYTES, padding, type Shape } from './encode.js';

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
  const numbers = new Float64Array(block.buffer, block.byteOffset + 8, 2);
  const total = numbers[0]!;
  const rows = numbers[1]!;
  if (magic !== MAGIC) throw damaged('wrong magic');
  if (!Number.isSafeInteger(rows) || rows < 0) throw damaged(`${rows} rows`);
  if (total !== block.byteLength) throw damaged(`${block.byteLength} of ${total} bytes`);
  if (PREAMBLE_BYTES + headerBytes! > total) throw damaged('header beyond the end');
  const header = headerOf(block.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + headerBytes!));

  let at = PREAMBLE_BYTES + headerBytes!;
  const take = <T>(make: ArrayMaker<T>, length: number): T => {
    const size = length * make.BYTES_PER_ELEMENT;
    if (at + size > total) throw damaged(`an array ends at ${at + size} of ${total} bytes`);
    const array = new make(block.buffer, block.byteOffset + at, length);
    at += size + padding(size);
    return array;
  };
  const read = (shape: Shape, length: number): Column => {
    switch (shape.kind) {
      case 'f64':
        return { kind: 'f64', values: take(Float64Array, length) };
      case 'code':
        return { kind: 'code', values: take(Int32Array, length) };
      case 'i64': {
        const values = take(BigInt64Array, length);
        return { kind: 'i64', values, valid: validity(shape, length) };
      }
      case 'i128': {
        const values = take(BigInt64Array, 2 * length);
        return { kind: 'i128', values, valid: validity(shape, length) };
      }
      case 'list': {
        const offsets = take(Int32Array, length + 1);
        const valid = validity(shape, length);
        const child = read(shape.child, shape.length);
        checkOffsets(offsets, shape.length);
        return { kind: 'list', offsets, valid, child };
      }
      case 'map': {
        const offsets = take(Int32Array, length + 1);
        const valid = validity(shape, length);
        const keys = read(shape.keys, shape.length);
        const values = read(shape.values, shape.length);
        checkOffsets(offsets, shape.length);
        return { kind: 'map', offsets, valid, keys, values };
      }
    }
  };
  const validity = ({ hasNulls }: { readonly hasNulls: boolean }, length: number) =>
    hasNulls ? take(Uint8Array, length) : null;

  const columns: Record<string, Column> = {};
  for (const [name, shape] of header) columns[name] = read(shape, rows);
  if (at !== total) throw damaged(`${total - at} bytes left over`);
  return { rows, columns };
}

/** What was read last is mostly what is read next. */
let last: { readonly text: string; readonly header: Header } | null = null;

function headerOf(bytes: Uint8Array): Header {
  const text = new TextDecoder().decode(bytes);
  // Written by encodeBatch in this process or a sibling; lengths are checked against the block's.
  if (last?.text !== text) last = { text, header: JSON.parse(text) as Header };
  return last.header;
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
