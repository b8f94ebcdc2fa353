import zlib from 'node:zlib';

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 as zlib has it; `before` is that of the bytes in front. Node has it from 20.15 on, six times as fast. */
export const crc32: (bytes: Uint8Array, before?: number) => number = zlib.crc32 ?? slowCrc32;

/** The same in JavaScript. */
export function slowCrc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}
