import type { ThriftStruct } from './thrift.js';

/** Physical type → how a bound of it is read; types whose order has ever been disputed are left out. */
const READ: Readonly<Record<number, { bytes: number; read: (bound: Buffer) => number | bigint }>> =
  {
    1: { bytes: 4, read: (bound) => bound.readInt32LE() },
    2: { bytes: 8, read: (bound) => bound.readBigInt64LE() },
    4: { bytes: 4, read: (bound) => bound.readFloatLE() },
    5: { bytes: 8, read: (bound) => bound.readDoubleLE() },
  };

/**
 * What contradicts itself in a chunk's statistics, or null.
 *
 * Whole row groups and files are left unread because of their bounds. Many writers write them twice, in the old fields and
 * in those that say how they are compared: what damages one of the two is seen.
 */
export function statsContradiction(
  stats: ThriftStruct,
  type: number,
  values: number,
): string | null {
  const nulls = stats.get(3);
  if (nulls !== undefined && !(typeof nulls === 'number' && nulls >= 0 && nulls <= values)) {
    return 'has more nulls than values';
  }
  const form = READ[type];
  if (form === undefined) return null;
  const bound = (id: number): number | bigint | null => {
    const bytes = stats.get(id);
    return Buffer.isBuffer(bytes) && bytes.length === form.bytes ? form.read(bytes) : null;
  };
  const [oldMax, oldMin, max, min] = [bound(1), bound(2), bound(5), bound(6)];
  const differ = (a: number | bigint | null, b: number | bigint | null): boolean =>
    a !== null && b !== null && a !== b && !(Number.isNaN(a) && Number.isNaN(b));
  if (differ(oldMax, max) || differ(oldMin, min)) return 'has bounds that contradict each other';
  // Unsigned integers are written in the bytes of signed ones: only bounds of one sign can be compared for all.
  if (max !== null && min !== null && min >= 0 && max >= 0 && min > max) {
    return 'has a least value above its greatest';
  }
  return null;
}
