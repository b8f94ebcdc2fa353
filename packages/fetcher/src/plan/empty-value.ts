import type { Result } from '@tessera/algebra';
import { countsNothingAsZero, type GroupBySpec, type OutputColumn } from '@tessera/api';

/** What a feature is of a key without events (S5): 0 of counts, null of all else. */
export function emptyValue(
  { aggregations, empty }: GroupBySpec,
  { aggregationIdx }: OutputColumn,
): Result {
  const aggregation = aggregations[aggregationIdx];
  if (aggregation === undefined || aggregation.by !== undefined || empty === 'null') return null;
  return countsNothingAsZero(aggregation.operation) ? 0 : null;
}
