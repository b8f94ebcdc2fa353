import { join } from 'node:path';
import { openDuckDb } from '@tessera/lake';
import { fileExchange } from './exchange.js';
import {
  type Executor,
  type ExecutorOptions,
  interrupted,
  memoryOf,
  threadsExecutor,
} from './executor.js';
import { handOut } from './hand-out.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { phaseClock } from './profile/phase-clock.js';
import { timedExchange } from './profile/timed-exchange.js';
import { attemptTask } from './tasks/attempt-task.js';
import type { TaskContext } from './tasks/context.js';
import type { ScatterResult } from './tasks/result.js';
import { dropKeptMemory } from './tasks/run-task.js';
import type { ScanSweep, Section, Task } from './tasks/task.js';

/** Rows that one thread has walked through by the time that others are ready and have caught up. */
const MOST_ROWS = 2_000_000;

/**
 * Tasks in the calling thread, as many at a time as there are workers, each with a DuckDB of its own: for work that DuckDB
 * does most of, in threads of its own, which begins at once then. Should more rows come out of it than expected, threads
 * of ours are started and do the rest.
 */
export async function lanesExecutor(
  options: ExecutorOptions & { dir: string },
  mostRows = MOST_ROWS,
): Promise<Executor> {
  const { signal, workers } = options;
  const opened = await Promise.allSettled(
    Array.from({ length: workers }, (_, at) => openLane(options, at)),
  );
  const lanes = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of opened)
    if (one.status === 'rejected') {
      for (const lane of lanes) lane.close();
      throw one.reason;
    }
  const cancelled = () => signal?.aborted === true;
  const here = handOut({ lanes: workers, cancelled }, async (task, at) => {
    const answer = await attemptTask(lanes[at]!.context, task);
    // Lets signals and timers in between two long synchronous tasks.
    await new Promise((resolve) => setImmediate(resolve));
    return answer;
  });
  let rows = 0;
  let threads: Executor | null = null;
  const stop = async () => {
    await here.settle();
    for (const lane of lanes.splice(0)) lane.close();
    // Threads have their own, within the same budget; and the process may go on for long.
    dropKeptMemory();
  };
  return {
    workers,
    threads: () => threads?.workers ?? 0,
    async run<R>(tasks: readonly Task[], onDone: Parameters<typeof here.run<R>>[1]): Promise<R[]> {
      if (signal?.aborted) throw interrupted();
      const results = new Array<R>(tasks.length);
      const done: typeof onDone = (result, idx, outputs, times) => {
        results[idx] = result;
        onDone(result, idx, outputs, times);
      };
      try {
        rows += tasks.reduce((sum, task) => sum + rowsBefore(task), 0);
        const left =
          threads !== null
            ? tasks.keys()
            : await here.run<R>(
                tasks,
                (result, idx, outputs, times) => {
                  rows += rowsAfter(tasks[idx]!, result);
                  done(result, idx, outputs, times);
                },
                () => rows > mostRows,
              );
        const rest = [...left];
        if (signal?.aborted) throw interrupted();
        if (rest.length === 0) return results;
        if (threads === null) {
          await stop();
          threads = await threadsExecutor(options);
        }
        await threads.run<R>(
          rest.map((idx) => tasks[idx]!),
          // Their start is no part of the run's own: it is waited for.
          (result, at, outputs, times) =>
            done(result, rest[at]!, outputs, times && { ...times, readyMs: null }),
        );
        return results;
      } catch (error) {
        throw signal?.aborted ? interrupted() : error;
      }
    },
    async close() {
      await stop();
      await threads?.close();
    },
  };
}

/** Rows that a task walks through, where that is known. */
function rowsBefore(task: Task): number {
  if (task.type !== 'sweep') return 0;
  const of = ({ events, tiles }: ScanSweep) => rowsOf(events) + rowsOf(tiles) + rowsOf(task.left);
  return of(task) + task.others.reduce((sum, other) => sum + of(other), 0);
}

/** Rows that came out of a task's query. */
function rowsAfter(task: Task, result: unknown): number {
  return task.type === 'scatter' ? (result as ScatterResult).rowsMatched : 0;
}

const rowsOf = (sections: readonly Section[]) => sections.reduce((sum, { rows }) => sum + rows, 0);

interface Lane {
  readonly context: TaskContext;
  readonly close: () => void;
}

async function openLane(options: ExecutorOptions & { dir: string }, at: number): Promise<Lane> {
  const { dir, spill, isRecorded, signal } = options;
  const memory = memoryOf(options);
  const tmp = join(spill ?? dir, `spill-lane-${at}`);
  const session = await openDuckDb({ threads: 1, memoryBytes: memory.duckDbBytes, tmp });
  // No thread has such a number.
  const clock = phaseClock(-1 - at);
  const exchange = timedExchange(fileExchange(dir, isRecorded), clock);
  const cancelled = () => signal?.aborted === true;
  const interruption = interruptOnAbort(session, signal);
  return {
    context: { session, exchange, memory, cancelled, clock },
    close() {
      interruption.end();
      session.close();
    },
  };
}
