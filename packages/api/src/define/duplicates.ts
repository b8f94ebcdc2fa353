import { formatExpression } from '../expression/format.js';
import { DS } from '../output-columns.js';
import type { GroupBySpec, OutputColumn } from '../spec.js';
import { describeAggregation } from './read-aggregation.js';
import type { Report } from './report.js';

/** Every dataset has it, so no column may be called that (S8). */
export const PARTITION_LABEL = { name: DS, origin: () => 'the partition label `ds`' } as const;

/** A column with what made it, in words: only asked for where two have one name. */
export interface Named {
  readonly name: string;
  readonly origin: () => string;
}

/** `user_spend › sum('amount') over 7d`: what made a column. */
export function originOf(groupBy: GroupBySpec, column: OutputColumn): string {
  const aggregation = groupBy.aggregations[column.aggregationIdx];
  if (aggregation === undefined) return `${groupBy.name} › ${column.input}`;
  const over = column.window === null ? '' : ` over ${column.window}`;
  const by = aggregation.by === undefined ? '' : ` by ${aggregation.by}`;
  const as = aggregation.as === undefined ? '' : ` as ${aggregation.as}`;
  const where =
    aggregation.where === undefined ? '' : ` where ${formatExpression(aggregation.where)}`;
  const what = describeAggregation(aggregation, groupBy.source.columns);
  return `${groupBy.name} › ${what}${over}${by}${where}${as}`;
}

/**
 * Adds DUPLICATE_COLUMN_NAME for every name that comes twice (S6), with both origins. Case is ignored, as DuckDB and Spark do.
 */
export function checkDuplicates(named: readonly Named[], report: Report, hint?: string): void {
  const origins = new Map<string, Named['origin']>();
  for (const { name, origin } of named) {
    const lower = name.toLowerCase();
    const first = origins.get(lower);
    if (first === undefined) origins.set(lower, origin);
    else report.add('DUPLICATE_COLUMN_NAME', { name, first: first(), second: origin() }, hint);
  }
}
