import type { ScanPlan } from '@tessera/planner';
import { sweepBytes } from '../tasks/slices.js';
import type { SweepTask } from '../tasks/task.js';

/** So many tasks for each worker are left, so that none waits long for the last of another. */
const TASKS_PER_WORKER = 2;

/**
 * Sweeps of several scans over the same left rows in one task: what the scans have in common, which is reading the left and
 * putting it in order by key and time, is done once, and their columns are written, and later read, beside one position.
 * Only where it takes no more memory than a task may, and leaves all workers something to do.
 *
 * @param tasks the large first; of one key set the same buckets have the same left rows
 */
export function shareLeft(
  tasks: readonly SweepTask[],
  scans: readonly Pick<ScanPlan, 'id' | 'keySet'>[],
  { workers, taskBytes }: { readonly workers: number; readonly taskBytes: number },
): SweepTask[] {
  const keySetOf = new Map(scans.map(({ id, keySet }) => [id, keySet]));
  const shared: SweepTask[] = [];
  const open = new Map<string, number>();
  for (const task of tasks) {
    const key = JSON.stringify([keySetOf.get(task.scanId), task.bucket, task.endBucket]);
    const at = task.slice === null && task.left.length > 0 ? open.get(key) : undefined;
    const joined = at === undefined ? null : withOther(shared[at]!, task);
    if (at !== undefined && joined !== null && sweepBytes(joined) <= taskBytes) shared[at] = joined;
    else {
      if (task.slice === null) open.set(key, shared.length);
      shared.push(task);
    }
  }
  return workers > 1 && shared.length < TASKS_PER_WORKER * workers ? [...tasks] : shared;
}

function withOther(task: SweepTask, other: SweepTask): SweepTask {
  const { scanId, events, tiles, states, features, lanes, queries, missingDays, tie } = other;
  const scan = { scanId, events, tiles, states, features, lanes, queries, missingDays, tie };
  return { ...task, others: [...task.others, scan] };
}
