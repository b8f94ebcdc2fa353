import type { Executor } from './executor.js';
import type { Written } from './made.js';
import type { Progress } from './run-types.js';
import { writeTasks } from './small-partitions.js';
import type { StageOutcome } from './stages/stage-options.js';
import type { AssembleFewResult, AssembleResult } from './tasks/result.js';

export type StageProgress = Pick<Progress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>;

/** The last stage: every partition of the outcome into a file of its own. */
export async function writePartitions(
  executor: Executor,
  outcome: StageOutcome,
  fileOf: (ds: string) => string,
  onProgress: (progress: StageProgress) => void,
): Promise<{ readonly written: Written[]; readonly tasks: number }> {
  const partitions = outcome.assemble.map((task) => ({
    ...task,
    file: fileOf(task.partition.ds),
  }));
  const list = writeTasks(partitions, executor.workers);
  const results = new Map<number, AssembleResult>();
  let rows = 0;
  const tell = () =>
    onProgress({
      stage: 'write',
      tasksDone: results.size,
      tasksTotal: partitions.length,
      rows,
    });
  tell();
  await executor.run<AssembleResult | AssembleFewResult>(
    list.map(({ task }) => task),
    (result, at) => {
      const made = 'members' in result ? result.members : [result];
      for (const [member, idx] of list[at]!.of.entries()) {
        results.set(idx, made[member]!);
        rows += made[member]!.rows;
      }
      tell();
    },
  );
  const written = partitions.map(({ partition, file }, idx) => ({
    ds: partition.ds,
    ...results.get(idx)!,
    file,
  }));
  return { written, tasks: list.length };
}
