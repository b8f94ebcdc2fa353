import type { FeaturePlan, LanePlan } from './plan.js';
import { assembledBytes, scannedBytes } from './row-bytes.js';

/** How work is cut into tasks by rows: for runs, and for those who foretell them. */
export const LEFT_ROWS_PER_TASK = 250_000;
const MOST_SCANNED_ROWS = 3_000_000;
export const LEAST_SCANNED_ROWS = 200_000;

/** Rows of a scan that one task reads: some tasks for every worker, within its memory, and not too few to be worth one. */
export function scannedRowsPerTask(
  lanes: readonly LanePlan[],
  {
    rows,
    workers,
    taskBytes,
  }: { readonly rows: number; readonly workers: number; readonly taskBytes: number },
): number {
  return Math.max(
    LEAST_SCANNED_ROWS,
    Math.min(
      MOST_SCANNED_ROWS,
      Math.ceil(rows / (workers * 4)),
      // One that fits is read whole; the last file of a group may be as large again.
      Math.floor(taskBytes / scannedBytes(lanes) / 2),
    ),
  );
}

/** So much smaller may a stage's last tasks be: each leaves a block in every bucket. */
const LEAST_OF_TASK = 1 / 4;

/**
 * Rows of the next task of a scan: the fewer are left the smaller, so that all workers end together.
 *
 * @param most     what `scannedRowsPerTask` says
 * @param rowsLeft of the stage: scans that come behind count too
 */
export function nextScannedRows(most: number, rowsLeft: number, workers: number): number {
  if (workers === 1) return most;
  const least = Math.max(LEAST_SCANNED_ROWS, most * LEAST_OF_TASK);
  return Math.min(most, Math.max(least, Math.ceil(rowsLeft / (2 * workers))));
}

/** Partitions of no more rows are written together: a statement of its own costs as much as keeping so many rows once more. */
export const SMALL_PARTITION_ROWS = 8192;
const MOST_TOGETHER_ROWS = 65_536;
const MOST_TOGETHER_BYTES = 64e6;

/** Rows of small partitions that one task writes: they are held at once, their features alone and with their left columns. */
export function rowsWrittenTogether(
  features: readonly Pick<FeaturePlan, 'outputType' | 'k'>[],
  pieceRows: number,
): number {
  const fitting = MOST_TOGETHER_BYTES / assembledBytes(features);
  return Math.floor(Math.min(MOST_TOGETHER_ROWS, fitting, pieceRows / HELD_TOGETHER));
}

/** So often a row is held that is written together with others. */
export const HELD_TOGETHER = 2;
