import { crc32 } from '@tessera/columnar';
import { withQuickFile } from './quick-fs.js';
import { withReadBuffer } from './read-buffer.js';

/**
 * Of a whole file, as eight hex digits, with its size.
 *
 * Throws  what the system says
 */
export async function checksumFile(path: string): Promise<{ bytes: number; crc: string }> {
  return withQuickFile(path, (file) =>
    withReadBuffer(async (buffer) => {
      let crc = 0;
      for (let bytes = 0; ; ) {
        const read = await file.fill(buffer, bytes);
        crc = crc32(buffer.subarray(0, read), crc);
        bytes += read;
        if (read < buffer.length) return { bytes, crc: formatCrc(crc) };
      }
    }),
  );
}

export function formatCrc(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
