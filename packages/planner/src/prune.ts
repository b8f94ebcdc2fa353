import { DAY_MS, dayOf, formatDay, type PartSpec, parseWindow, windowStartMs } from '@tessera/api';
import type { SourceFacts } from './facts.js';
import type { QueryPlan } from './plan.js';

/** Query time after lag, snapshot and inclusive (S2.6, S2.1); null stays null. */
export function effectiveQueryMs(queryMs: number, query: Omit<QueryPlan, 'name'>): number {
  const lagged = queryMs - query.lagMs;
  const at = query.snapshot ? dayOf(lagged) * DAY_MS : lagged;
  return query.inclusive ? at + 1 : at;
}

/** What a part can see from query times in [minQueryMs, maxQueryMs]: half-open event range, null = unlimited. */
export interface EventRange {
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/**
 * Events that some window of the part can count for some query in the range. Window starts never decrease with the query,
 * so the two ends of the range decide.
 */
export function eventRange(
  part: PartSpec,
  query: Omit<QueryPlan, 'name'>,
  minQueryMs: number | null,
  maxQueryMs: number | null,
): EventRange {
  if (minQueryMs === null || maxQueryMs === null) return { startMs: null, endMs: null };
  const first = effectiveQueryMs(minQueryMs, query);
  let startMs: number | null = Number.POSITIVE_INFINITY;
  for (const aggregation of part.groupBy.aggregations) {
    const tail = aggregation.tail ?? part.groupBy.tail;
    for (const window of aggregation.windows) {
      if (window === null || startMs === null) startMs = null;
      else startMs = Math.min(startMs, windowStartMs(first, parseWindow(window), tail));
    }
  }
  if (startMs === Number.POSITIVE_INFINITY) startMs = null;
  return { startMs, endMs: effectiveQueryMs(maxQueryMs, query) };
}

/** Files that may hold a row of the range; a file without statistics always may. */
export function filesInRange(facts: SourceFacts, range: EventRange): number[] {
  const picked: number[] = [];
  for (const [idx, file] of facts.files.entries()) {
    const afterStart =
      range.startMs === null || file.maxTimeMs === null || file.maxTimeMs >= range.startMs;
    const beforeEnd =
      range.endMs === null || file.minTimeMs === null || file.minTimeMs < range.endMs;
    if (afterStart && beforeEnd && file.rows > 0) picked.push(idx);
  }
  return picked;
}

/**
 * The same for a source with `eventId`: repeats of an event are looked for in whole partitions (S1.5), so all of a
 * partition's files are read where one is. Without ds folders a partition is a UTC day.
 */
export function filesOfRepeats(facts: SourceFacts, range: EventRange): number[] {
  const { startMs, endMs } = range;
  const days: EventRange = {
    startMs: startMs === null ? null : dayOf(startMs) * DAY_MS,
    endMs: endMs === null ? null : Math.ceil(endMs / DAY_MS) * DAY_MS,
  };
  const picked = filesInRange(facts, facts.hive ? range : days);
  if (!facts.hive) return picked;
  const labels = new Set(picked.map((idx) => facts.files[idx]?.ds));
  return facts.files.flatMap((file, idx) => (file.rows > 0 && labels.has(file.ds) ? [idx] : []));
}

/** Entity partitions read by queries in the range: `day(q - lag) - 1` (S3.2), as labels, both inclusive. */
export function snapshotDays(
  lagMs: number,
  minQueryMs: number,
  maxQueryMs: number,
): { first: string; last: string } {
  return {
    first: formatDay(dayOf(minQueryMs - lagMs) - 1),
    last: formatDay(dayOf(maxQueryMs - lagMs) - 1),
  };
}
