import type { ExprType, TypedExpression } from '../types.js';
import { literalOf, literalValue, sameExprType } from '../values.js';

/** An expression as another type it fits: a literal in that type's form, else under a cast. */
export function converted(node: TypedExpression, type: ExprType): TypedExpression {
  if (sameExprType(node.type, type)) return node;
  if (node.op === 'literal') {
    const value = literalValue(node);
    if (value === null) return literalOf(null, type);
    if (typeof value === 'bigint' && type.kind === 'double') return literalOf(Number(value), type);
  }
  return { op: 'cast', operand: node, type };
}
