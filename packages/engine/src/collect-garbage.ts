import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/**
 * Free what is no longer used, now. Batches live outside V8's heap, so it seldom sees a reason to collect them; their
 * memory would come on top of the next task's.
 *
 * Cost     a few milliseconds: the heap itself is small
 */
function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    // A context made after the flag has the function, this one has not.
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** Collect once the process' resident memory is above the given bytes: what a task leaves behind matters then. */
export function collectIfTight(tightBytes: number): void {
  if (process.memoryUsage.rss() > tightBytes) collectGarbage();
}
