import type { LakeFacts } from './facts.js';
import { factsOf } from './input-files.js';
import type { ScanPlan } from './plan.js';

export interface PlanOptions {
  /** Requested number of key buckets; default from rows. */
  readonly buckets: number | null;
  readonly workers: number;
}

/** Events a bucket should hold at most on average: what a task sorts and sweeps comfortably in cache-friendly memory. */
const ROWS_PER_BUCKET = 1_000_000;
const SMALL_SCAN_ROWS = 200_000;

export function bucketCount(
  options: PlanOptions,
  scans: readonly ScanPlan[],
  facts: LakeFacts,
  leftRows: number,
): number {
  if (options.buckets !== null) return options.buckets;
  let rows = leftRows;
  for (const scan of scans) {
    const files = factsOf(facts, scan.sourceId).files;
    rows = Math.max(
      rows,
      scan.fileIdx.reduce((sum, idx) => sum + (files[idx]?.rows ?? 0), 0),
    );
  }
  if (rows <= SMALL_SCAN_ROWS) return 1;
  const wanted = Math.ceil(rows / ROWS_PER_BUCKET);
  return Math.min(256, Math.max(wanted, 2 * options.workers));
}
