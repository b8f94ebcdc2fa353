import { join } from 'node:path';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { openDuckDb } from '@tessera/lake';
import { fileExchange } from './exchange.js';
import { errorData } from './executor.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { clockMs } from './profile/clock.js';
import { phaseClock } from './profile/phase-clock.js';
import { timedExchange } from './profile/timed-exchange.js';
import { attemptTask } from './tasks/attempt-task.js';
import type { TaskContext } from './tasks/context.js';
import { readAhead } from './tasks/read-ahead.js';
import type { Task } from './tasks/task.js';
import type { ThreadAnswer, ThreadMessage, ThreadSettings } from './threads.js';

const cancel = new AbortController();
let opened: Promise<TaskContext> | null = null;

async function open(settings: ThreadSettings): Promise<TaskContext> {
  const channel = new BroadcastChannel(settings.channel);
  channel.onmessage = () => cancel.abort();
  channel.unref();
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

let before: Promise<unknown> = Promise.resolve();
let running: { readonly context: TaskContext; readonly task: Task } | null = null;

/** Entry of the pool: one task in, plain data out. Of two that are here the second waits for the first. */
export function runTaskInWorker(message: ThreadMessage): Promise<ThreadAnswer> {
  if (running !== null) readAhead(running.context, running.task, message.task);
  const answer = before.then(() => answerTo(message));
  before = answer;
  return answer;
}

async function answerTo({ task, settings }: ThreadMessage): Promise<ThreadAnswer> {
  if (Atomics.load(settings.failed, 0) === 1) return null;
  try {
    const context = await (opened ??= open(settings));
    running = { context, task };
    return await attemptTask(context, task);
  } catch (error) {
    Atomics.store(settings.failed, 0, 1);
    return { error: errorData(error) };
  } finally {
    running = null;
  }
}
