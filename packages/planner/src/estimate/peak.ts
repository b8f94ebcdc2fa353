import type { PhysicalPlan } from '../plan.js';
import {
  assembledBytes,
  eventBytes,
  leftBytes,
  leftReadBytes,
  scannedBytes,
} from '../row-bytes.js';
import {
  HELD_TOGETHER,
  LEFT_ROWS_PER_TASK,
  rowsWrittenTogether,
  SMALL_PARTITION_ROWS,
  scannedRowsPerTask,
} from '../task-rows.js';
import type { Counted } from './count-work.js';

/** What a run may use, and what it uses before it holds a row. */
export interface EstimateMemory {
  readonly budgetBytes: number;
  /** The process and its workers. */
  readonly idleBytes: number;
  /** What a task may hold in batches of its own. */
  readonly taskBytes: number;
  /** What a worker may hold, its DuckDB included. */
  readonly workerBytes: number;
}

/** DuckDB of a worker at work: buffers of the files it reads and of the file it writes. */
const DUCKDB_BYTES = 60e6;
/** Rows that are read are held once, by bucket: of what work is cut by about half. */
const HELD_WHILE_READ = 0.5;
/** A row that tiles are built of, on each of their levels. */
const BUILT_ROW_BYTES = 300;

/**
 * Most bytes that a run holds at a time: every worker at the largest task of the plan, within the budget.
 *
 * Returns  also `pressure`: what it would hold if it were let, beside what it may; above 1 work is cut smaller
 */
export function peakOf(
  plan: PhysicalPlan,
  counted: Counted,
  workers: number,
  memory: EstimateMemory,
): { readonly peakBytes: number; readonly pressure: number } {
  const { budgetBytes, idleBytes, workerBytes, taskBytes } = memory;
  const busy = (most: number) => {
    const built = counted.builds.map(({ rows }) => rows * BUILT_ROW_BYTES);
    const needs = [
      ...built,
      ...(counted.partitions === 0 ? [] : needsOfRows(plan, counted, workers, most)),
    ];
    return needs.length === 0 ? 0 : DUCKDB_BYTES + Math.max(...needs);
  };
  const unlimited = idleBytes + workers * busy(Number.POSITIVE_INFINITY);
  const limited = idleBytes + workers * Math.min(workerBytes, busy(taskBytes));
  return { peakBytes: Math.min(budgetBytes, limited), pressure: unlimited / budgetBytes };
}

/** What a task of each kind holds. */
function needsOfRows(
  plan: PhysicalPlan,
  { leftRows, scans, partitions }: Counted,
  workers: number,
  taskBytes: number,
): number[] {
  const needs = [
    Math.min(leftRows, LEFT_ROWS_PER_TASK) * leftReadBytes(plan.keySets.length),
    Math.min(taskBytes, writtenBytes(plan, leftRows, partitions, { workers, taskBytes })),
  ];
  for (const { scan, features, rows, kept, tiles } of scans) {
    const atOnce = Math.min(kept, scannedRowsPerTask(scan.lanes, { rows, workers, taskBytes }));
    needs.push(HELD_WHILE_READ * atOnce * scannedBytes(scan.lanes));
    const swept =
      (kept + tiles) * eventBytes(scan.lanes) + leftRows * leftBytes(features, scan.queries.length);
    needs.push(Math.min(taskBytes, swept / plan.buckets));
  }
  return needs;
}

/** What a task holds that writes a partition, or several small ones. */
function writtenBytes(
  { features }: PhysicalPlan,
  leftRows: number,
  partitions: number,
  { workers, taskBytes }: { readonly workers: number; readonly taskBytes: number },
): number {
  const rowBytes = assembledBytes(features);
  const rows = leftRows / partitions;
  if (rows > SMALL_PARTITION_ROWS) return rows * rowBytes;
  // They are shared out evenly, should there be many.
  const shared = Math.max(rows, leftRows / (2 * workers));
  const together = rowsWrittenTogether(features, taskBytes / rowBytes);
  return HELD_TOGETHER * Math.min(shared, together) * rowBytes;
}
