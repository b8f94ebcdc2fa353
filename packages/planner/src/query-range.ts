import type { PartDraft } from './draft.js';
import type { LeftPartitionFacts } from './facts.js';
import { type EventRange, eventRange } from './prune.js';

/** Without a row that has a time nothing is read. */
export const asks = ({ rows, timeless }: LeftPartitionFacts): boolean =>
  rows > 0 && timeless !== true;

/** Least and greatest query time of the partitions to build; null when one is unknown. */
export function queryRange(partitions: readonly LeftPartitionFacts[]): {
  minMs: number | null;
  maxMs: number | null;
} {
  let minMs: number | null = Number.POSITIVE_INFINITY;
  let maxMs: number | null = Number.NEGATIVE_INFINITY;
  for (const partition of partitions) {
    if (!asks(partition)) continue;
    if (partition.minQueryMs === null || partition.maxQueryMs === null)
      return { minMs: null, maxMs: null };
    minMs = Math.min(minMs, partition.minQueryMs);
    maxMs = Math.max(maxMs, partition.maxQueryMs);
  }
  return minMs === Number.POSITIVE_INFINITY ? { minMs: null, maxMs: null } : { minMs, maxMs };
}

/** What any of the parts can see from queries in the range. */
export function scanRange(
  parts: readonly PartDraft[],
  minMs: number | null,
  maxMs: number | null,
): EventRange {
  let startMs: number | null = Number.POSITIVE_INFINITY;
  let endMs: number | null = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    const range = eventRange(part.part, part.query, minMs, maxMs);
    startMs = startMs === null || range.startMs === null ? null : Math.min(startMs, range.startMs);
    endMs = endMs === null || range.endMs === null ? null : Math.max(endMs, range.endMs);
  }
  // Where nothing is read at all: infinity is no number of a plan.
  if (startMs === Number.POSITIVE_INFINITY) return { startMs: 0, endMs: 0 };
  return { startMs, endMs };
}
