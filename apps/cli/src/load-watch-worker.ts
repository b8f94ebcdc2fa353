import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** The file whose loading begins, or null when it has ended. */
export interface LoadWatchMessage {
  readonly file: string | null;
  readonly limitMs: number;
}

let timer: NodeJS.Timeout | undefined;
parentPort?.on('message', ({ file, limitMs }: LoadWatchMessage) => {
  clearTimeout(timer);
  if (file !== null) timer = setTimeout(() => giveUp(file, limitMs), limitMs);
});

function giveUp(file: string, limitMs: number): void {
  const seconds = limitMs / 1000;
  writeSync(
    2,
    `error DEFINITION_FAILED  ${file}\n  ${file} is still loading after ${seconds} s: is there a loop without an end?\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}
