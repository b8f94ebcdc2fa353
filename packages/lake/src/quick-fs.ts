import {
  closeSync,
  type Dirent,
  fstatSync,
  close as laterClose,
  fstat as laterFstat,
  open as laterOpen,
  read as laterRead,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Calls that are made in place as long as they are answered at once: handed to a thread, each costs ten times what a local
 * disk takes, and a source of three years has thousands. Where the file system is slow (a mounted store) they are handed over,
 * so that many wait side by side.
 */

const SLOW_MS = 1;
/** A slow call now and then is a pause of this process, not of the disk. */
const MOST_SLOW = 5;
/** Signals and progress are heard in between. */
const IN_PLACE_MS = 30;

let lastBreathMs = 0;

interface Pace {
  slowCalls: number;
}

/** What the system remembers of names says nothing of what it takes to read. */
const names: Pace = { slowCalls: 0 };
const contents: Pace = { slowCalls: 0 };

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
    if (performance.now() - startMs > SLOW_MS) pace.slowCalls++;
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
  try {
    const { size } = await quickly(
      contents,
      () => fstatSync(fd),
      () => fstatLater(fd),
    );
    return await work({ size, read: (position, length) => readAt(fd, position, length) });
  } finally {
    await quickly(
      contents,
      () => closeSync(fd),
      () => closeLater(fd),
    );
  }
}

async function readAt(fd: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
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
  return buffer.subarray(0, done);
}
