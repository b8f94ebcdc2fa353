import type { AggregationSpec } from './spec.js';

/**
 * S6 on a whole name: lower case, and every run of what is neither a Unicode letter nor a digit is one `_`. Runs at either
 * end are kept as `_`.
 */
export function sanitizeName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{Nd}]+/gu, '_');
}

/** What labels are called in column names (S2.7), where features have their groupBy. */
export const LABEL = 'label';

/** The operation's word in a column name: `sum`, `last10`, `top3_frequent`, `p50_p99`. */
export function operationLabel(
  aggregation: Pick<AggregationSpec, 'operation' | 'k' | 'percentiles'>,
): string {
  const { operation, k, percentiles } = aggregation;
  switch (operation) {
    case 'FIRST_K':
      return `first${k}`;
    case 'LAST_K':
      return `last${k}`;
    case 'TOP_K':
      return `top${k}`;
    case 'BOTTOM_K':
      return `bottom${k}`;
    case 'TOP_K_FREQUENT':
      return `top${k}_frequent`;
    case 'APPROX_PERCENTILE':
      return (percentiles ?? []).map((percentile) => `p${percentile}`).join('_');
    default:
      return operation.toLowerCase();
  }
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return sanitizeName(parts.filter((part) => part !== null && part !== undefined).join('_'));
}

/** `{prefix}_{group_by}_{input}_{operation}[_{window}][_by_{bucket}]` (S6). */
export function featureName(parts: {
  readonly prefix?: string | undefined;
  readonly groupBy: string;
  readonly aggregation: AggregationSpec;
  readonly window: string | null;
}): string {
  const { prefix, groupBy, aggregation, window } = parts;
  const what = aggregation.as ?? joinInput(aggregation);
  const bucket = aggregation.by === undefined ? null : `by_${aggregation.by}`;
  return joined([prefix, groupBy, what, window, bucket]);
}

function joinInput(aggregation: AggregationSpec): string {
  const label = operationLabel(aggregation);
  return aggregation.input === undefined ? label : `${aggregation.input}_${label}`;
}

/** `{prefix}_{group_by or source}_{column}`: a passed-through entity column (S6). */
export function passedThroughName(parts: {
  readonly prefix?: string | undefined;
  readonly groupBy: string;
  readonly column: string;
}): string {
  return joined([parts.prefix, parts.groupBy, parts.column]);
}
