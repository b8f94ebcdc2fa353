import { DAY_MS, dayOf, HOUR_MS, hopMs, MIN_SAWTOOTH_MS, windowStartMs } from '@tessera/api';
import type { LeftPartitionFacts } from './facts.js';
import type { FeaturePlan, QueryPlan, TileLevel } from './plan.js';
import { effectiveQueryMs } from './prune.js';
import { asks } from './query-range.js';

/** Days per tile of the levels that are longer than a day. */
export const BLOCK_DAYS = { '8d': 8, '64d': 64 } as const;
export type BlockLevel = keyof typeof BLOCK_DAYS;

/**
 * Where windows begin and end, for all left rows of a run: it tells how coarse a tile may be so that no window holds a part
 * of it. A window is then still one range of rows in time order, a tile standing at its start.
 */
export interface Timeline {
  /** The coarsest level up to a day whose tiles no bound cuts, for rows of these times; null = only the rows themselves. */
  readonly levelOf: (minMs: number, maxMs: number) => Exclude<TileLevel, BlockLevel> | null;
  /** Whether no bound cuts the tiles of that level that rows of these times fall in. */
  readonly fits: (level: BlockLevel, minMs: number, maxMs: number) => boolean;
}

/** What may be cut inside a day, finest first. */
const INSIDE = [null, '5m', '1h', '1d'] as const;
const NOTHING_INSIDE = 3;

/** A bound that may be anywhere is given in steps of 1 ms. */
const ANYWHERE = 1;

/** Bounds per UTC day: how fine those inside it are, and whether one may be its midnight. */
interface Marks {
  readonly inside: Map<number, number>;
  readonly midnights: Set<number>;
}

/** How fine tiles must be for a bound that is known exactly. */
function finenessOf(ms: number): number {
  if (ms % HOUR_MS === 0) return 2;
  return ms % MIN_SAWTOOTH_MS === 0 ? 1 : 0;
}

function finenessOfStep(stepMs: number): number {
  if (stepMs >= HOUR_MS) return 2;
  return stepMs >= MIN_SAWTOOTH_MS ? 1 : 0;
}

/** Bounds at `loMs`, then every `stepMs` until `hiMs`; both are on the grid of steps. */
function mark({ inside, midnights }: Marks, loMs: number, hiMs: number, stepMs: number): void {
  const fineness = loMs === hiMs ? finenessOf(loMs) : finenessOfStep(stepMs);
  for (let day = dayOf(loMs); day <= dayOf(hiMs); day++) {
    const startMs = day * DAY_MS;
    if (loMs <= startMs && startMs <= hiMs) midnights.add(day);
    const firstInside = loMs > startMs ? loMs : startMs + stepMs;
    if (firstInside > Math.min(hiMs, startMs + DAY_MS - 1)) continue;
    inside.set(day, Math.min(inside.get(day) ?? NOTHING_INSIDE, fineness));
  }
}

interface WindowRule {
  readonly windowMs: number | null;
  readonly tail: 'sawtooth' | 'exact';
}

/** Bounds of a query's windows for query times in [firstMs, lastMs]. Starts never decrease with the query. */
function markWindows(
  marks: Marks,
  windows: readonly WindowRule[],
  firstMs: number,
  lastMs: number,
): void {
  mark(marks, firstMs, lastMs, ANYWHERE);
  for (const { windowMs, tail } of windows) {
    if (windowMs === null) continue;
    const step = tail === 'exact' ? ANYWHERE : hopMs(windowMs);
    const start = (queryMs: number) => windowStartMs(queryMs, windowMs, tail);
    mark(marks, start(firstMs), start(lastMs), step);
  }
}

/**
 * @param features those of one scan
 * @param left partitions to build
 *
 * Returns  null when query times are not known: then any row may be cut
 * Cost     O(partitions × windows × days that a partition's bounds of one kind span)
 */
export function timelineOf(
  queries: readonly QueryPlan[],
  features: readonly Pick<FeaturePlan, 'query' | 'windowMs' | 'tail'>[],
  left: readonly LeftPartitionFacts[],
): Timeline | null {
  const marks: Marks = { inside: new Map(), midnights: new Set() };
  const rules = queries.map((query) => {
    const windows = new Map<string, WindowRule>();
    for (const { query: name, windowMs, tail } of features)
      if (name === query.name) windows.set(`${windowMs} ${tail}`, { windowMs, tail });
    return { query, windows: [...windows.values()] };
  });
  for (const { minQueryMs, maxQueryMs, ...partition } of left) {
    if (!asks({ minQueryMs, maxQueryMs, ...partition })) continue;
    if (minQueryMs === null || maxQueryMs === null) return null;
    for (const { query, windows } of rules) {
      const first = effectiveQueryMs(minQueryMs, query);
      const beyond = effectiveQueryMs(maxQueryMs, query);
      const last = Math.min(beyond, query.untilMs ?? beyond);
      if (first > last) continue;
      if (!query.snapshot) markWindows(marks, windows, first, last);
      else for (let at = first; at <= last; at += DAY_MS) markWindows(marks, windows, at, at);
    }
  }
  return readMarks(marks);
}

function readMarks({ inside, midnights }: Marks): Timeline {
  let firstDay = Number.POSITIVE_INFINITY;
  let lastDay = Number.NEGATIVE_INFINITY;
  for (const days of [inside.keys(), midnights])
    for (const day of days) {
      firstDay = Math.min(firstDay, day);
      lastDay = Math.max(lastDay, day);
    }
  const days = firstDay > lastDay ? 0 : lastDay - firstDay + 1;
  // Per fineness: how many days up to each have bounds that fine, or finer.
  const before = INSIDE.slice(0, NOTHING_INSIDE).map((_, fineness) => {
    const counts = new Int32Array(days + 1);
    for (let i = 0; i < days; i++) {
      const own = (inside.get(firstDay + i) ?? NOTHING_INSIDE) <= fineness ? 1 : 0;
      counts[i + 1] = counts[i]! + own;
    }
    return counts;
  });
  const at = (day: number) => Math.min(days, Math.max(0, day - firstDay));
  const has = (fineness: number, from: number, end: number) =>
    before[fineness]![at(end)]! > before[fineness]![at(from)]!;
  return {
    levelOf(minMs, maxMs) {
      const from = dayOf(minMs);
      const end = dayOf(maxMs) + 1;
      for (let fineness = 0; fineness < NOTHING_INSIDE; fineness++)
        if (has(fineness, from, end)) return INSIDE[fineness]!;
      return '1d';
    },
    fits(level, minMs, maxMs) {
      const length = BLOCK_DAYS[level];
      const from = Math.floor(dayOf(minMs) / length) * length;
      const end = (Math.floor(dayOf(maxMs) / length) + 1) * length;
      if (has(NOTHING_INSIDE - 1, from, end)) return false;
      for (let day = Math.max(from, firstDay); day < Math.min(end, lastDay + 1); day++)
        if (day % length !== 0 && midnights.has(day)) return false;
      return true;
    },
  };
}
