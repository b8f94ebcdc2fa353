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

/** Days inside the scan's window without a partition (S1.2), from the source's first partition on. */
export function missingDays(facts: SourceFacts, range: EventRange): string[] {
  if (!facts.hive) return [];
  const have = new Set(facts.files.flatMap((file) => (file.ds === null ? [] : [file.ds])));
  const labels = [...have].filter((ds) => /^\d{4}-\d\d-\d\d$/.test(ds)).sort();
  const [firstLabel] = labels;
  const lastLabel = labels.at(-1);
  if (firstLabel === undefined || lastLabel === undefined) return [];
  const first = range.startMs === null ? firstLabel : formatDay(dayOf(range.startMs));
  const last = range.endMs === null ? lastLabel : formatDay(dayOf(range.endMs - 1));
  return daysBetween(first, last).filter((day) => !have.has(day));
}
