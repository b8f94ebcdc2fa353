import { type Expression, formatExpression } from '@tessera/api';

const texts = new WeakMap<Expression, string>();

/** An expression as a user would write it; made once, however many columns and windows have it. */
export function expressionText(expression: Expression): string {
  const text = texts.get(expression) ?? formatExpression(expression);
  texts.set(expression, text);
  return text;
}
