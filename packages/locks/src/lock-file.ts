import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { type Holder, isAlive, readHolder, thisProcess } from './holder.js';

/** The calls by which a lock comes to the disk, so that a test can make them fail. They throw what the system says. */
export interface LockFiles {
  /** A new file of these bytes; with `isSynced` it is on the disk when this returns. Throws EEXIST where the name is taken. */
  create(path: string, bytes: Uint8Array, isSynced: boolean): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export interface LockOptions {
  /** The file that is the lock; its folder exists. */
  readonly path: string;
  /** What others are told: a run or command. */
  readonly owner: string;
  /** What is thrown where somebody who lives holds the lock, or is taking it over. */
  held(holder: Holder): Error;
  /** What is thrown where a lock file names nobody. */
  unreadable(path: string): Error;
  /** Our file is written, the lock not yet taken. */
  written?(): void;
  /** Default: the system's. */
  readonly files?: LockFiles;
}

export interface LockFile {
  /** Whether it is still ours: nobody took it away. Throws as `unreadable`. */
  isOurs(): Promise<boolean>;
  /** Who holds it now; null when nobody does. Throws as `unreadable`. */
  holder(): Promise<Holder | null>;
  /** Give it free; false where it was not ours any more. Throws as `unreadable`. */
  release(): Promise<boolean>;
}

/**
 * Take a lock that is a file. A holder whose process is dead, on this host, loses it. Only one can win that: the right to
 * replace the lock with token T is a file named after T, which can be made once, and the winner looks again before it
 * replaces.
 *
 * Throws  as `held` and `unreadable`; what the system says
 */
export async function takeLockFile(options: LockOptions): Promise<LockFile> {
  const { path, owner, held, written } = options;
  const me = thisProcess(owner);
  const taking: Taking = {
    ...options,
    files: options.files ?? SYSTEM,
    text: Buffer.from(`${JSON.stringify(me)}\n`),
    mine: `${path}.${me.token}.tmp`,
  };
  try {
    await taking.files.create(taking.mine, taking.text, true);
    written?.();
    while (!(await linkMine(taking))) {
      const holder = await readLockFile(path, options);
      // Released between the two looks.
      if (holder === null) continue;
      if (isAlive(holder)) throw held(holder);
      if (await takeOver(taking, holder)) break;
    }
  } finally {
    await rm(taking.mine, { force: true });
  }
  const holder = () => readLockFile(path, options);
  const isOurs = async () => (await holder())?.token === me.token;
  return {
    isOurs,
    holder,
    async release() {
      if (!(await isOurs())) return false;
      await rm(path, { force: true });
      return true;
    },
  };
}

/** Who holds a lock; null when there is no such file. Throws as `unreadable`; what the system says. */
export async function readLockFile(
  path: string,
  { unreadable }: Pick<LockOptions, 'unreadable'>,
): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw cause;
  }
  const holder = readHolder(text);
  if (holder === null) throw unreadable(path);
  return holder;
}

interface Taking extends LockOptions {
  readonly files: LockFiles;
  readonly text: Uint8Array;
  /** Our own file, which becomes the lock. */
  readonly mine: string;
}

/**
 * True when we hold the lock now, false to start over; throws where someone else is replacing it.
 *
 * Claims are removed only once the lock has been replaced, or by who made them after seeing that it has been: until then
 * they must stand, or two could hold the same claim one after the other and both replace.
 */
async function takeOver(taking: Taking, dead: Holder): Promise<boolean> {
  const { path, mine, held, files } = taking;
  const claims: string[] = [];
  for (let last = dead; ; ) {
    const claim = `${path}.${last.token}`;
    claims.push(claim);
    if (await linkNew(files, mine, claim)) break;
    const claimer = await readLockFile(claim, taking);
    if (claimer === null) return false;
    if (isAlive(claimer)) throw held(claimer);
    // It died between claiming and replacing: its claim is claimed in turn.
    last = claimer;
  }
  const now = await readLockFile(path, taking);
  if (now?.token !== dead.token) {
    await rm(claims.at(-1)!, { force: true });
    return false;
  }
  await files.rename(mine, path);
  for (const claim of claims) await rm(claim, { force: true });
  return true;
}

/** Whoever cleared up when our file was half written has removed it. */
async function linkMine({ files, mine, path, text }: Taking): Promise<boolean> {
  try {
    return await linkNew(files, mine, path);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    await files.create(mine, text, true);
    return linkNew(files, mine, path);
  }
}

/** A lock appears with its content: a hard link is made of a finished file. False when the name is taken. */
async function linkNew(files: LockFiles, from: string, to: string): Promise<boolean> {
  try {
    await files.link(from, to);
    return true;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw cause;
  }
  // A disk without hard links.
  const text = await readFile(from);
  try {
    await files.create(to, text, false);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

const SYSTEM: LockFiles = {
  async create(path, bytes, isSynced) {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      if (isSynced) await file.sync();
    } finally {
      await file.close();
    }
  },
  link,
  rename,
};

const codeOf = (cause: unknown): string | undefined =>
  (cause as NodeJS.ErrnoException | undefined)?.code;
