import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { type LoadBoard, POLL_MS, readBoard } from './load-board.js';

interface WatchData {
  readonly board: LoadBoard;
  readonly limitMs: number;
}

const { board, limitMs } = workerData as WatchData;
let seen = 0;
let sinceMs = performance.now();

setInterval(
  () => {
    const { turn, file } = readBoard(board);
    if (turn !== seen) {
      seen = turn;
      sinceMs = performance.now();
    } else if (file !== null && performance.now() - sinceMs > limitMs) giveUp(file);
  },
  Math.min(POLL_MS, limitMs / 4),
);

function giveUp(file: string): void {
  const seconds = limitMs / 1000;
  writeSync(
    2,
    `error DEFINITION_FAILED  ${file}\n  ${file} is still loading after ${seconds} s: is there a loop without an end?\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}
