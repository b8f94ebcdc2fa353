import { columnText, formatExpression, type OutputColumn, type PartSpec } from '@tessera/api';
import type { ColumnOrigin } from './explanation.js';
import { instantText } from './instant.js';

/**
 * Where a column of a part comes from.
 *
 * @param endMs the end of a label's data
 */
export function originOf(
  part: PartSpec,
  column: OutputColumn,
  partName: string,
  endMs: number | null,
): ColumnOrigin {
  const { groupBy, ahead } = part;
  const { source } = groupBy;
  const aggregation = groupBy.aggregations[column.aggregationIdx];
  const textOf = (name: string | undefined) =>
    name === undefined ? null : columnText(source.columns, name);
  return {
    part: partName,
    prefix: part.prefix ?? null,
    groupBy: groupBy.name,
    source: source.name,
    sourceKind: source.kind,
    operation: aggregation?.operation ?? null,
    input: textOf(column.input),
    where: aggregation?.where ? formatExpression(aggregation.where) : null,
    sourceWhere: source.where ? formatExpression(source.where) : null,
    by: aggregation?.by ?? null,
    weight: textOf(aggregation?.weight),
    k: aggregation?.k ?? null,
    percentiles: aggregation?.percentiles ?? null,
    maxDistinct: aggregation?.maxDistinct ?? null,
    window: column.window,
    tail: column.window === null ? null : (aggregation?.tail ?? groupBy.tail),
    accuracy: groupBy.accuracy,
    lagMs: ahead === undefined ? part.lagMs : 0,
    ...(ahead && {
      ahead: {
        windowMs: ahead.windowMs,
        dataEnd: endMs === null ? null : instantText(endMs),
      },
    }),
    at: part.at,
    missing: part.missing,
    empty: groupBy.empty,
    tieBreaker: source.tieBreaker ?? null,
    eventId: source.eventId ?? null,
  };
}
