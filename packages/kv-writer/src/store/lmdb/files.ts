import { mkdir, open, readFile, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';

/** What the system calls an error, if it is one of the system's. */
export function codeOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code;
}

/** Below this many bytes a disk that takes no more is taken to be full. */
const NOTHING_LEFT = 1_048_576;

/** DISK_FULL or NOT_WRITABLE; an error of ours stays itself. */
export async function writeError(path: string, cause: unknown): Promise<TesseraError> {
  if (isTesseraError(cause)) return cause;
  const code = codeOf(cause);
  // LMDB tells of a disk that took half of a page as EIO.
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || (await freeBytes(path)) < NOTHING_LEFT;
  if (isFull) return new TesseraError('DISK_FULL', { path }, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TesseraError('NOT_WRITABLE', { path, reason }, { cause });
}

async function freeBytes(path: string): Promise<number> {
  for (let at = path; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch {
      if (at === dirname(at)) return Number.POSITIVE_INFINITY;
    }
  }
}

/** Throws DISK_FULL, NOT_WRITABLE. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw await writeError(path, cause);
  }
}

/** Null where there is none. Throws what the system does. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return null;
    throw cause;
  }
}

/**
 * Replace a file's content whole and durably: readers and crashes see the old or the new. One process at a time does so.
 *
 * @param passed between writing and replacing, and after
 * Throws  DISK_FULL, NOT_WRITABLE
 */
export async function replaceFile(
  path: string,
  text: string,
  passed: { written?: () => void; replaced?: () => void } = {},
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    passed.written?.();
    await rename(temporary, path);
    passed.replaced?.();
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw await writeError(path, cause);
  }
}

/** Make what was written to a file survive a power cut. Throws DISK_FULL, NOT_WRITABLE. */
export const syncFile = (path: string): Promise<void> => sync(path, 'r+');

/** Make what was renamed in a folder survive a power cut. Throws DISK_FULL, NOT_WRITABLE. */
export const syncFolder = (path: string): Promise<void> => sync(path, 'r');

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  try {
    const file = await open(path, flags);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    // Platforms that cannot open folders.
    const code = codeOf(cause);
    if (code === 'EISDIR' || code === 'EPERM' || code === 'EINVAL' || code === 'ENOTSUP') return;
    throw await writeError(path, cause);
  }
}

/** Harmless where there is nothing. Throws NOT_WRITABLE. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (cause) {
    throw await writeError(path, cause);
  }
}
