import { type Estimate, estimate, type PhysicalPlan } from '@tessera/planner';
import type { Gathered } from './gather.js';
import { idleBytes, type MemoryShares } from './memory.js';
import { isSmallWork } from './small-work.js';

/** What a run of the plan will take, by as many threads as it will have. */
export function estimateRun(
  plan: PhysicalPlan,
  gathered: Gathered,
  run: { readonly workers: number; readonly memory: MemoryShares; readonly tilesOnly: boolean },
): Estimate {
  const workers = isSmallWork(plan, gathered) ? 1 : run.workers;
  const { budgetBytes, worker } = run.memory;
  const memory = { budgetBytes, idleBytes: idleBytes(workers), taskBytes: worker.taskBytes };
  return estimate(plan, gathered.facts, { workers, memory, tilesOnly: run.tilesOnly });
}
