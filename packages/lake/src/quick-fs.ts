import {
  closeSync,
  type Dirent,
  fstatSync,
  close as laterClose,
  fstat as laterFstat,
  open as laterOpen,
  read as laterRead,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
} from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Calls that are made in place as long as they are answered at once: handed to a thread, each costs ten times what a local
 * disk takes, and a source of three years has thousands. Where the file system is slow (a mounted store) they are handed over,
 * so that many wait side by side.
 */

const SLOW_MS = 1;
/** A slow call now and then is a pause of this process, not of the disk: quick ones make up for it. */
const MOST_SLOW = 5;
const PER_QUICK = 1 / 16;
/** Signals and progress are heard in between. */
const IN_PLACE_MS = 30;

let lastBreathMs = 0;

interface Pace {
  slowCalls: number;
}

/** What the system remembers of names says nothing of what it takes to read. */
const names: Pace = { slowCalls: 0 };
const contents: Pace = { slowCalls: 0 };
const changes: Pace = { slowCalls: 0 };

async function quickly<T>(pace: Pace, inPlace: () => T, byThread: () => Promise<T>): Promise<T> {
  if (pace.slowCalls > MOST_SLOW) return byThread();
  const beforeMs = performance.now();
  if (beforeMs - lastBreathMs > IN_PLACE_MS) {
    await breathe();
    lastBreathMs = performance.now();
  }
  const startMs = performance.now();
  try {
    return inPlace();
  } finally {
    const isSlow = performance.now() - startMs > SLOW_MS;
    pace.slowCalls = isSlow ? pace.slowCalls + 1 : Math.max(0, pace.slowCalls - PER_QUICK);
  }
}

export function statOf(path: string): Promise<Stats> {
  return quickly(
    names,
    () => statSync(path),
    () => stat(path),
  );
}

export function entriesIn(folder: string): Promise<Dirent[]> {
  return quickly(
    names,
    () => readdirSync(folder, { withFileTypes: true }),
    () => readdir(folder, { withFileTypes: true }),
  );
}

const openLater = promisify(laterOpen);
const fstatLater = promisify(laterFstat);
const readLater = promisify(laterRead);
const closeLater = promisify(laterClose);

/** A file of which a little is read here and there. */
export interface QuickFile {
  readonly size: number;
  /** Bytes at a position; fewer where the file ends. */
  read(position: number, length: number): Promise<Buffer>;
  /** From a position on, until the buffer is full or the file ends: a read may stop anywhere. Returns how much there is. */
  fill(buffer: Uint8Array, position: number): Promise<number>;
}

/**
 * Look into a file; it is closed afterwards.
 *
 * Throws  what the system says, and what `work` throws
 */
export async function withQuickFile<R>(
  path: string,
  work: (file: QuickFile) => Promise<R>,
): Promise<R> {
  const fd = await quickly(
    contents,
    () => openSync(path, 'r'),
    () => openLater(path, 'r'),
  );
  // A number may be another file's once it is closed: nobody reads then, or reads still.
  let isOpen = true;
  const reading = new Set<Promise<number>>();
  const read = async (buffer: Uint8Array, position: number): Promise<number> => {
    if (!isOpen) throw new Error(`${path} is closed`);
    const filled = fill(fd, buffer, position);
    reading.add(filled);
    try {
      return await filled;
    } finally {
      reading.delete(filled);
    }
  };
  try {
    const { size } = await quickly(
      contents,
      () => fstatSync(fd),
      () => fstatLater(fd),
    );
    return await work({
      size,
      async read(position, length) {
        const buffer = Buffer.allocUnsafe(length);
        return buffer.subarray(0, await read(buffer, position));
      },
      fill: read,
    });
  } finally {
    isOpen = false;
    await Promise.allSettled(reading);
    await quickly(
      contents,
      () => closeSync(fd),
      () => closeLater(fd),
    );
  }
}

async function fill(fd: number, buffer: Uint8Array, position: number): Promise<number> {
  const { length } = buffer;
  let done = 0;
  while (done < length) {
    const [left, at] = [length - done, position + done];
    const read = await quickly(
      contents,
      () => readSync(fd, buffer, done, left, at),
      async () => (await readLater(fd, buffer, done, left, at)).bytesRead,
    );
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** In place as well, as long as the disk only notes it down. */
export function renameQuickly(from: string, to: string): Promise<void> {
  return quickly(
    changes,
    () => renameSync(from, to),
    () => rename(from, to),
  );
}

/** With those above it. Returns the uppermost that was made, if any. */
export function makeFolderQuickly(path: string): Promise<string | undefined> {
  return quickly(
    changes,
    () => mkdirSync(path, { recursive: true }),
    () => mkdir(path, { recursive: true }),
  );
}
