import type { FileFacts, LakeFacts } from './facts.js';
import { factsOf } from './input-files.js';
import type { FeaturePlan, ScanPlan, TileRead } from './plan.js';
import type { PlanOptions } from './plan-options.js';
import { eventBytes, leftBytes } from './row-bytes.js';

/** Rows a bucket should hold at most on average: what is sorted and swept should stay in a core's own cache. */
export const ROWS_PER_BUCKET = 250_000;
const SMALL_SCAN_ROWS = 200_000;
const MOST_BUCKETS = 1024;
/** Buckets are not equally large, and one that does not fit costs more than two that do. */
const HEADROOM = 1.5;

/** As many as rows where they are not counted yet. */
function tileRows({ rows, fileIdx }: TileRead, files: readonly FileFacts[]): number {
  return rows ?? fileIdx.reduce((sum, idx) => sum + (files[idx]?.rows ?? 0), 0);
}

/**
 * How many key buckets a plan needs, so that a bucket of its largest scan is a comfortable task and fits its memory.
 * Keys that are too large by themselves are cut later, where their sizes are known.
 */
export function bucketCount(
  options: PlanOptions,
  scans: readonly ScanPlan[],
  features: readonly FeaturePlan[],
  facts: LakeFacts,
  leftRows: number,
): number {
  if (options.buckets !== null) return options.buckets;
  const { taskBytes = Number.POSITIVE_INFINITY, workers } = options;
  let most = leftRows;
  let wanted = 0;
  for (const scan of scans) {
    const files = factsOf(facts, scan.sourceId).files;
    let rows = 0;
    for (const idx of scan.fileIdx) rows += files[idx]?.rows ?? 0;
    for (const read of scan.tiles?.reads ?? []) rows += tileRows(read, files);
    const own = features.filter((feature) => feature.scan === scan.id);
    const bytes = rows * eventBytes(scan.lanes) + leftRows * leftBytes(own, scan.queries.length);
    most = Math.max(most, rows);
    wanted = Math.max(wanted, Math.ceil((bytes * HEADROOM) / taskBytes));
  }
  wanted = Math.max(wanted, Math.ceil(most / ROWS_PER_BUCKET));
  if (most <= SMALL_SCAN_ROWS && wanted <= 1) return 1;
  return Math.min(MOST_BUCKETS, Math.max(wanted, 2 * workers));
}
