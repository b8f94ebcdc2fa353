import { type Estimate, estimate, type PhysicalPlan } from '@tessera/planner';
import type { Gathered } from './gather.js';
import { idleBytes, type MemoryShares } from './memory.js';
import { isMostlyScanning, isSmallWork } from './small-work.js';

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
  // One worker is the calling thread, and so are those of what is mostly DuckDB's work.
  const threads = workers === 1 || isMostlyScanning(plan, worker) ? 0 : workers;
  return estimate(plan, gathered.facts, {
    ...run,
    workers,
    threads,
    memory: {
      budgetBytes,
      idleBytes: idleBytes(threads),
      taskBytes: worker.taskBytes,
      workerBytes: worker.taskBytes + worker.duckDbBytes,
    },
  });
}
