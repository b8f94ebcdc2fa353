import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' }) => void;

let made: Collect | null = null;

function collector(): Collect {
  if (made === null) {
    setFlagsFromString('--expose-gc');
    // A context made after the flag has the function, this one has not.
    made = runInNewContext('gc') as Collect;
  }
  return made;
}

/**
 * Free what is no longer used once the process' resident memory is above the given bytes: what a task leaves behind
 * matters then. Batches live outside V8's heap, so it seldom sees a reason to collect them; their memory would come on
 * top of the next task's.
 *
 * Cost     a few milliseconds: the heap itself is small
 */
export function collectIfTight(tightBytes: number): void {
  if (process.memoryUsage.rss() > tightBytes) collectNow();
}

/**
 * As `collectIfTight`, where it is asked often: not unless the process has grown by so many bytes since this thread last
 * collected. A process that is tight before it holds a row would do little else.
 */
export function collectIfGrown(tightBytes: number, grownBytes: number): void {
  if (process.memoryUsage.rss() > Math.max(tightBytes, collectedBytes + grownBytes)) collectNow();
}

/** Resident memory after this thread's last collection. */
let collectedBytes = 0;

function collectNow(): void {
  collector()();
  collectedBytes = process.memoryUsage.rss();
}

/** So much is made between two collections. */
const YOUNG_BYTES = 24e6;

let youngBytes = 0;

/**
 * To be told of arrays that are made and dropped at once. From time to time the young among the dead are freed: V8, which
 * sees only how much hangs on its heap, would mark all of it for every 60 MB (an eighth of a run's time).
 *
 * Cost     half a millisecond for every 24 MB
 */
export function madeGarbage(bytes: number): void {
  youngBytes += bytes;
  if (youngBytes < YOUNG_BYTES) return;
  youngBytes = 0;
  collector()({ type: 'minor' });
}
