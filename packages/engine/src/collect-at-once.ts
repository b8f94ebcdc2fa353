import { setFlagsFromString } from 'node:v8';

/** Runs that are under way in this process. */
let running = 0;

/**
 * While workers run, garbage is collected at once instead of in steps beside the program.
 *
 * V8 begins to mark its heap for every few MB of arrays that hang on it. The heap itself is small (10 MB), so marking it at
 * once takes a few milliseconds; in steps, with a write barrier and further threads, it took a tenth of a run's CPU time.
 * It is a setting of the whole process, so it ends with the last run.
 */
export function collectAtOnce(): { end(): void } {
  if (running++ === 0) setFlagsFromString('--no-incremental-marking');
  let ended = false;
  return {
    end() {
      if (ended) return;
      ended = true;
      if (--running === 0) setFlagsFromString('--incremental-marking');
    },
  };
}
