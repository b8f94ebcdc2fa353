import type { AggregationSpec, DataType, JoinSpec, PartSpec } from './types.js';
import { typeOf } from './values.js';

/** One feature column of a join, in the order of S8. */
export interface Feature {
  readonly name: string;
  readonly partIdx: number;
  readonly part: PartSpec;
  /** Absent for a column that an entity source passes through. */
  readonly aggregation?: AggregationSpec;
  /** The aggregation's input or the passed column; absent for COUNT of rows. */
  readonly input?: string;
  readonly inputType?: DataType;
  readonly window: string | null;
  readonly tail: 'sawtooth' | 'exact';
}

/** S6: lower case; every run of characters that are neither letters nor digits is one `_`. */
export function identifier(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{Nd}]+/gu, '_');
}

function operationName(aggregation: AggregationSpec): string {
  const { operation, k, percentiles } = aggregation;
  switch (operation) {
    case 'FIRST_K':
    case 'LAST_K':
    case 'TOP_K':
    case 'BOTTOM_K':
      return `${operation.slice(0, -'_K'.length)}${k}`;
    case 'TOP_K_FREQUENT':
      return `top${k}_frequent`;
    case 'APPROX_PERCENTILE':
      return (percentiles ?? []).map((p) => `p${p}`).join('_');
    default:
      return operation;
  }
}

/** S6: `{prefix}_{group_by}_{input}_{operation}_{window}_by_{bucket}`, without what is absent. */
export function aggregationName(
  part: PartSpec,
  aggregation: AggregationSpec,
  window: string | null,
): string {
  const what =
    aggregation.as ??
    [aggregation.input, operationName(aggregation)].filter((s) => s !== undefined).join('_');
  const pieces = [part.prefix, part.groupBy.name, what];
  if (window !== null) pieces.push(window);
  if (aggregation.by !== undefined) pieces.push(`by_${aggregation.by}`);
  return identifier(pieces.filter(Boolean).join('_'));
}

/** Every feature column: parts, then aggregations, then windows, as declared (S8). */
export function featuresOf(join: JoinSpec): Feature[] {
  const features: Feature[] = [];
  join.parts.forEach((part, partIdx) => {
    const { groupBy } = part;
    if (groupBy.aggregations.length === 0) {
      for (const { name, type } of groupBy.source.columns) {
        if (groupBy.keys.includes(name)) continue;
        const full = [part.prefix, groupBy.name, name].filter(Boolean).join('_');
        features.push({
          name: identifier(full),
          partIdx,
          part,
          input: name,
          inputType: type,
          window: null,
          tail: groupBy.tail,
        });
      }
    }
    for (const aggregation of groupBy.aggregations) {
      const { input } = aggregation;
      for (const window of aggregation.windows) {
        features.push({
          name: aggregationName(part, aggregation, window),
          partIdx,
          part,
          aggregation,
          input,
          inputType: input === undefined ? undefined : typeOf(groupBy.source, input),
          window,
          tail: aggregation.tail ?? groupBy.tail,
        });
      }
    }
  });
  return features;
}
