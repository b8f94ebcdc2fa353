import { formatAmount } from './numbers.js';

const DAY_MS = 86_400_000;
const MAX_RUNS = 6;

/**
 * Days in words, runs of neighbours as one range: `2024-12-02 … 2024-12-31 (30 days), 2025-02-01`.
 * Labels that are not days (`__none__`) stand for themselves.
 */
export function formatDays(days: readonly string[]): string {
  const sorted = [...new Set(days)].sort();
  const runs: { first: string; last: string; lastMs: number; count: number }[] = [];
  for (const day of sorted) {
    const dayMs = Date.parse(`${day}T00:00:00Z`);
    const run = runs.at(-1);
    if (run !== undefined && dayMs - run.lastMs === DAY_MS) {
      run.last = day;
      run.lastMs = dayMs;
      run.count += 1;
    } else {
      runs.push({ first: day, last: day, lastMs: dayMs, count: 1 });
    }
  }
  const shown = runs.slice(0, MAX_RUNS).map(({ first, last, count }) => {
    if (count === 1) return first;
    return `${first} … ${last} (${formatAmount(count, 'day')})`;
  });
  const rest = runs.slice(MAX_RUNS).reduce((sum, { count }) => sum + count, 0);
  return shown
    .concat(rest > 0 ? [`… and ${formatAmount(rest, 'more day', 'more days')}`] : [])
    .join(', ');
}
