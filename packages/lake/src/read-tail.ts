import type { FileHandle } from 'node:fs/promises';

/** Footer length and magic, at the very end of a Parquet file. */
export const TRAILER_BYTES = 8;
/** Nearly every footer fits in one read of this size. */
const TAIL_BYTES = 65_536;

/** A file's last 64 kB, or all of a shorter one. */
export function readTail(file: FileHandle, size: number): Promise<Buffer> {
  return readAt(file, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES));
}

/**
 * The footer of a Parquet file.
 *
 * @param tail   what `readTail` gave
 * @param length as the tail says, and not longer than the file
 */
export async function readFooterBytes(
  file: FileHandle,
  size: number,
  tail: Buffer,
  length: number,
): Promise<Buffer> {
  const end = tail.length - TRAILER_BYTES;
  if (length <= end) return tail.subarray(end - length, end);
  return readAt(file, size - TRAILER_BYTES - length, length);
}

/** Bytes at a position; fewer where the file ends. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
