import { type DataType, type Expression, formatExpression, TesseraError } from '@tessera/api';
import type { TypedExpression } from '../types.js';
import { checkAssignable } from './assignable.js';
import { checkExpression } from './check-expression.js';

/**
 * An expression over these columns as a value of the type.
 *
 * Throws   INTERNAL for what `checkExpression` and `checkAssignable` refuse: it was to be checked before
 */
export function typedAs(
  expression: Expression,
  type: DataType,
  columns: readonly { readonly name: string; readonly type: DataType }[],
): TypedExpression {
  const { typed, problems } = checkExpression(expression, columns, undefined, type);
  const fitted = typed && checkAssignable(typed, type);
  if (fitted !== undefined && 'typed' in fitted) return fitted.typed;
  const reason = fitted?.reason ?? problems.map((problem) => problem.reason).join('; ');
  throw new TesseraError('INTERNAL', {
    reason: `expression ${formatExpression(expression)}: ${reason}`,
  });
}
