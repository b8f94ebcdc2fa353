import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';
import { makeFolder, removeEmptyFolders } from './durable.js';
import { fault } from './faults.js';
import { linkPath, openFile, renamePath, syncHandle, writeBytes } from './file-layer.js';
import { codeOf, writeError } from './fs-error.js';
import { type Holder, isAlive, readHolder, thisProcess } from './holder.js';

export interface Lock {
  /**
   * Give the dataset free; folders that were made for it and are empty go with it. Harmless when repeated, or when the
   * lock was taken over.
   */
  release(): Promise<void>;
}

/**
 * Become the only writer of a dataset (its folder is made). `owner` is what others are told: a run or command.
 *
 * A lock whose process is dead, on this host, is taken over. Only one can win that: the right to replace the lock with
 * token T is a file named after T, which can be made once, and the winner looks again before it replaces.
 *
 * Throws  DATASET_LOCKED naming owner, pid, host and since; NOT_WRITABLE; DISK_FULL
 */
export async function acquireLock(dataset: string, owner: string): Promise<Lock> {
  let made = await makeFolder(dataset);
  const path = join(dataset, '_lock');
  const me = thisProcess(owner);
  const mine = `${path}.${me.token}.tmp`;
  try {
    try {
      await writeNew(mine, me);
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') throw cause;
      // Another run of nothing has just removed its empty folders.
      made = (await makeFolder(dataset)) ?? made;
      await writeNew(mine, me);
    }
    fault('lock.written', path);
    for (;;) {
      if (await linkMine(mine, path, me)) break;
      const holder = await holderOf(path, dataset);
      // Released between the two looks.
      if (holder === null) continue;
      if (isAlive(holder)) throw locked(dataset, path, holder);
      if (await takeOver(path, dataset, mine, holder)) break;
    }
  } catch (cause) {
    await rm(mine, { force: true });
    if (made !== undefined) await removeEmptyFolders(dataset, made);
    throw writeError(dataset, cause);
  }
  await rm(mine, { force: true });
  fault('lock.taken', path);
  let held = true;
  return {
    async release() {
      if (!held) return;
      held = false;
      const holder = await holderOf(path, dataset);
      if (holder?.token !== me.token) return;
      await rm(path, { force: true });
      fault('lock.released', path);
      if (made !== undefined) await removeEmptyFolders(dataset, made);
    },
  };
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
  const holder = await holderOf(join(dataset, '_lock'), dataset);
  return holder !== null && isAlive(holder) ? holder : null;
}

/** Whether a living process holds the lock of a dataset, as far as can be known; nothing is created. */
export async function isLocked(dataset: string): Promise<boolean> {
  try {
    const holder = await holderOf(join(dataset, '_lock'), dataset);
    return holder !== null && isAlive(holder);
  } catch (cause) {
    if (isTesseraError(cause)) return true;
    throw writeError(dataset, cause);
  }
}

/**
 * True when we hold the lock now; false to start over; throws DATASET_LOCKED when someone else is replacing it.
 *
 * Claims are removed only once the lock has been replaced, or by who made them after seeing that it has been: until then
 * they must stand, or two could hold the same claim one after the other and both replace.
 */
async function takeOver(
  path: string,
  dataset: string,
  mine: string,
  dead: Holder,
): Promise<boolean> {
  const claims: string[] = [];
  for (let last = dead; ; ) {
    const claim = `${path}.${last.token}`;
    claims.push(claim);
    if (await linkNew(mine, claim)) break;
    const claimer = await holderOf(claim, dataset);
    if (claimer === null) return false;
    if (isAlive(claimer)) throw locked(dataset, path, claimer);
    // It died between claiming and replacing: its claim is claimed in turn.
    last = claimer;
  }
  const now = await holderOf(path, dataset);
  if (now?.token !== dead.token) {
    await rm(claims.at(-1)!, { force: true });
    return false;
  }
  await renamePath(mine, path);
  for (const claim of claims) await rm(claim, { force: true });
  return true;
}

/** Whoever cleared up when our file was half written has removed it. */
async function linkMine(mine: string, path: string, me: Holder): Promise<boolean> {
  try {
    return await linkNew(mine, path);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    await writeNew(mine, me);
    return linkNew(mine, path);
  }
}

/** A lock appears with its content: a hard link is made of a finished file. False when the name is taken. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await linkPath(from, to);
    return true;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw cause;
  }
  // A disk without hard links.
  const text = await readFile(from);
  try {
    const file = await openFile(to, 'wx');
    try {
      await writeBytes(file, text, to);
    } finally {
      await file.close();
    }
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

async function writeNew(path: string, holder: Holder): Promise<void> {
  const file = await openFile(path, 'wx');
  try {
    await writeBytes(file, Buffer.from(`${JSON.stringify(holder)}\n`), path);
    await syncHandle(file, path);
  } finally {
    await file.close();
  }
}

/** Null when the file is gone. Throws DATASET_LOCKED when nobody can tell whose it is. */
async function holderOf(path: string, dataset: string): Promise<Holder | null> {
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
    'DATASET_LOCKED',
    { path: dataset, owner: 'unknown: the lock file says nothing' },
    { hint: `If nothing writes there, remove ${path}.` },
  );
}

function locked(dataset: string, path: string, holder: Holder): TesseraError {
  const { owner, pid, host, since } = holder;
  const hint =
    host === hostname()
      ? 'Wait for it to end, or stop it.'
      : `Wait for it to end. If ${host} is gone, remove ${path}.`;
  return new TesseraError(
    'DATASET_LOCKED',
    { path: dataset, owner: `${owner}, process ${pid} on ${host}, since ${since}` },
    { hint },
  );
}
