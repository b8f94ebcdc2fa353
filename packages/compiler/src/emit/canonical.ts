import {
  type AggregationSpec,
  columnText,
  type DerivationSpec,
  formatType,
  type GroupBySpec,
  type JoinSpec,
  type PartSpec,
  type SourceSpec,
} from '@tessera/api';
import { expressionText } from './expression-text.js';

/** Definitions as a review reads them: every default written out, types and expressions as text, other objects by name. */

const typeText = ({ type, nullable }: SourceSpec['columns'][number]): string =>
  `${formatType(type)}${nullable ? '' : '!'}`;

const expressions = (derive: readonly DerivationSpec[]) =>
  Object.fromEntries(
    derive.map(({ name, expression, type }) => [
      name,
      { expression: expressionText(expression), type: formatType(type) },
    ]),
  );

export function canonicalSource(source: SourceSpec): unknown {
  const { columns, where, kind, name, path, format, ...rest } = source;
  const stored = columns.filter(({ expression }) => expression === undefined);
  const selected = columns.flatMap(({ name: column, type, expression }) =>
    expression === undefined ? [] : [{ name: column, type, expression }],
  );
  return {
    ...{ kind, name, path, format },
    columns: Object.fromEntries(stored.map((column) => [column.name, typeText(column)])),
    ...(selected.length > 0 && { select: expressions(selected) }),
    ...(where !== undefined && { where: expressionText(where) }),
    ...rest,
  };
}

/** An expression that is taken in stands where a column would. */
const aggregated = (
  { where, input, weight, operation, ...rest }: AggregationSpec,
  { columns }: SourceSpec,
) => ({
  operation,
  ...(input !== undefined && { input: columnText(columns, input) }),
  ...(weight !== undefined && { weight: columnText(columns, weight) }),
  ...rest,
  ...(where !== undefined && { where: expressionText(where) }),
});

export function canonicalGroupBy(groupBy: GroupBySpec): unknown {
  const { kind, name, source, keys, aggregations, derive, ...rest } = groupBy;
  return {
    ...{ kind, name, source: source.name, keys },
    aggregations: aggregations.map((one) => aggregated(one, source)),
    ...(derive !== undefined && { derive: expressions(derive) }),
    ...rest,
  };
}

const asked = ({ groupBy, keys, ...rest }: PartSpec) => ({
  groupBy: groupBy.name,
  keys: Object.fromEntries(keys.map(({ left, right }) => [left, right])),
  ...rest,
});

export function canonicalJoin(join: JoinSpec): unknown {
  const { kind, name, left, parts, derive, request, labels, ...rest } = join;
  return {
    ...{ kind, name, left: left.name },
    parts: parts.map(asked),
    ...(derive !== undefined && { derive: expressions(derive) }),
    ...(request !== undefined && {
      request: Object.fromEntries(request.map((column) => [column.name, typeText(column)])),
    }),
    ...(labels !== undefined && {
      labels: labels.map(({ groupBy, keys, ahead, missing: _, at: __, lagMs: ___ }) => ({
        source: groupBy.source.name,
        keys: Object.fromEntries(keys.map(({ left: from, right }) => [from, right])),
        ...ahead,
        empty: groupBy.empty,
        ...aggregated(groupBy.aggregations[0]!, groupBy.source),
      })),
    }),
    ...rest,
  };
}
