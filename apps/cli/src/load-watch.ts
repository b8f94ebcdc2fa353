import { Worker } from 'node:worker_threads';
import { createBoard, writeBoard } from './load-board.js';

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
  const board = createBoard();
  let isWatched = false;
  return {
    begin(file) {
      if (!isWatched) startWorker({ board, limitMs });
      isWatched = true;
      writeBoard(board, file);
    },
    end() {
      writeBoard(board, null);
    },
  };
}

function startWorker(workerData: object): void {
  const worker = new Worker(new URL('./load-watch-worker.js', import.meta.url), { workerData });
  worker.unref();
  // Without a watch a run is still right.
  worker.on('error', () => {});
}
