import { mkdir, open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, readError, writeError } from './fs-error.js';

/** Make what was written to a file survive a power cut. Throws DISK_FULL or NOT_WRITABLE. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch((cause: unknown) => {
    throw writeError(path, cause);
  });
  try {
    await file.sync();
  } catch (cause) {
    throw writeError(path, cause);
  } finally {
    await file.close();
  }
}

/** Make renames inside a folder survive a power cut, where the platform can (Windows cannot open folders). */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EISDIR' || code === 'EPERM' || code === 'EINVAL' || code === 'ENOTSUP') return;
    throw writeError(path, cause);
  }
}

/** Returns the uppermost folder that was made, if any. */
export async function makeFolder(path: string): Promise<string | undefined> {
  return mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
}

/** Remove a folder, and those above it up to `top`, as long as they are empty. */
export async function removeEmptyFolders(path: string, top: string): Promise<void> {
  for (let folder = path; folder.startsWith(top); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

/** Replace a file's content whole: readers and crashes see the old or the new, never half. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(path, cause);
  }
  await syncFolder(dirname(path));
}

/** The text of a file, or null when there is none. Throws FILE_UNREADABLE, saying why. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const error = readError(path, cause);
    if (error.code === 'PATH_MISSING') return null;
    throw error;
  }
}

/**
 * Move a finished file to its place, whole or not at all, and durably; the folder is made. What was there is replaced.
 *
 * Returns  its size in bytes
 */
export async function moveFile(from: string, to: string): Promise<number> {
  await syncFile(from);
  await makeFolder(dirname(to));
  try {
    await rename(from, to);
  } catch (cause) {
    throw writeError(to, cause);
  }
  await syncFolder(dirname(to));
  return (await stat(to)).size;
}

/** Remove a file or folder with all it holds; harmless when there is none. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
}
