import { open } from 'node:fs/promises';
import * as zlib from 'node:zlib';

/**
 * CRC-32 (that of gzip): it tells whether a file still holds the bytes that were written, not what it is. It finds every
 * flipped bit and every cut; 3 GB/s where Node has it (20.15 on), 0.3 elsewhere.
 */

// Older Node 20 has no `crc32`, whatever its types say.
const native: ((bytes: Uint8Array, crc: number) => number) | undefined = (
  zlib as { crc32?: (bytes: Uint8Array, crc: number) => number }
).crc32;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** In plain JavaScript. */
export function crc32Slow(bytes: Uint8Array, crc = 0): number {
  let c = ~crc;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** Of bytes, going on from those before. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  // zlib begins anew when it is given nothing.
  if (bytes.length === 0) return crc;
  return native === undefined ? crc32Slow(bytes, crc) : native(bytes, crc);
}

const READ_BYTES = 1 << 20;

/**
 * Of a whole file, as eight hex digits, with its size.
 *
 * Throws  what the system says
 */
export async function checksumFile(path: string): Promise<{ bytes: number; crc: string }> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(READ_BYTES);
    let crc = 0;
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return { bytes, crc: formatCrc(crc) };
      crc = crc32(buffer.subarray(0, bytesRead), crc);
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

export function formatCrc(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
