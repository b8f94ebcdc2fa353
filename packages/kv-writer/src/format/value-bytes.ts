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

/** @param fingerprint 16 hex digits */
export function sealValue(fingerprint: string, payload: Uint8Array): Uint8Array {
  const writer = byteWriter();
  beginValue(writer, fingerprintBytes(fingerprint));
  writer.raw(payload);
  endValue(writer);
  return writer.bytes();
}

/** Begin a value in a writer that holds nothing: its payload follows, then `endValue`. */
export function beginValue(writer: ByteWriter, fingerprint: Uint8Array): void {
  writer.byte(VALUE_FORMAT);
  writer.raw(fingerprint);
}

export function endValue(writer: ByteWriter): void {
  const crc = crc32(writer.view(0, writer.length));
  for (let i = 0; i < CRC_BYTES; i++) writer.byte((crc >>> (8 * i)) & 255);
}

/** Where the payload of a value begins, and how many bytes stand behind it. */
export const PAYLOAD_FROM = HEADER_BYTES;
export const BYTES_BEHIND = CRC_BYTES;

/** Of any bytes with their own CRC-32 behind them, little-endian. */
const CRC_OF_WHOLE = 0x2144df1c;

/**
 * What is wrong with bytes that should be a value of a part; null where nothing is. They are never taken for a value of
 * another schema.
 *
 * @param fingerprint 8 bytes, of `fingerprintBytes`
 */
export function badValue(bytes: Uint8Array, fingerprint: Uint8Array): BadValue | null {
  if (bytes.length < HEADER_BYTES + CRC_BYTES) return 'truncated';
  if (crc32(bytes) !== CRC_OF_WHOLE) return 'damaged';
  if (bytes[0] !== VALUE_FORMAT) return 'format';
  for (let i = 0; i < 8; i++) if (bytes[1 + i] !== fingerprint[i]) return 'schema';
  return null;
}

/** @param fingerprint 16 hex digits */
export function fingerprintBytes(fingerprint: string): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, i) =>
    Number.parseInt(fingerprint.slice(2 * i, 2 * i + 2), 16),
  );
}
