import type { Executor, OnDone } from '../executor.js';
import type { Task } from '../tasks/task.js';
import type { TaskRecord } from './task-record.js';

/** An executor that does not do again what a record has, and records what it does. */
export function recorded(executor: Executor, record: TaskRecord): Executor {
  return {
    ...executor,
    async run<R>(tasks: readonly Task[], onDone: OnDone<R>): Promise<R[]> {
      const results = new Array<R>(tasks.length);
      const left: number[] = [];
      for (const [idx, task] of tasks.entries()) {
        const known = await record.find(task);
        if (known === null) {
          left.push(idx);
          continue;
        }
        // What a task answers is of its type: its whole message is what it was found by.
        results[idx] = known.result as R;
        onDone(results[idx], idx, [], null);
      }
      await executor.run<R>(
        left.map((idx) => tasks[idx]!),
        (result, at, outputs, times) => {
          const idx = left[at]!;
          record.add(tasks[idx]!, result, outputs);
          results[idx] = result;
          onDone(result, idx, outputs, times);
        },
      );
      return results;
    },
  };
}
