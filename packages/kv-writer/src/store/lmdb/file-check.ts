import { open, stat } from 'node:fs/promises';
import { TesseraError } from '@tessera/api';
import { crc32 } from '../crc32.js';
import { entriesPath, type LoadedFile } from './version-folder.js';

/** What is read at once: half a millisecond passes in its checksum. */
const SLICE_BYTES = 524_288;

/** CRC-32 of a file's bytes; null where it was stopped before the end. Throws what the system does. */
export async function crcOfFile(path: string, isStopped = () => false): Promise<number | null> {
  const file = await open(path, 'r');
  try {
    const slice = Buffer.allocUnsafe(SLICE_BYTES);
    for (let crc = 0; ; ) {
      const { bytesRead } = await file.read(slice, 0, slice.length, null);
      if (isStopped()) return null;
      if (bytesRead === 0) return crc;
      crc = crc32(slice.subarray(0, bytesRead), crc);
    }
  } finally {
    await file.close();
  }
}

/** LMDB's magic number, behind the first page's header. */
const MAGIC = Buffer.from([0xde, 0xc0, 0xef, 0xbe]);

/**
 * Look at a file of entries before LMDB maps it: reading behind the end of a file that was cut short ends the process.
 *
 * Throws  STORE_DAMAGED
 */
export async function checkFile(folder: string, loaded: LoadedFile, store: string): Promise<void> {
  const path = entriesPath(folder);
  const reason = await outerDamage(path, loaded.fileBytes);
  if (reason !== null) throw damaged(store, `${path} ${reason}`);
}

/**
 * Compare all of a file's bytes with what they were when it was complete. LMDB trusts its pages: in a damaged one it may find
 * nothing where there was something, and a key that has events would be served as one without.
 *
 * @param isStopped nobody needs to know any more
 * Throws  STORE_DAMAGED
 */
export async function checkContent(
  path: string,
  { fileCrc }: LoadedFile,
  store: string,
  isStopped?: () => boolean,
): Promise<void> {
  if (fileCrc === null) return;
  const found = await crcOfFile(path, isStopped);
  if (found === null || found === fileCrc) return;
  throw damaged(store, `${path} is not as it was written`);
}

async function outerDamage(path: string, fileBytes: number): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 'is not there';
  if (found.size < fileBytes) return `has ${found.size} bytes, and was written with ${fileBytes}`;
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.includes(MAGIC) ? null : 'does not begin as it was written';
  } finally {
    await file.close();
  }
}

function damaged(store: string, reason: string): TesseraError {
  return new TesseraError('STORE_DAMAGED', { store, reason });
}
