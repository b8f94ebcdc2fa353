import { BIGINT, LIST } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { expect, it } from 'vitest';
import { columnReader } from '../src/read-vector.js';

/** DuckDB may lay the children of list rows in any order, with gaps; in 1.5.6 it was never seen to do so. */
it('list rows whose children lie anywhere, with nulls around them', () => {
  const type = LIST(BIGINT);
  const chunk = duckdb.create_data_chunk([type.toLogicalType().logical_type]);
  const entries: [number, number][] = [
    [70, 3],
    [0, 2],
    [2, 40],
    [33, 31],
    [64, 1],
    [99, 1],
    [5, 0],
    [60, 40],
  ];
  duckdb.data_chunk_set_size(chunk, entries.length);
  const vector = duckdb.data_chunk_get_vector(chunk, 0);
  duckdb.list_vector_reserve(vector, 100);
  duckdb.list_vector_set_size(vector, 100);
  const flat = BigUint64Array.from(entries.flat(), BigInt);
  duckdb.copy_data_to_vector(vector, 0, flat.buffer, 0, flat.byteLength);
  const child = duckdb.list_vector_get_child(vector);
  const values = BigInt64Array.from({ length: 100 }, (_, i) => BigInt(i));
  duckdb.copy_data_to_vector(child, 0, values.buffer, 0, values.byteLength);
  const isNull = (i: number): boolean => i % 3 === 0 || i === 31 || i === 32 || i === 64;
  const bits = new BigUint64Array(2);
  for (let i = 0; i < 100; i++) {
    if (!isNull(i)) bits[i >> 6]! |= 1n << BigInt(i & 63);
  }
  duckdb.vector_ensure_validity_writable(child);
  duckdb.copy_data_to_vector_validity(child, 0, bits.buffer, 0, bits.byteLength);

  const reader = columnReader('l', type, undefined, entries.length);
  reader.open(vector, entries.length);
  reader.append(0, 3);
  reader.append(3, entries.length - 3);
  const children = entries.flatMap(([from, length]) => Array.from({ length }, (_, i) => from + i));
  let end = 0;
  expect(reader.finish()).toEqual({
    kind: 'list',
    offsets: Int32Array.of(0, ...entries.map(([, length]) => (end += length))),
    valid: null,
    child: {
      kind: 'i64',
      values: BigInt64Array.from(children, (i) => (isNull(i) ? 0n : BigInt(i))),
      valid: Uint8Array.from(children, (i) => (isNull(i) ? 0 : 1)),
    },
  });
});
