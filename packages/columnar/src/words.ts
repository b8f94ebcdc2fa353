/**
 * The 32-bit words of wide integers, least first, in the same memory: an element of a BigInt64Array is an object for a
 * moment. Little-endian memory is assumed, as on every platform that DuckDB and Node share.
 */
export function wordsOf({ buffer, byteOffset, length }: BigInt64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, 2 * length);
}
