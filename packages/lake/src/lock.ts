import { hostname } from 'node:os';
import { join } from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';
import {
  describeHolder,
  type Holder,
  isAlive,
  type LockFiles,
  readLockFile,
  takeLockFile,
} from '@tessera/locks';
import { makeFolder, removeEmptyFolders } from './durable.js';
import { fault } from './faults.js';
import { linkPath, openFile, renamePath, syncHandle, writeBytes } from './file-layer.js';
import { codeOf, writeError } from './fs-error.js';

export interface Lock {
  /**
   * Give the dataset free; folders that were made for it and are empty go with it. Harmless when repeated, or when the
   * lock was taken over.
   */
  release(): Promise<void>;
}

/**
 * Become the only writer of a dataset (its folder is made). `owner` is what others are told: a run or command. A lock whose
 * process is dead, on this host, is taken over.
 *
 * Throws  DATASET_LOCKED naming owner, pid, host and since; NOT_WRITABLE; DISK_FULL
 */
export async function acquireLock(dataset: string, owner: string): Promise<Lock> {
  let made = await makeFolder(dataset);
  const path = lockPath(dataset);
  try {
    const lock = await takeLockFile({
      path,
      owner,
      ...refusals(dataset),
      written: () => fault('lock.written', path),
      files: {
        ...FILES,
        async create(file, bytes, isSynced) {
          try {
            await FILES.create(file, bytes, isSynced);
          } catch (cause) {
            if (codeOf(cause) !== 'ENOENT') throw cause;
            // Another run of nothing has just removed its empty folders.
            made = (await makeFolder(dataset)) ?? made;
            await FILES.create(file, bytes, isSynced);
          }
        },
      },
    });
    fault('lock.taken', path);
    let held = true;
    return {
      async release() {
        if (!held) return;
        held = false;
        if (!(await lock.release())) return;
        fault('lock.released', path);
        if (made !== undefined) await removeEmptyFolders(dataset, made);
      },
    };
  } catch (cause) {
    if (made !== undefined) await removeEmptyFolders(dataset, made);
    throw writeError(dataset, cause);
  }
}

/** As `acquireLock`, or null where a living process writes the dataset. Throws NOT_WRITABLE, DISK_FULL. */
export async function lockIfFree(dataset: string, owner: string): Promise<Lock | null> {
  return acquireLock(dataset, owner).catch((cause: unknown) => {
    if (isTesseraError(cause) && cause.code === 'DATASET_LOCKED') return null;
    throw cause;
  });
}

/** Who holds the lock of a dataset and lives, as far as can be known; null when nobody does. Throws DATASET_LOCKED for a lock that names nobody. */
export async function lockHolder(dataset: string): Promise<Holder | null> {
  const holder = await readLockFile(lockPath(dataset), refusals(dataset));
  return holder !== null && isAlive(holder) ? holder : null;
}

/** Whether a living process holds the lock of a dataset, as far as can be known; nothing is created. */
export async function isLocked(dataset: string): Promise<boolean> {
  try {
    const holder = await readLockFile(lockPath(dataset), refusals(dataset));
    return holder !== null && isAlive(holder);
  } catch (cause) {
    if (isTesseraError(cause)) return true;
    throw writeError(dataset, cause);
  }
}

const lockPath = (dataset: string): string => join(dataset, '_lock');

const FILES: LockFiles = {
  async create(path, bytes, isSynced) {
    const file = await openFile(path, 'wx');
    try {
      await writeBytes(file, bytes, path);
      if (isSynced) await syncHandle(file, path);
    } finally {
      await file.close();
    }
  },
  link: linkPath,
  rename: renamePath,
};

/** What is thrown where a dataset's lock cannot be had. */
const refusals = (dataset: string) => ({
  unreadable: (path: string) =>
    new TesseraError(
      'DATASET_LOCKED',
      { path: dataset, owner: 'unknown: the lock file says nothing' },
      { hint: `If nothing writes there, remove ${path}.` },
    ),
  held: (holder: Holder) =>
    new TesseraError(
      'DATASET_LOCKED',
      { path: dataset, owner: describeHolder(holder) },
      {
        hint:
          holder.host === hostname()
            ? 'Wait for it to end, or stop it.'
            : `Wait for it to end. If ${holder.host} is gone, remove ${lockPath(dataset)}.`,
      },
    ),
});
