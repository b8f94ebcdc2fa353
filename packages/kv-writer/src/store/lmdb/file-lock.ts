import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { describeHolder, isAlive, readHolder, takeLockFile } from '@tessera/locks';
import { fault } from '../../faults.js';
import type { UploadLock } from '../store.js';
import { codeOf, writeError } from './files.js';

/** What is locked, for messages. */
export interface Locked {
  readonly unit: string;
  readonly store: string;
}

/**
 * Take the lock that the file `path` is; its folder exists. A holder that is dead, on this host, loses it.
 *
 * Throws  UPLOAD_LOCKED, DISK_FULL, NOT_WRITABLE
 */
export async function lockFile(path: string, owner: string, locked: Locked): Promise<UploadLock> {
  const lockedBy = (by: string) => new TesseraError('UPLOAD_LOCKED', { ...locked, owner: by });
  try {
    const lock = await takeLockFile({
      path,
      owner,
      written: () => fault('lock.written'),
      held: (holder) => lockedBy(describeHolder(holder)),
      unreadable: (file) =>
        new TesseraError(
          'UPLOAD_LOCKED',
          { ...locked, owner: 'unknown: the lock file says nothing' },
          { hint: `If nothing uploads there, remove ${file}.` },
        ),
    });
    fault('lock.taken');
    return {
      async check() {
        if (await lock.isOurs()) return;
        const holder = await lock.holder();
        throw lockedBy(holder === null ? 'it took the lock away' : describeHolder(holder));
      },
      async release() {
        await lock.release();
      },
    };
  } catch (cause) {
    throw await writeError(path, cause);
  }
}

/** Below this age a file that names nobody may be half written. */
const YOUNG_MS = 60_000;

/** Remove what processes left beside locks that died while they took them; claims only of the lock that is held. */
export async function clearLocks(folder: string, held: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^_\w+\.[0-9a-f-]+(\.tmp)?$/.test(name)) continue;
    if (!name.endsWith('.tmp') && !name.startsWith(`${held}.`)) continue;
    const path = join(folder, name);
    try {
      const holder = readHolder(await readFile(path, 'utf8'));
      const isLeft =
        holder === null ? (await stat(path)).mtimeMs < Date.now() - YOUNG_MS : !isAlive(holder);
      if (isLeft) await rm(path, { force: true });
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') throw await writeError(path, cause);
    }
  }
}
