import { link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { describeHolder, type Holder, isAlive, readHolder, thisProcess } from '../holder.js';
import type { UploadLock } from '../store.js';
import { codeOf, writeError } from './files.js';

/** What is locked, for messages. */
export interface Locked {
  readonly unit: string;
  readonly store: string;
}

/**
 * Take the lock that the file `path` is; its folder exists. A holder that is dead, on this host, loses it: the right to take
 * it over is a file named after the holder's token, which can be made once.
 *
 * Throws  UPLOAD_LOCKED, DISK_FULL, NOT_WRITABLE
 */
export async function lockFile(path: string, owner: string, locked: Locked): Promise<UploadLock> {
  const me = thisProcess(owner);
  const mine = `${path}.${me.token}.tmp`;
  try {
    await writeNew(mine, me);
    fault('lock.written');
    while (!(await linkNew(mine, path))) {
      const holder = await holderOf(path, locked);
      // Released between the two looks.
      if (holder === null) continue;
      if (isAlive(holder)) throw lockedBy(describeHolder(holder), locked);
      if (await takeOver(path, mine, holder, locked)) break;
    }
  } catch (cause) {
    throw await writeError(path, cause);
  } finally {
    await rm(mine, { force: true });
  }
  fault('lock.taken');
  return {
    async check() {
      const holder = await holderOf(path, locked);
      if (holder?.token === me.token) return;
      throw lockedBy(holder === null ? 'it took the lock away' : describeHolder(holder), locked);
    },
    async release() {
      const holder = await holderOf(path, locked);
      if (holder?.token === me.token) await rm(path, { force: true });
    },
  };
}

/**
 * True when the lock is ours now, false to start over. Claims stand until the lock has been replaced: else two could hold the
 * same claim one after the other, and both replace.
 */
async function takeOver(
  path: string,
  mine: string,
  dead: Holder,
  locked: Locked,
): Promise<boolean> {
  const claims: string[] = [];
  for (let last = dead; ; ) {
    const claim = `${path}.${last.token}`;
    claims.push(claim);
    if (await linkNew(mine, claim)) break;
    const claimer = await holderOf(claim, locked);
    if (claimer === null) return false;
    if (isAlive(claimer)) throw lockedBy(describeHolder(claimer), locked);
    // It died between claiming and replacing: its claim is claimed in turn.
    last = claimer;
  }
  const now = await holderOf(path, locked);
  if (now?.token !== dead.token) {
    await rm(claims.at(-1)!, { force: true });
    return false;
  }
  await rename(mine, path);
  for (const claim of claims) await rm(claim, { force: true });
  return true;
}

/** A lock appears with its content: a hard link is made of a finished file. False where the name is taken. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw cause;
  }
  // A disk without hard links.
  const text = await readFile(from);
  try {
    const file = await open(to, 'wx');
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
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

async function writeNew(path: string, holder: Holder): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(`${JSON.stringify(holder)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Null when the file is gone. Throws UPLOAD_LOCKED where nobody can tell whose it is. */
async function holderOf(path: string, locked: Locked): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw cause;
  }
  const holder = readHolder(text);
  if (holder !== null) return holder;
  throw new TesseraError(
    'UPLOAD_LOCKED',
    { ...locked, owner: 'unknown: the lock file says nothing' },
    { hint: `If nothing uploads there, remove ${path}.` },
  );
}

function lockedBy(owner: string, locked: Locked): TesseraError {
  return new TesseraError('UPLOAD_LOCKED', { ...locked, owner });
}
