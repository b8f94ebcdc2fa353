import type { Expression } from '../expression/tree.js';
import type { TypeText } from '../types/type-text.js';

/**
 * Text as an expression where a name could stand too: `sum(expr('amount * rate'), { as: 'spent' })`. A double unless its type
 * is said: `uniqueCount(expr('lower(email)', 'string'), { as: 'emails' })`. Checked where it is used.
 */
export function expr(expression: string | Expression): {
  readonly expression: string | Expression;
};
export function expr<const T extends TypeText>(
  expression: string | Expression,
  type: T,
): { readonly expression: string | Expression; readonly type: T };
export function expr(expression: string | Expression, type?: TypeText) {
  return type === undefined ? { expression } : { expression, type };
}
