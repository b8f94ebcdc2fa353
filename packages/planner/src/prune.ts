import {
  DAY_MS,
  dayOf,
  type GroupBySpec,
  type PartSpec,
  parseWindow,
  windowStartMs,
} from '@tessera/api';
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
 * The windows that reach back furthest, in ms: of each tail the longest, since no window of a tail starts before a longer
 * one (S2.2, S2.3). 0 = there is none.
 */
export interface Reach {
  readonly isUnbounded: boolean;
  readonly sawtoothMs: number;
  readonly exactMs: number;
}

export function reachOf(groupBys: readonly GroupBySpec[]): Reach {
  const reach = { isUnbounded: false, sawtoothMs: 0, exactMs: 0 };
  for (const { aggregations, tail } of groupBys) {
    for (const aggregation of aggregations) {
      const longest = (aggregation.tail ?? tail) === 'exact' ? 'exactMs' : 'sawtoothMs';
      for (const window of aggregation.windows) {
        if (window === null) reach.isUnbounded = true;
        else reach[longest] = Math.max(reach[longest], parseWindow(window));
      }
    }
  }
  return reach;
}

/**
 * Events that some window of the reach can count for some query in the range. Window starts never decrease with the query,
 * so the two ends of the range decide.
 */
export function reachRange(
  { isUnbounded, sawtoothMs, exactMs }: Reach,
  query: Omit<QueryPlan, 'name'>,
  minQueryMs: number | null,
  maxQueryMs: number | null,
): EventRange {
  if (minQueryMs === null || maxQueryMs === null) return { startMs: null, endMs: null };
  const first = effectiveQueryMs(minQueryMs, query);
  const last = effectiveQueryMs(maxQueryMs, query);
  if (query.untilMs !== undefined && first > query.untilMs) return NOTHING;
  const endMs = Math.min(last, query.untilMs ?? last);
  if (isUnbounded || (sawtoothMs === 0 && exactMs === 0)) return { startMs: null, endMs };
  const startMs = Math.min(
    sawtoothMs === 0 ? Number.POSITIVE_INFINITY : windowStartMs(first, sawtoothMs, 'sawtooth'),
    exactMs === 0 ? Number.POSITIVE_INFINITY : windowStartMs(first, exactMs, 'exact'),
  );
  return { startMs, endMs };
}

/** No query of the range is answered. */
const NOTHING: EventRange = { startMs: Number.POSITIVE_INFINITY, endMs: Number.NEGATIVE_INFINITY };

/** The same for all windows of one part. */
export function eventRange(
  part: PartSpec,
  query: Omit<QueryPlan, 'name'>,
  minQueryMs: number | null,
  maxQueryMs: number | null,
): EventRange {
  return reachRange(reachOf([part.groupBy]), query, minQueryMs, maxQueryMs);
}
