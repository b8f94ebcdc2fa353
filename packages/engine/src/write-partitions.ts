import type { Executor } from './executor.js';
import type { Written } from './made.js';
import type { Progress } from './run-types.js';
import type { StageOutcome } from './stages/stage-options.js';
import type { AssembleResult } from './tasks/result.js';

export type StageProgress = Pick<Progress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>;

/** The last stage: every partition of the outcome into a file of its own. */
export async function writePartitions(
  executor: Executor,
  outcome: StageOutcome,
  fileOf: (ds: string) => string,
  onProgress: (progress: StageProgress) => void,
): Promise<Written[]> {
  const tasks = outcome.assemble.map((task) => ({ ...task, file: fileOf(task.partition.ds) }));
  let done = 0;
  let rows = 0;
  onProgress({ stage: 'write', tasksDone: 0, tasksTotal: tasks.length, rows: 0 });
  const results = await executor.run<AssembleResult>(tasks, (result) => {
    done++;
    rows += result.rows;
    onProgress({ stage: 'write', tasksDone: done, tasksTotal: tasks.length, rows });
  });
  return tasks.map(({ partition, file }, idx) => ({
    ds: partition.ds,
    rows: results[idx]?.rows ?? 0,
    bytes: results[idx]?.bytes ?? 0,
    crc: results[idx]?.crc ?? '',
    file,
  }));
}
