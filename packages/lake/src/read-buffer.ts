/** As much as is read at once of a file that is read whole. */
export const READ_BYTES = 1 << 20;

/** So many are kept by each thread. */
const KEPT = 2;
const free: Uint8Array[] = [];

/**
 * Read files through one buffer after another file: a new one for each would be a megabyte of garbage a file, and V8 collects
 * all of its heap for every few dozen of them.
 *
 * Shapes   `READ_BYTES` long; what it holds is of the file before
 */
export async function withReadBuffer<R>(work: (buffer: Uint8Array) => Promise<R>): Promise<R> {
  const buffer = free.pop() ?? new Uint8Array(READ_BYTES);
  try {
    return await work(buffer);
  } finally {
    if (free.length < KEPT) free.push(buffer);
  }
}
