import {
  type AggregationSpec,
  describeAggregation,
  type GroupBySpec,
  parseWindow,
} from '@tessera/api';

/** The windows of an aggregation that have a length, in ms. */
export function windowsMs({ windows }: Pick<AggregationSpec, 'windows'>): readonly number[] {
  return windows.flatMap((window) => (window === null ? [] : [parseWindow(window)]));
}

/** How far back a groupBy looks, in ms; null = to the beginning, 0 = it has no windows and no time. */
export function longestWindowMs({ aggregations, source }: GroupBySpec): number | null {
  if (source.time === undefined) return 0;
  if (aggregations.some(({ windows }) => windows.includes(null))) return null;
  return Math.max(0, ...aggregations.flatMap(windowsMs));
}

/** `sum('amount')`, as definitions have it. */
export function aggregationName(
  aggregation: AggregationSpec,
  { source }: Pick<GroupBySpec, 'source'>,
): string {
  return describeAggregation(aggregation, source.columns);
}

const DAY = 24 * 60 * 60 * 1000;

/** `7 days`, `1 day`; for messages. */
export function inDays(ms: number): string {
  const days = Math.ceil(ms / DAY);
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}
