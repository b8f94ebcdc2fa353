import type { WorkerMemory } from './memory.js';
import type { TaskAnswer } from './tasks/attempt-task.js';
import type { Task } from './tasks/task.js';

/** What a thread does its tasks with: plain data. */
export interface ThreadSettings {
  readonly dir: string;
  readonly spill: string;
  readonly isRecorded: boolean;
  readonly threads: number;
  readonly memory: WorkerMemory;
  /** Name of the channel on which cancellation is announced: for queries, which wait with the event loop free. */
  readonly channel: string;
  /** One element, 1 once cancelled: for loops, during which no message arrives. */
  readonly cancelled: Int32Array;
  /** One element, 1 once a task failed, or its answer here: what was handed out behind another one does not begin. */
  readonly failed: Int32Array;
}

/** Of one pool all settings are the same: those of the first message count. */
export interface ThreadMessage {
  readonly task: Task;
  readonly settings: ThreadSettings;
}

/** Errors cross threads as data, because a class instance loses its fields on the way. */
export interface ErrorData {
  readonly code: string;
  readonly params: unknown;
  readonly at: string | undefined;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
  readonly problems: readonly ErrorData[];
}

/** Null where another task failed before this one began. */
export type ThreadAnswer = TaskAnswer | { readonly error: ErrorData } | null;

/** Threads that load their code, and then wait for messages. */
export interface Threads {
  run(message: ThreadMessage): Promise<ThreadAnswer>;
  end(): Promise<void>;
}

/** What they will do need not be known yet. */
export async function beginThreads(workers: number): Promise<Threads> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina<ThreadMessage, ThreadAnswer>({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    // One that runs, and one that is there when it ends: to ask for it takes longer than a part of many a file.
    concurrentTasksPerWorker: 2,
  });
  // Nobody is told of a thread that ends before it has a task, and Node ends a process that does not listen.
  let lost: { readonly error: unknown } | null = null;
  pool.on('error', (error: unknown) => {
    lost ??= { error };
  });
  return {
    async run(message) {
      if (lost !== null) throw lost.error;
      return pool.run(message, { name: 'runTaskInWorker' });
    },
    end: () => pool.destroy(),
  };
}
