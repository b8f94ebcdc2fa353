/**
 * The 128-bit integer in row `row` of an `i128` column's values: (low, high) pairs, two's complement.
 */
export function readInt128(values: BigInt64Array, row: number): bigint {
  return (values[2 * row + 1]! << 64n) | BigInt.asUintN(64, values[2 * row]!);
}

/** Write `value` (taken modulo 2^128) into row `row`. */
export function writeInt128(values: BigInt64Array, row: number, value: bigint): void {
  values[2 * row] = BigInt.asIntN(64, value);
  values[2 * row + 1] = BigInt.asIntN(64, value >> 64n);
}
