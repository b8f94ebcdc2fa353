import type { QuickFile } from './quick-fs.js';

/** Footer length and magic, at the very end of a Parquet file. */
export const TRAILER_BYTES = 8;
/** Most footers fit in one read of this size; more for each of many files would be memory that V8 collects its heap for. */
const TAIL_BYTES = 16_384;

const tails = new WeakMap<QuickFile, Promise<Buffer>>();

/** A file's last 16 kB, or all of a shorter one; read once while it is open. */
export function readTail(file: QuickFile): Promise<Buffer> {
  const known = tails.get(file);
  if (known !== undefined) return known;
  const { size } = file;
  const tail = file.read(Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES));
  tails.set(file, tail);
  return tail;
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
