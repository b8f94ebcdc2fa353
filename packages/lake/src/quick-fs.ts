import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';

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

let slowCalls = 0;
let lastBreathMs = 0;

async function quickly<T>(inPlace: () => T, byThread: () => Promise<T>): Promise<T> {
  if (slowCalls > MOST_SLOW) return byThread();
  const beforeMs = performance.now();
  if (beforeMs - lastBreathMs > IN_PLACE_MS) {
    await breathe();
    lastBreathMs = performance.now();
  }
  const startMs = performance.now();
  try {
    return inPlace();
  } finally {
    if (performance.now() - startMs > SLOW_MS) slowCalls++;
  }
}

export function statOf(path: string): Promise<Stats> {
  return quickly(
    () => statSync(path),
    () => stat(path),
  );
}

export function entriesIn(folder: string): Promise<Dirent[]> {
  return quickly(
    () => readdirSync(folder, { withFileTypes: true }),
    () => readdir(folder, { withFileTypes: true }),
  );
}
