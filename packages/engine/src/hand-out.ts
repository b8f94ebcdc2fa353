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

/**
 * Nothing is queued anywhere else, so that nothing begins once a run stops.
 *
 * @param attempt does a task in a lane
 */
export function handOut(
  lanes: number,
  attempt: (task: Task, lane: number) => Promise<TaskAnswer>,
  cancelled: () => boolean,
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
      const failures: unknown[] = [];
      const lane = async (_: unknown, at: number) => {
        while (failures.length === 0 && !cancelled() && !isEnough()) {
          const idx = (at === 0 ? alone.shift() : undefined) ?? shared.shift();
          if (idx === undefined) return;
          try {
            const answer = await attempt(tasks[idx]!, at);
            // What a task answers is of its type.
            onDone(answer.result as R, idx, answer.outputs, answer.times);
          } catch (error) {
            failures.push(error);
          }
        }
      };
      running = Array.from({ length: Math.min(lanes, tasks.length) }, lane);
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
      return [...alone, ...shared].sort((a, b) => a - b);
    },
    settle: () => Promise.allSettled(running),
  };
}

const isOversized = (task: Task): boolean => task.type === 'sweep' && task.isOversized;
