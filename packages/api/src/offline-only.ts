import type { Expression } from './expression/tree.js';
import { expressionColumns } from './expression/walk.js';
import type { GroupBySpec, JoinSpec, SourceSpec } from './spec.js';

/** True when a definition cannot be served online: SQL in an expression, or an exact tail (S2.3). */
export function isOfflineOnly(spec: Expression | SourceSpec | GroupBySpec | JoinSpec): boolean {
  if ('op' in spec) return expressionColumns(spec) === null;
  if (spec.kind === 'join') return spec.parts.some((part) => isOfflineOnly(part.groupBy));
  if (spec.kind !== 'groupBy') return spec.where !== undefined && isOfflineOnly(spec.where);
  return (
    isOfflineOnly(spec.source) ||
    spec.aggregations.some(
      (aggregation) =>
        (aggregation.tail ?? spec.tail) === 'exact' ||
        (aggregation.where !== undefined && isOfflineOnly(aggregation.where)),
    )
  );
}
