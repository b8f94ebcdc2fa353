import type { FileFacts, ScanPlan } from '@tessera/planner';
import { sum } from '../sum.js';
import type { SourceCounts } from '../tasks/task.js';

/** Last instant that counts as a time (S1.3). */
const LAST_TIME_MS = Date.UTC(2201, 0, 1) - 1;

/** What the files' footers say of their rows; null where only reading them can tell. */
export function footerCounts(scan: ScanPlan, files: readonly FileFacts[]): SourceCounts | null {
  const { source, keys } = scan;
  if (source.where !== undefined || source.eventId !== undefined || source.dedupe !== undefined)
    return null;
  let rowsWithoutTime = 0;
  const keyNulls = keys.map(() => 0);
  for (const file of files) {
    if (source.time !== undefined) {
      const nulls = file.timeNulls ?? null;
      const legal =
        nulls === file.rows ||
        ((file.minTimeMs ?? -1) >= 0 &&
          (file.maxTimeMs ?? Number.POSITIVE_INFINITY) <= LAST_TIME_MS);
      if (nulls === null || !legal) return null;
      rowsWithoutTime += nulls;
    }
    for (const [at, key] of keys.entries()) {
      const nulls = file.keyNulls?.[key];
      if (nulls === undefined || nulls === null) return null;
      keyNulls[at]! += nulls;
    }
  }
  // Of two key columns with nulls only the rows tell how many have both.
  if (keyNulls.filter((nulls) => nulls > 0).length > 1) return null;
  return {
    rowsRead: sum(files.map((file) => file.rows)),
    rowsWithoutTime,
    rowsWithNullKey: Math.max(0, ...keyNulls),
    duplicateEvents: 0,
  };
}
