import type { TypedExpression } from './types.js';

function isArithmetic(node: TypedExpression): boolean {
  return '+-*/%'.includes(node.op);
}

/**
 * Whether a step of arithmetic on doubles may be handed on unfinished: what is not finite stays so through + - * and in a
 * numerator, not in a divisor: x / Infinity is 0.
 */
export function takesRaw(node: TypedExpression, child: TypedExpression, at: number): boolean {
  if (!isArithmetic(node) || !isArithmetic(child) || node.type.kind !== 'double') return false;
  return (node.op !== '/' && node.op !== '%') || at === 0;
}
