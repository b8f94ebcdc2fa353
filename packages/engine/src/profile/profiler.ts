import { threadId } from 'node:worker_threads';
import type { Executor, OnDone } from '../executor.js';
import type { LakeFiles } from '../inputs.js';
import { peakBytes } from '../process-state.js';
import { describeTask } from '../tasks/describe-task.js';
import type { Task } from '../tasks/task.js';
import { clockMs } from './clock.js';
import type { TaskTimes } from './phase-clock.js';
import type { ProfileStage, RunProfile } from './run-profile.js';
import { type Ready, stageSums } from './stage-sums.js';
import { workOf } from './task-work.js';
import type { Span, TaskRecord, Timeline } from './timeline.js';
import { addUsage, NO_USAGE, usageNow } from './usage.js';

/** Finds out where the time of a run goes. */
export interface Profiler {
  /** What the run does from here on is of a stage, until the function that comes back is called. */
  begin(stage: ProfileStage): () => void;
  during<T>(stage: ProfileStage, what: () => Promise<T>): Promise<T>;
  /** What is done beside the stages. */
  beside<T>(name: string, what: Promise<T>): Promise<T>;
  /** An executor whose tasks count; its threads begin now. */
  over(executor: Executor): Executor;
  /** Files that tasks may read. */
  knows(inputs: readonly LakeFiles[]): void;
  /** Null where nobody asked. */
  finish(): Profiled | null;
}

export interface Profiled {
  readonly profile: Omit<RunProfile, 'timeline'>;
  readonly timeline: Timeline;
}

/** Of a run that nobody asks about. */
export const NO_PROFILER: Profiler = {
  begin: () => () => undefined,
  during: (_, what) => what(),
  beside: (_, what) => what,
  over: (executor) => executor,
  knows: () => undefined,
  finish: () => null,
};

const STAGES: Readonly<Record<Task['type'], ProfileStage>> = {
  'build-tiles': 'tiles',
  'merge-tiles': 'tiles',
  keys: 'keys',
  dictionary: 'dictionaries',
  left: 'left',
  scatter: 'scan',
  'read-tiles': 'scan',
  slices: 'slices',
  sweep: 'join',
  assemble: 'write',
  'assemble-few': 'write',
  'encode-states': 'join',
  'encode-rows': 'write',
};

/** @param keepsTasks every task is kept for a timeline, some hundred bytes each; else only sums are */
export function startProfiler(keepsTasks: boolean): Profiler {
  const startMs = clockMs();
  const startUsage = usageNow();
  const sums = stageSums('rest', startMs, startUsage);
  const sizes = new Map<string, number>();
  const ready = new Map<number, Ready>();
  const stages: { -readonly [K in keyof Span]: Span[K] }[] = [];
  const beside: Span[] = [];
  const tasks: TaskRecord[] = [];
  const memory: { readonly atMs: number; readonly bytes: number }[] = [];
  let workers = 1;
  let threads = () => 0;
  let threadsMs = startMs;

  const spanOf = (stage: ProfileStage) => {
    const span = { name: stage, startMs: clockMs(), endMs: 0 };
    stages.push(span);
    const before = sums.enter(stage, span.startMs, usageNow());
    const end = () => {
      span.endMs = clockMs();
      sums.enter(before, span.endMs, usageNow());
    };
    return { span, end };
  };
  const during = async <T>(stage: ProfileStage, what: () => Promise<T>): Promise<T> => {
    if (stage === 'start') threadsMs = clockMs();
    const { end } = spanOf(stage);
    try {
      return await what();
    } finally {
      end();
    }
  };
  const add = (task: Task, result: unknown, times: TaskTimes) => {
    const work = workOf(task, result, sizes);
    sums.task(STAGES[task.type], times, work);
    const { thread, readyMs } = times;
    if (readyMs !== null && !ready.has(thread))
      ready.set(thread, { thread, startMs: threadsMs, endMs: readyMs });
    if (!keepsTasks) return;
    tasks.push({ ...times, ...work, name: describeTask(task), type: task.type });
    memory.push({ atMs: clockMs(), bytes: process.memoryUsage.rss() });
  };
  return {
    begin: (stage) => spanOf(stage).end,
    during,
    async beside(name, what) {
      const from = clockMs();
      const value = await what;
      beside.push({ name, startMs: from, endMs: clockMs() });
      return value;
    },
    over(executor) {
      ({ workers, threads } = executor);
      return {
        ...executor,
        async run<R>(list: readonly Task[], onDone: OnDone<R>): Promise<R[]> {
          const [first] = list;
          if (first === undefined) return executor.run(list, onDone);
          const stage = STAGES[first.type];
          const { span, end } = spanOf(stage);
          try {
            return await executor.run<R>(list, (result, idx, outputs, times) => {
              if (times !== null) add(list[idx]!, result, times);
              onDone(result, idx, outputs, times);
            });
          } finally {
            end();
            sums.tasksFrom(stage, span, workers);
          }
        },
      };
    },
    knows(inputs) {
      for (const { files } of inputs) for (const { path, bytes } of files) sizes.set(path, bytes);
    },
    finish() {
      const endMs = clockMs();
      const endUsage = usageNow();
      sums.enter('rest', endMs, endUsage);
      return {
        profile: {
          wallMs: endMs - startMs,
          workers,
          threads: threads(),
          stages: sums.finish([...ready.values()]),
          beside: beside.map(({ name, startMs: from, endMs: to }) => ({ name, wallMs: to - from })),
          usage: addUsage(NO_USAGE, startUsage, endUsage),
          peakBytes: peakBytes(),
        },
        timeline: {
          ...{ startMs, mainThread: threadId, stages, beside, tasks, memory },
          ready: [...ready.values()],
        },
      };
    },
  };
}
