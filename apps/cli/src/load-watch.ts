import { Worker } from 'node:worker_threads';
import type { LoadWatchMessage } from './load-watch-worker.js';

/** Told what is being loaded, so that an endless loop in a definition can be named. */
export interface LoadWatch {
  readonly begin: (file: string) => void;
  readonly end: () => void;
}

/**
 * Watch from another thread: while a definition loops, this one cannot even run a timer. A file that takes longer than
 * `limitMs` is named on stderr and the process killed (by SIGKILL: no other way out works from there).
 */
export function createLoadWatch(limitMs: number): LoadWatch {
  let worker: Worker | undefined;
  const tell = (message: LoadWatchMessage) => worker?.postMessage(message);
  return {
    begin(file) {
      worker ??= startWorker();
      tell({ file, limitMs });
    },
    end() {
      tell({ file: null, limitMs });
    },
  };
}

function startWorker(): Worker {
  const worker = new Worker(new URL('./load-watch-worker.js', import.meta.url));
  worker.unref();
  // Without a watch a run is still right.
  worker.on('error', () => {});
  return worker;
}
