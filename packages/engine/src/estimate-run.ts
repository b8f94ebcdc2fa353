import { type Estimate, estimate, type PhysicalPlan } from '@tessera/planner';
import type { Gathered } from './gather.js';
import { idleBytes, type MemoryShares } from './memory.js';
import { isSmallWork } from './small-work.js';

/** What a run has, beside its plan. */
export interface EstimatedRun {
  readonly workers: number;
  readonly memory: MemoryShares;
  readonly tilesOnly: boolean;
  readonly summary: boolean;
  /** Of this machine, as former runs show it. */
  readonly speed: number;
  readonly planSeconds: number;
}

/** What a run of the plan will take, by as many threads as it will have. */
export function estimateRun(plan: PhysicalPlan, gathered: Gathered, run: EstimatedRun): Estimate {
  const workers = isSmallWork(plan, gathered) ? 1 : run.workers;
  const { budgetBytes, worker } = run.memory;
  return estimate(plan, gathered.facts, {
    ...run,
    workers,
    memory: {
      budgetBytes,
      // One worker is the calling thread.
      idleBytes: idleBytes(workers === 1 ? 0 : workers),
      taskBytes: worker.taskBytes,
      workerBytes: worker.taskBytes + worker.duckDbBytes,
    },
  });
}
