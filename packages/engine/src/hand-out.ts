import type { OnDone } from './executor.js';
import type { TaskAnswer } from './tasks/attempt-task.js';
import type { Task } from './tasks/task.js';

/** Hands out tasks, one at a time to each lane. */
export interface HandOut {
  /**
   * Do tasks in any order, until there is none left, one fails, or `isEnough` says so; what has begun is waited for.
   *
   * Returns  positions of the tasks that were not begun, ascending
   * Throws   the first failure
   */
  run<R>(
    tasks: readonly Task[],
    onDone: OnDone<R>,
    isEnough?: () => boolean,
  ): Promise<readonly number[]>;
  /** When nothing runs any more. */
  settle(): Promise<unknown>;
}

/** With fewer tasks for each lane each is handed out when it can begin, so that all lanes end together. */
const LEAST_AHEAD = 4;

export interface HandOutOptions {
  readonly lanes: number;
  /** As many lanes more take tasks while there are many, so that the next one is there when one ends. Default 0. */
  readonly ahead?: number;
  readonly cancelled: () => boolean;
  /** A task failed, or who is told that it is done: those that were taken ahead are not to begin. */
  readonly onFailure?: () => void;
}

/**
 * Nothing is queued anywhere else, so that nothing begins once a run stops.
 *
 * @param attempt   does a task in a lane; null = it was not begun
 */
export function handOut(
  { lanes, ahead = 0, cancelled, onFailure }: HandOutOptions,
  attempt: (task: Task, lane: number) => Promise<TaskAnswer | null>,
): HandOut {
  let running: Promise<unknown>[] = [];
  return {
    async run<R>(tasks: readonly Task[], onDone: OnDone<R>, isEnough = () => false) {
      // One lane alone takes what is above a worker's share, so that no two such tasks are held at once.
      const alone: number[] = [];
      const shared: number[] = [];
      tasks.forEach((task, idx) => {
        (isOversized(task) ? alone : shared).push(idx);
      });
      const dropped: number[] = [];
      const failures: unknown[] = [];
      const take = (at: number) => {
        if (at >= lanes && shared.length < LEAST_AHEAD * lanes) return undefined;
        return (at === 0 ? alone.shift() : undefined) ?? shared.shift();
      };
      const lane = async (_: unknown, at: number) => {
        while (failures.length === 0 && !cancelled() && !isEnough()) {
          const idx = take(at);
          if (idx === undefined) return;
          try {
            const answer = await attempt(tasks[idx]!, at);
            if (answer === null) dropped.push(idx);
            // What a task answers is of its type.
            else onDone(answer.result as R, idx, answer.outputs, answer.times);
          } catch (error) {
            failures.push(error);
            onFailure?.();
          }
        }
      };
      running = Array.from({ length: Math.min(lanes + ahead, tasks.length) }, lane);
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
      return [...alone, ...shared, ...dropped].sort((a, b) => a - b);
    },
    settle: () => Promise.allSettled(running),
  };
}

const isOversized = (task: Task): boolean => task.type === 'sweep' && task.isOversized;
