import { type ByteWriter, byteWriter, type ScalarValue, writeCanonical } from '@tessera/algebra';
import type { ServedPart } from './served-unit.js';

/** More parts than this have no first byte of their own. */
export const MOST_PARTS = 256;

const DAY_OFFSET = 2 ** 31;

/** Of one call. */
const writer = byteWriter();

/**
 * The key of an entry in a store: part (1 byte), day of the partition where the part has some (4 bytes, big-endian, + 2^31),
 * then the key's values in their canonical encoding. Keys of a part sort as their values do (S5.5), and none is the
 * beginning of another.
 *
 * @param values of the kinds of `part.keys`, none null
 */
export function entryKey(
  part: Pick<ServedPart, 'part' | 'keys' | 'days'>,
  day: number | null,
  values: readonly ScalarValue[],
): Uint8Array {
  writer.clear();
  writeEntryKey(writer, part, day, values);
  return writer.bytes();
}

export function writeEntryKey(
  writer: ByteWriter,
  { part, keys, days }: Pick<ServedPart, 'part' | 'keys' | 'days'>,
  day: number | null,
  values: readonly ScalarValue[],
): void {
  if ((days === null) !== (day === null))
    throw new RangeError('a day where there is none, or none');
  writer.byte(part);
  if (day !== null) {
    const shifted = day + DAY_OFFSET;
    for (const shift of [24, 16, 8, 0]) writer.byte((shifted / 2 ** shift) & 255);
  }
  keys.forEach(({ kind }, idx) => {
    const value = values[idx];
    if (value === undefined) throw new RangeError('fewer values than keys');
    writeCanonical(writer, kind, value);
  });
}
