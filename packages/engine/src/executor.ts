import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { isTesseraError, TesseraError } from '@tessera/api';
import { openDuckDb } from '@tessera/lake';
import { fileExchange, memoryExchange } from './exchange.js';
import { handOut } from './hand-out.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { memoryBudget, shareMemory, type WorkerMemory } from './memory.js';
import { phaseClock, type TaskTimes } from './profile/phase-clock.js';
import { timedExchange } from './profile/timed-exchange.js';
import { attemptTask, type Output, type TaskAnswer } from './tasks/attempt-task.js';
import type { TaskContext } from './tasks/context.js';
import { dropKeptMemory } from './tasks/run-task.js';
import type { Task } from './tasks/task.js';
import { beginThreads, type ErrorData, type ThreadSettings, type Threads } from './threads.js';

/**
 * Runs tasks. Contract (one test for all implementations):
 * - every task is done once; `onDone` is called once per finished task, in any order; results come back in task order;
 * - what fails for a reason that may pass is tried again, a few times;
 * - the first failure stops what has not started, waits for what runs, then rejects with that failure;
 * - after `signal` aborts it rejects with INTERRUPTED within 2 s, running queries interrupted;
 * - tasks and results are plain data.
 */
export interface Executor {
  /** As many tasks at a time. */
  readonly workers: number;
  /** Threads that were started for them so far. */
  readonly threads: () => number;
  run<R>(tasks: readonly Task[], onDone: OnDone<R>): Promise<R[]>;
  close(): Promise<void>;
}

/** A task is finished; what it made is told where it is recorded. Times are null where it was finished before. */
export type OnDone<R> = (
  result: R,
  taskIdx: number,
  outputs: readonly Output[],
  times: TaskTimes | null,
) => void;

export interface ExecutorOptions {
  readonly workers: number;
  /** Folder of the exchange; null = memory (inline only). */
  readonly dir: string | null;
  /** Folder for what does not fit in memory. Default: that of the exchange. */
  readonly spill?: string;
  /** Of the DuckDB of an inline executor, beside which nothing else runs. Default 1. */
  readonly threads?: number;
  /** Somebody records what tasks made. Default: no. */
  readonly isRecorded?: boolean;
  /** Default: the shares of the default budget. */
  readonly memory?: WorkerMemory;
  /** Gives threads that have begun, of as many workers; whoever takes them ends them. Default: they begin when needed. */
  readonly begun?: () => Promise<Threads> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const memoryOf = ({ memory, workers }: ExecutorOptions): WorkerMemory =>
  memory ?? shareMemory(memoryBudget(undefined), workers).worker;

export function interrupted(): TesseraError {
  return new TesseraError('INTERRUPTED', {});
}

/** Tasks one after the other in this thread. */
export async function runHere<R>(
  context: TaskContext,
  tasks: readonly Task[],
  onDone: OnDone<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const results: R[] = [];
  try {
    for (const [idx, task] of tasks.entries()) {
      if (signal?.aborted) throw interrupted();
      const answer = await attemptTask(context, task);
      const result = answer.result as R;
      results.push(result);
      onDone(result, idx, answer.outputs, answer.times);
      // Lets signals and timers in between two long synchronous tasks.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return results;
  } catch (error) {
    throw signal?.aborted ? interrupted() : error;
  } finally {
    // The process may go on for long.
    dropKeptMemory();
  }
}

/** All tasks in the calling thread, one after the other. */
export async function inlineExecutor(
  options: ExecutorOptions,
): Promise<Executor & { readonly context: TaskContext }> {
  const { signal } = options;
  const memory = memoryOf(options);
  const session = await openDuckDb({
    threads: options.threads ?? 1,
    memoryBytes: memory.duckDbBytes,
    ...(options.dir !== null && { tmp: join(options.spill ?? options.dir, 'spill') }),
  });
  const clock = phaseClock(threadId);
  const exchange = timedExchange(
    options.dir === null ? memoryExchange() : fileExchange(options.dir, options.isRecorded),
    clock,
  );
  const cancelled = () => signal?.aborted === true;
  const context = { session, exchange, memory, cancelled, clock };
  const interruption = interruptOnAbort(session, signal);
  return {
    workers: 1,
    threads: () => 0,
    context,
    run: (tasks, onDone) => runHere(context, tasks, onDone, signal),
    async close() {
      interruption.end();
      session.close();
    },
  };
}

/**
 * Tasks on worker threads, each with a private DuckDB instance. A worker is never terminated while a task runs (that
 * aborts the process inside DuckDB): cancellation is announced on a channel and the workers interrupt their own query.
 */
export async function threadsExecutor(
  options: ExecutorOptions & { dir: string },
): Promise<Executor> {
  const { signal } = options;
  const threads = await (options.begun?.() ?? beginThreads(options.workers));
  const channelName = `tessera-${randomUUID()}`;
  const settings: ThreadSettings = {
    dir: options.dir,
    spill: options.spill ?? options.dir,
    isRecorded: options.isRecorded ?? false,
    threads: 1,
    memory: memoryOf(options),
    channel: channelName,
    cancelled: sharedFlag(),
    failed: sharedFlag(),
  };
  const channel = new BroadcastChannel(channelName);
  let cancelled = false;
  let announcing: NodeJS.Timeout | null = null;
  const cancel = () => {
    cancelled = true;
    Atomics.store(settings.cancelled, 0, 1);
    channel.postMessage('cancel');
    // A worker that is still starting hears nothing yet, and has its first task already.
    announcing ??= setInterval(() => channel.postMessage('cancel'), 50).unref();
  };
  const attempt = async (task: Task): Promise<TaskAnswer | null> => {
    const answer = await threads.run({ task, settings });
    if (answer !== null && 'error' in answer) throw reviveError(answer.error);
    return answer;
  };
  const { run, settle } = handOut(
    {
      lanes: options.workers,
      ahead: options.workers,
      cancelled: () => cancelled,
      onFailure: () => Atomics.store(settings.failed, 0, 1),
    },
    attempt,
  );
  signal?.addEventListener('abort', cancel);
  return {
    workers: options.workers,
    threads: () => options.workers,
    async run<R>(tasks: readonly Task[], onDone: OnDone<R>): Promise<R[]> {
      if (signal?.aborted) throw interrupted();
      Atomics.store(settings.failed, 0, 0);
      const results = new Array<R>(tasks.length);
      try {
        await run<R>(tasks, (result, idx, outputs, times) => {
          results[idx] = result;
          onDone(result, idx, outputs, times);
        });
        if (cancelled) throw interrupted();
        return results;
      } catch (error) {
        throw signal?.aborted ? interrupted() : error;
      }
    },
    async close() {
      signal?.removeEventListener('abort', cancel);
      await settle();
      if (announcing !== null) clearInterval(announcing);
      channel.close();
      await threads.end();
    },
  };
}

const sharedFlag = () => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export function errorData(error: unknown): ErrorData {
  if (isTesseraError(error)) {
    const { code, params, at, hint, stack, problems } = error;
    return {
      code,
      params,
      at,
      hint,
      stack,
      problems: problems.length > 1 ? problems.map(errorData) : [],
    };
  }
  const other = error instanceof Error ? error : new Error(String(error));
  return {
    code: 'INTERNAL',
    params: { reason: other.message },
    at: undefined,
    hint: undefined,
    stack: other.stack,
    problems: [],
  };
}

function reviveError(data: ErrorData): TesseraError {
  // Code and parameters were taken from a TesseraError together, so they belong together.
  const place = {
    ...(data.at !== undefined && { at: data.at }),
    ...(data.hint !== undefined && { hint: data.hint }),
  };
  const error = new TesseraError(
    data.code as 'INTERNAL',
    data.params as { reason: string },
    place,
    data.problems.map(reviveError),
  );
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}
