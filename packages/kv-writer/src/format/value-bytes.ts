import { type ByteWriter, byteWriter } from '@tessera/algebra';
import { crc32 } from '@tessera/columnar';

/**
 * The bytes of an entry's value:
 *
 *   1 byte    format of this layout
 *   8 bytes   fingerprint of the part that wrote it
 *   …         payload: `state-payload.ts`, `row-payload.ts`
 *   4 bytes   CRC-32 of all before, little-endian
 */
export const VALUE_FORMAT = 1;

const HEADER_BYTES = 9;
const CRC_BYTES = 4;

/** Why bytes are no value of a part. */
export type BadValue = 'truncated' | 'damaged' | 'format' | 'schema';

export type Opened =
  | { readonly payload: Uint8Array; readonly bad?: never }
  | { readonly bad: BadValue };

/** @param fingerprint 16 hex digits */
export function sealValue(fingerprint: string, payload: Uint8Array): Uint8Array {
  const writer = byteWriter();
  beginValue(writer, fingerprintBytes(fingerprint));
  writer.raw(payload);
  endValue(writer);
  return writer.bytes();
}

/** Begin a value: its payload follows, then `endValue`. */
export function beginValue(writer: ByteWriter, fingerprint: Uint8Array): void {
  writer.byte(VALUE_FORMAT);
  writer.raw(fingerprint);
}

/** @param from where the writer had come when it was begun */
export function endValue(writer: ByteWriter, from = 0): void {
  const end = writer.length;
  const crc = crc32(writer.view(from, end));
  for (let i = 0; i < CRC_BYTES; i++) writer.byte(0);
  writer.replace32(end, crc);
}

/**
 * The payload, a view of the bytes, or what is wrong with them: bytes are never taken for a value of another schema.
 *
 * @param fingerprint 8 bytes, of `fingerprintBytes`
 */
export function openValue(bytes: Uint8Array, fingerprint: Uint8Array): Opened {
  const end = bytes.length - CRC_BYTES;
  if (end < HEADER_BYTES) return { bad: 'truncated' };
  const stored =
    (bytes[end]! | (bytes[end + 1]! << 8) | (bytes[end + 2]! << 16) | (bytes[end + 3]! << 24)) >>>
    0;
  if (crc32(bytes.subarray(0, end)) !== stored) return { bad: 'damaged' };
  if (bytes[0] !== VALUE_FORMAT) return { bad: 'format' };
  for (let i = 0; i < 8; i++) if (bytes[1 + i] !== fingerprint[i]) return { bad: 'schema' };
  return { payload: bytes.subarray(HEADER_BYTES, end) };
}

/** @param fingerprint 16 hex digits */
export function fingerprintBytes(fingerprint: string): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, i) =>
    Number.parseInt(fingerprint.slice(2 * i, 2 * i + 2), 16),
  );
}
