import { type SourceSpec, TesseraError } from '@tessera/api';
import {
  type LakeFacts,
  nextScannedRows,
  type PhysicalPlan,
  type ScanPlan,
  type SourceFacts,
  scannedRowsPerTask,
} from '@tessera/planner';
import { sum } from '../sum.js';
import type { ScatterTask, SourceCounts } from '../tasks/task.js';
import { footerCounts } from './footer-counts.js';
import { group } from './group.js';
import type { StageOptions, StageOutcome } from './stage-options.js';

/** In-memory runs and uploads have no report. */
export const NOT_COUNTED: SourceCounts = {
  rowsRead: 0,
  rowsWithoutTime: 0,
  rowsWithNullKey: 0,
  duplicateEvents: 0,
};

function sourceFacts(facts: LakeFacts, sourceId: string): SourceFacts {
  const found = facts.sources[sourceId];
  if (!found) throw new TesseraError('INTERNAL', { reason: `no facts for ${sourceId}` });
  return found;
}

/** A window function over a partition must see all of it. */
function wholePartitions(source: SourceSpec): boolean {
  return source.eventId !== undefined || source.dedupe !== undefined;
}

/**
 * Files of a scan for one task each; what must be seen together stays so.
 *
 * @param size rows of the next task, by those that are left
 */
export function cutFiles(
  { source, fileIdx }: Pick<ScanPlan, 'source' | 'fileIdx'>,
  facts: SourceFacts,
  size: (rowsLeft: number) => number,
): (readonly number[])[] {
  const rowsOf = (idx: number) => facts.files[idx]?.rows ?? 0;
  const dsOf = (idx: number) => facts.files[idx]?.ds ?? '';
  const whole = wholePartitions(source);
  // Without ds folders a partition is a day of any file (S1.6).
  return whole && !facts.hive
    ? [fileIdx].filter((g) => g.length > 0)
    : group(fileIdx, rowsOf, whole ? dsOf : (idx: number) => String(idx), size);
}

/** Rows of the files of a scan. */
export function scanRows(
  { sourceId, fileIdx }: Pick<ScanPlan, 'sourceId' | 'fileIdx'>,
  facts: LakeFacts,
): number {
  const { files } = sourceFacts(facts, sourceId);
  return sum(fileIdx.map((idx) => files[idx]?.rows ?? 0));
}

/** What a scan is cut into tasks by, beside its plan. */
export interface BesideScan extends Pick<StageOutcome, 'keys' | 'dictionaries'> {
  /** Of scans whose tasks come behind in the same stage. */
  readonly rowsBehind: number;
}

/** Keys by day that are fewer, of the rows of all dumps, are joined with: of most rows nobody asks then. */
const LEAST_SHARE = 1 / 4;

/** Source rows of wanted keys → events per bucket, a few files a task. */
export function scatterTasks(
  plan: PhysicalPlan,
  scan: ScanPlan,
  { keys, dictionaries, rowsBehind }: BesideScan,
  options: StageOptions,
): ScatterTask[] {
  const facts = sourceFacts(options.facts, scan.sourceId);
  const rows = scanRows(scan, options.facts);
  const { executor, taskBytes } = options;
  const { workers } = executor;
  const most = scannedRowsPerTask(scan.lanes, { rows, workers, taskBytes });
  const size = (rowsLeft: number) => nextScannedRows(most, rowsLeft + rowsBehind, workers);
  const { fileIdx: _, tiles: __, ...task } = scan;
  const used = new Set(
    scan.lanes.flatMap((lane) => (lane.read.how === 'code' ? [lane.read.dictionary] : [])),
  );
  return cutFiles(scan, facts, size).map((fileIdx, idx) => ({
    type: 'scatter',
    id: `${scan.id}.${idx}`,
    scan: task,
    relation: options.relation(scan.sourceId, fileIdx),
    keys: keys[scan.keySet]!,
    dictionaries: Object.fromEntries([...used].map((id) => [id, dictionaries[id]!])),
    buckets: plan.buckets,
    rows: scanRows({ sourceId: scan.sourceId, fileIdx }, options.facts),
    ...(scan.byPartition && { leastLookedUp: Math.ceil(rows * LEAST_SHARE) }),
    counts: options.inMemory
      ? NOT_COUNTED
      : footerCounts(
          scan,
          fileIdx.map((at) => facts.files[at]!),
        ),
  }));
}
