import type { Expression } from './tree.js';

/** The same expression over columns of other names. */
export function renameColumns(
  expression: Expression,
  rename: (column: string) => string,
): Expression {
  const inside = (part: Expression): Expression => renameColumns(part, rename);
  switch (expression.op) {
    case 'column':
      return { op: 'column', column: rename(expression.column) };
    case 'literal':
    case 'sql':
      return expression;
    case 'and':
    case 'or':
      return { ...expression, args: expression.args.map(inside) };
    case 'call':
      return { ...expression, args: expression.args.map(inside) };
    case 'not':
    case 'negate':
      return { ...expression, arg: inside(expression.arg) };
    case 'in':
      return {
        ...expression,
        operand: inside(expression.operand),
        values: expression.values.map(inside),
      };
    case 'is_null':
    case 'like':
    case 'cast':
      return { ...expression, operand: inside(expression.operand) };
    case 'case': {
      const when = expression.when.map((branch) => ({
        if: inside(branch.if),
        then: inside(branch.then),
      }));
      return expression.else === undefined
        ? { op: 'case', when }
        : { op: 'case', when, else: inside(expression.else) };
    }
    default:
      return { ...expression, left: inside(expression.left), right: inside(expression.right) };
  }
}
