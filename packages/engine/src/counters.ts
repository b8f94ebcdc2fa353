import type { PhysicalPlan } from '@tessera/planner';
import type { RunCounters } from './run-types.js';
import type { StageOutcome } from './stages/stage-options.js';
import { sum } from './sum.js';

/** What a run did, in exact numbers. */
export function countersOf(plan: PhysicalPlan, outcome: StageOutcome, writes: number): RunCounters {
  const scans = Object.values(outcome.scans).flat();
  return {
    tasks: outcome.tasks + writes,
    filesRead: sum(plan.scans.map((scan) => scan.fileIdx.length)),
    rowsScanned: sum(scans.map((result) => result.rowsRead)),
    rowsSwept: sum(scans.map((result) => result.rowsMatched)),
    slices: outcome.sweeps.length,
    pieces: sum(outcome.assemble.map((task) => Math.max(1, Math.ceil(task.rows / task.pieceRows)))),
    leftRows: sum(outcome.partitions.map((partition) => partition.rows)),
  };
}
