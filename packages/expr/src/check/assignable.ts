import type { DataType } from '@tessera/api';
import { canonicalType, type TypedExpression } from '../types.js';
import { sameExprType, typeText } from '../values.js';
import { converted } from './convert.js';

/** What stands between an expression and the type it is declared with. */
export interface AssignProblem {
  readonly reason: string;
  readonly advice: string;
}

/**
 * The expression as a column of the declared type: unchanged, under a conversion (int64 → double, NULL → any), or the
 * reason why not.
 */
export function checkAssignable(
  typed: TypedExpression,
  declared: DataType,
): { readonly typed: TypedExpression } | AssignProblem {
  const wanted = canonicalType(declared);
  const { type } = typed;
  const fits =
    type.kind === 'null' ||
    sameExprType(type, wanted) ||
    (type.kind === 'int64' && wanted.kind === 'double');
  if (fits) return { typed: converted(typed, wanted) };
  return {
    reason: `a value of type ${typeText(type)} is no ${typeText(declared)}`,
    advice: `Declare it: { expression: '…', type: '${typeText(type)}' }.`,
  };
}
