import type { PhysicalPlan } from '../plan.js';
import {
  assembledBytes,
  eventBytes,
  leftBytes,
  leftReadBytes,
  scannedBytes,
} from '../row-bytes.js';
import type { Counted } from './work.js';

/** What a run may use, and what it uses before it holds a row. */
export interface EstimateMemory {
  readonly budgetBytes: number;
  /** The process and its workers. */
  readonly idleBytes: number;
  /** What a task may hold. */
  readonly taskBytes: number;
}

/** DuckDB of a worker at work: buffers of the files it reads and of the file it writes. */
const DUCKDB_BYTES = 60e6;
/** As the engine cuts them. */
const ROWS_PER_TASK = { left: 250_000, events: 3_000_000, leastEvents: 200_000 };

/** Most bytes that a run holds at a time: every worker at the largest task of the plan, within the budget. */
export function peakOf(
  plan: PhysicalPlan,
  { leftRows, scans, partitions }: Counted,
  workers: number,
  { budgetBytes, idleBytes, taskBytes }: EstimateMemory,
): number {
  if (partitions === 0) return Math.min(budgetBytes, idleBytes);
  const perPartition = leftRows / partitions;
  const needs = [
    Math.min(leftRows, ROWS_PER_TASK.left) * leftReadBytes(plan.keySets.length),
    perPartition * assembledBytes(plan.features),
  ];
  for (const { scan, features, rows, tiles } of scans) {
    const atOnce = Math.min(
      rows,
      Math.max(ROWS_PER_TASK.leastEvents, Math.min(ROWS_PER_TASK.events, rows / (workers * 4))),
    );
    needs.push(atOnce * scannedBytes(scan.lanes));
    const swept =
      (rows + tiles) * eventBytes(scan.lanes) + leftRows * leftBytes(features, scan.queries.length);
    needs.push(swept / plan.buckets);
  }
  const most = Math.min(taskBytes, Math.max(...needs));
  return Math.min(budgetBytes, idleBytes + workers * (DUCKDB_BYTES + most));
}
