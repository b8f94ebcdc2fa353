import { join } from 'node:path';
import { BroadcastChannel, threadId, workerData } from 'node:worker_threads';
import { openDuckDb, type Session } from '@tessera/lake';
import { fileExchange } from './exchange.js';
import { errorData, type WorkerAnswer, type WorkerSettings } from './executor.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { attemptTask } from './tasks/attempt-task.js';
import type { Task } from './tasks/task.js';

// piscina wraps what it was given as workerData: [its own data, ours].
const given: unknown = Array.isArray(workerData) ? workerData[1] : workerData;
const settings = given as WorkerSettings;

const cancel = new AbortController();
let opened: Promise<Session> | null = null;

async function open(): Promise<Session> {
  const session = await openDuckDb({
    threads: settings.threads,
    tmp: join(settings.spill, `spill-${threadId}`),
    memoryBytes: settings.memory.duckDbBytes,
  });
  interruptOnAbort(session, cancel.signal);
  return session;
}

const exchange = fileExchange(settings.dir, settings.isRecorded);

const channel = new BroadcastChannel(settings.channel);
channel.onmessage = () => cancel.abort();
channel.unref();

/** Entry of the pool: one task in, plain data out. */
export async function runTaskInWorker(task: Task): Promise<WorkerAnswer<unknown>> {
  try {
    const context = {
      session: await (opened ??= open()),
      exchange,
      memory: settings.memory,
      cancelled: () => Atomics.load(settings.cancelled, 0) === 1,
    };
    return await attemptTask(context, task);
  } catch (error) {
    return { error: errorData(error) };
  }
}
