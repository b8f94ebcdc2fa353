import { expr, formatExpression, formatType, groupBy, type JoinSpec } from '@tessera/api';
import type { CaseWithInputs } from '../oracle/random-inputs.js';

const untyped = (value: unknown): never => value as never;

/** The join as its user would write it: expressions as text, read and checked by the compiler. */
export function definedJoin({ join, inputs }: Pick<CaseWithInputs, 'join' | 'inputs'>): JoinSpec {
  const parts = join.parts.map((part, partIdx) => {
    const { kind: _, aggregations, ...rest } = part.groupBy;
    const drafts = aggregations.map((aggregation, aggregationIdx) => {
      const own = inputs.filter(
        (one) => one.partIdx === partIdx && one.aggregationIdx === aggregationIdx,
      );
      const written = own.map(({ option, expression, type }) => [
        option,
        expr(formatExpression(expression), untyped(formatType(type))),
      ]);
      return { ...aggregation, ...Object.fromEntries(written) };
    });
    return { ...part, groupBy: groupBy(untyped({ ...rest, aggregations: drafts })) };
  });
  return { ...join, parts };
}
