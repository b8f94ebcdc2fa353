import { readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FaultPoint, fault } from './faults.js';
import {
  makeFolders,
  openFile,
  removePath,
  renamePath,
  syncHandle,
  writeBytes,
} from './file-layer.js';
import { codeOf, readError, writeError } from './fs-error.js';
import { withRetries } from './retry.js';

/**
 * Make what was written to a file survive a power cut. Not tried again when it fails: after that the system may have
 * dropped what it could not write, and would call a second attempt a success.
 *
 * Throws  DISK_FULL or NOT_WRITABLE
 */
export async function syncFile(path: string): Promise<void> {
  const file = await withRetries(() => openFile(path, 'r+')).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
  try {
    await syncHandle(file, path);
  } catch (cause) {
    throw writeError(path, cause);
  } finally {
    await file.close();
  }
}

/** Make renames inside a folder survive a power cut, where the platform can (Windows cannot open folders). */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await withRetries(() => openFile(path, 'r'));
    try {
      await syncHandle(folder, path);
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
  return withRetries(() => makeFolders(path)).catch((cause: unknown) => {
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

/** What a test can catch in the midst of being replaced. */
export type Replaced = 'journal' | 'manifest' | 'tiles' | 'other';

const STEPS: Readonly<Record<Replaced, readonly [FaultPoint, FaultPoint, FaultPoint] | null>> = {
  journal: ['journal.written', 'journal.replaced', 'journal.synced'],
  manifest: ['manifest.written', 'manifest.replaced', 'manifest.synced'],
  tiles: ['tiles.written', 'tiles.replaced', 'tiles.committed'],
  other: null,
};

/** Replace a file's content whole: readers and crashes see the old or the new, never half. Written anew where it fails for a passing reason. */
export async function replaceFile(
  path: string,
  text: string,
  what: Replaced = 'other',
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const bytes = Buffer.from(text);
  const steps = STEPS[what];
  try {
    await withRetries(async () => {
      const file = await openFile(temporary, 'w');
      try {
        await writeBytes(file, bytes, temporary);
        await syncHandle(file, temporary);
      } finally {
        await file.close();
      }
      if (steps) fault(steps[0], path);
      await renamePath(temporary, path);
    });
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(path, cause);
  }
  if (steps) fault(steps[1], path);
  await syncFolder(dirname(path));
  if (steps) fault(steps[2], path);
}

/** The text of a file, or null when there is none. Throws FILE_UNREADABLE, saying why. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await withRetries(() => readFile(path, 'utf8'));
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
  await moveSynced(from, to);
  await syncFolder(dirname(to));
  return (await stat(to)).size;
}

/** The same of a file that is on the disk already; its place is yet to be. Throws DISK_FULL, NOT_WRITABLE. */
export async function moveSynced(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  try {
    await withRetries(() => renamePath(from, to));
  } catch (cause) {
    throw writeError(to, cause);
  }
}

/** Remove a file or folder with all it holds; harmless when there is none. */
export async function removeTree(path: string): Promise<void> {
  await withRetries(() => removePath(path)).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
}
