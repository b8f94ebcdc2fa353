import type { DataType } from '@tessera/api';
import { checkAssignable } from '../check/assignable.js';
import { foldConstants } from '../check/fold.js';
import type { TypedExpression } from '../types.js';
import type { ExpressionBatch, ExpressionColumn, ExpressionOutput } from './batch.js';

/**
 * The expression under the conversion to its declared type, constants folded.
 *
 * Throws   TypeError when the type does not take it: whoever compiles has checked before.
 */
export function prepared({ name, expression, type }: ExpressionOutput): TypedExpression {
  const assigned = checkAssignable(expression, type);
  if ('reason' in assigned) throw new TypeError(`${name}: ${assigned.reason}`);
  return foldConstants(assigned.typed);
}

/** Throws TypeError when the batch lacks the column. */
export function columnOf(batch: ExpressionBatch, name: string): ExpressionColumn {
  const column = batch.columns.get(name);
  if (column === undefined) throw new TypeError(`the batch has no column ${name}`);
  return column;
}

/** Whether a column of the type holds nothing that is read as something else: a double may be -0. */
export function isReadAsItIs(type: DataType): boolean {
  switch (type.kind) {
    case 'list':
      return isReadAsItIs(type.element);
    case 'map':
      return isReadAsItIs(type.key) && isReadAsItIs(type.value);
    default:
      return !['float', 'double', 'decimal'].includes(type.kind);
  }
}
