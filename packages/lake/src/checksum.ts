import { open } from 'node:fs/promises';
import { crc32 } from '@tessera/columnar';
import { withReadBuffer } from './read-buffer.js';

/**
 * Of a whole file, as eight hex digits, with its size.
 *
 * Throws  what the system says
 */
export async function checksumFile(path: string): Promise<{ bytes: number; crc: string }> {
  const file = await open(path, 'r');
  try {
    return await withReadBuffer(async (buffer) => {
      let crc = 0;
      let bytes = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return { bytes, crc: formatCrc(crc) };
        crc = crc32(buffer.subarray(0, bytesRead), crc);
        bytes += bytesRead;
      }
    });
  } finally {
    await file.close();
  }
}

export function formatCrc(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
