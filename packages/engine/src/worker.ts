import { BroadcastChannel, workerData } from 'node:worker_threads';
import { openDuckDb, type Session } from '@tessera/lake';
import { errorData, type WorkerAnswer, type WorkerSettings } from './executor.js';
import { fileExchange } from './exchange.js';
import { runTask } from './tasks/run-task.js';
import type { Task } from './tasks/task.js';

// piscina wraps what it was given as workerData: [its own data, ours].
const given: unknown = Array.isArray(workerData) ? workerData[1] : workerData;
const settings = given as WorkerSettings;

let opened: Promise<Session> | null = null;
let cancelled = false;

function session(): Promise<Session> {
  opened ??= openDuckDb({
    threads: settings.threads,
    tmp: settings.dir,
    ...(settings.memoryBytes !== null && { memoryBytes: settings.memoryBytes }),
  });
  return opened;
}

const channel = new BroadcastChannel(settings.channel);
channel.onmessage = () => {
  cancelled = true;
  opened?.then((open) => open.interrupt());
};
channel.unref();

/** Entry of the pool: one task in, plain data out. */
export async function runTaskInWorker(task: Task): Promise<WorkerAnswer<unknown>> {
  try {
    const context = {
      session: await session(),
      exchange: fileExchange(settings.dir),
      cancelled: () => cancelled,
    };
    return { result: await runTask(context, task) };
  } catch (error) {
    return { error: errorData(error) };
  }
}
