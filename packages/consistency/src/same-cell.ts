import { sameRowValue } from '@tessera/api';

/** Equal to the last bit; a count is the same number whether it comes as a number or as a bigint. */
export function sameCell(a: unknown, b: unknown): boolean {
  return sameRowValue(a, b, sameScalar);
}

function sameScalar(a: unknown, b: unknown): boolean {
  return typeof a !== typeof b && isWhole(a) && isWhole(b)
    ? BigInt(a) === BigInt(b)
    : Object.is(a, b);
}

function isWhole(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}
