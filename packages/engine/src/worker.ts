import { join } from 'node:path';
import { BroadcastChannel, threadId, workerData } from 'node:worker_threads';
import { openDuckDb } from '@tessera/lake';
import { fileExchange } from './exchange.js';
import { errorData, type WorkerAnswer, type WorkerSettings } from './executor.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { clockMs } from './profile/clock.js';
import { phaseClock } from './profile/phase-clock.js';
import { timedExchange } from './profile/timed-exchange.js';
import { attemptTask } from './tasks/attempt-task.js';
import type { TaskContext } from './tasks/context.js';
import type { Task } from './tasks/task.js';

// piscina wraps what it was given as workerData: [its own data, ours].
const given: unknown = Array.isArray(workerData) ? workerData[1] : workerData;
const settings = given as WorkerSettings;

const cancel = new AbortController();
let opened: Promise<TaskContext> | null = null;

async function open(): Promise<TaskContext> {
  const session = await openDuckDb({
    threads: settings.threads,
    tmp: join(settings.spill, `spill-${threadId}`),
    memoryBytes: settings.memory.duckDbBytes,
  });
  interruptOnAbort(session, cancel.signal);
  const clock = phaseClock(threadId, clockMs());
  return {
    session,
    exchange: timedExchange(fileExchange(settings.dir, settings.isRecorded), clock),
    memory: settings.memory,
    cancelled: () => Atomics.load(settings.cancelled, 0) === 1,
    clock,
  };
}

const channel = new BroadcastChannel(settings.channel);
channel.onmessage = () => cancel.abort();
channel.unref();

let before: Promise<unknown> = Promise.resolve();

/** Entry of the pool: one task in, plain data out. Of two that are here the second waits for the first. */
export function runTaskInWorker(task: Task): Promise<WorkerAnswer | null> {
  const answer = before.then(() => answerTo(task));
  before = answer;
  return answer;
}

/** Returns  null where another task failed before this one began */
async function answerTo(task: Task): Promise<WorkerAnswer | null> {
  if (Atomics.load(settings.failed, 0) === 1) return null;
  try {
    return await attemptTask(await (opened ??= open()), task);
  } catch (error) {
    Atomics.store(settings.failed, 0, 1);
    return { error: errorData(error) };
  }
}
