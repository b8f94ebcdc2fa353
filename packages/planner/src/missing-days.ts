import { dayOf, formatDay, parseDay } from '@tessera/api';
import type { SourceFacts } from './facts.js';
import type { EventRange } from './prune.js';

/** Days between two labels, both inclusive. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  const [from, to] = [parseDay(first), parseDay(last)];
  if (from === null || to === null) return days;
  for (let day = from; day <= to; day++) days.push(formatDay(day));
  return days;
}

/** Days inside any of the windows of a source's scans without a partition (S1.2), from its first partition on; ascending. */
export function missingDays(facts: SourceFacts, ranges: readonly EventRange[]): string[] {
  if (!facts.hive) return [];
  const have = new Set<number>();
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let label: string | null = null;
  for (const { ds } of facts.files) {
    if (ds === null || ds === label) continue;
    label = ds;
    const day = parseDay(ds);
    if (day === null) continue;
    have.add(day);
    earliest = Math.min(earliest, day);
    latest = Math.max(latest, day);
  }
  if (have.size === 0) return [];
  const missing = new Set<number>();
  for (const [first, last] of distinctDays(ranges, earliest, latest))
    for (let day = first; day <= last; day++) if (!have.has(day)) missing.add(day);
  return [...missing].sort((a, b) => a - b).map(formatDay);
}

/** First and last day of each range, both inclusive; scans of one source mostly have the same. */
function distinctDays(
  ranges: readonly EventRange[],
  earliest: number,
  latest: number,
): (readonly [number, number])[] {
  const days = ranges.map(({ startMs, endMs }) => {
    const first = startMs === null ? earliest : dayOf(startMs);
    const last = endMs === null ? latest : dayOf(endMs - 1);
    return [`${first} ${last}`, [first, last]] as const;
  });
  return [...new Map(days).values()];
}
