import type { QuickFile } from './quick-fs.js';

/** Footer length and magic, at the very end of a Parquet file. */
export const TRAILER_BYTES = 8;
/** Nearly every footer fits in one read of this size. */
const TAIL_BYTES = 65_536;

/** A file's last 64 kB, or all of a shorter one. */
export function readTail({ size, read }: QuickFile): Promise<Buffer> {
  return read(Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES));
}

/**
 * The footer of a Parquet file.
 *
 * @param tail   what `readTail` gave
 * @param length as the tail says, and not longer than the file
 */
export async function readFooterBytes(
  { size, read }: QuickFile,
  tail: Buffer,
  length: number,
): Promise<Buffer> {
  const end = tail.length - TRAILER_BYTES;
  if (length <= end) return tail.subarray(end - length, end);
  return read(size - TRAILER_BYTES - length, length);
}
