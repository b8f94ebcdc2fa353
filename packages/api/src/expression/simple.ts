import type { Expression, LiteralExpression, LiteralValue } from './tree.js';

/** A column, or a value that is what it looks like: what a comparison was made of before there were expressions. */
export type SimpleOperand = { readonly column: string } | { readonly literal: LiteralValue };

/** The operand that an expression is; null when it is more. A number that says `double` is a number. */
export function simpleOperand(expression: Expression): SimpleOperand | null {
  if (expression.op === 'column') return { column: expression.column };
  return isSimpleLiteral(expression) ? { literal: expression.literal } : null;
}

function isSimpleLiteral(expression: Expression): expression is LiteralExpression {
  if (expression.op !== 'literal') return false;
  return expression.type === undefined || expression.type === 'double';
}

/** The values of a list of literals; null when one of them is more. */
export function simpleValues(values: readonly Expression[]): readonly LiteralValue[] | null {
  const simple: LiteralValue[] = [];
  for (const value of values) {
    if (!isSimpleLiteral(value)) return null;
    simple.push(value.literal);
  }
  return simple;
}
