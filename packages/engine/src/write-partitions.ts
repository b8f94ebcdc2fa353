import { syncBeside } from '@tessera/lake';
import type { Executor } from './executor.js';
import type { Written } from './made.js';
import type { Progress } from './run-types.js';
import { writeTasks } from './small-partitions.js';
import type { StageOutcome } from './stages/stage-options.js';
import type { AssembleFewResult, AssembleResult } from './tasks/result.js';

export type StageProgress = Pick<Progress, 'stage' | 'tasksDone' | 'tasksTotal' | 'rows'>;

/** Where partitions are written. */
export interface Staging {
  readonly fileOf: (ds: string) => string;
  /** They are to survive a power cut: the disk has begun with one while the next are made. */
  readonly isPublished: boolean;
}

export interface WrittenPartitions {
  readonly written: Written[];
  /** Files that would survive a power cut. */
  readonly synced: ReadonlySet<string>;
  readonly tasks: number;
}

/** The last stage: every partition of the outcome into a file of its own. */
export async function writePartitions(
  executor: Executor,
  outcome: StageOutcome,
  { fileOf, isPublished }: Staging,
  onProgress: (progress: StageProgress) => void,
): Promise<WrittenPartitions> {
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
  const beside = syncBeside();
  try {
    await executor.run<AssembleResult | AssembleFewResult>(
      list.map(({ task }) => task),
      (result, at) => {
        const made = 'members' in result ? result.members : [result];
        for (const [member, idx] of list[at]!.of.entries()) {
          results.set(idx, made[member]!);
          rows += made[member]!.rows;
          if (isPublished) beside.add(partitions[idx]!.file);
        }
        tell();
      },
    );
  } catch (error) {
    await beside.end('stop').catch(() => undefined);
    throw error;
  }
  const written = partitions.map(({ partition, file }, idx) => ({
    ds: partition.ds,
    ...results.get(idx)!,
    file,
  }));
  return { written, synced: await beside.end('all'), tasks: list.length };
}
