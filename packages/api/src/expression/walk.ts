import type { Expression } from './tree.js';

/** What an expression is made of, one level down, in the order written. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case 'literal':
    case 'column':
    case 'sql':
      return [];
    case 'and':
    case 'or':
    case 'call':
      return expression.args;
    case 'not':
    case 'negate':
      return [expression.arg];
    case 'in':
      return [expression.operand, ...expression.values];
    case 'is_null':
    case 'like':
    case 'cast':
      return [expression.operand];
    case 'case': {
      const branches = expression.when.flatMap((branch) => [branch.if, branch.then]);
      return expression.else === undefined ? branches : [...branches, expression.else];
    }
    default:
      return [expression.left, expression.right];
  }
}

/** Calls `visit` with an expression and all that is in it, from the outside in, in the order written. */
export function walkExpression(expression: Expression, visit: (part: Expression) => void): void {
  visit(expression);
  for (const part of partsOf(expression)) walkExpression(part, visit);
}

/** Columns that an expression names, each once; null when it holds SQL, which may name any. */
export function expressionColumns(expression: Expression): readonly string[] | null {
  const names = new Set<string>();
  let opaque = false;
  walkExpression(expression, (part) => {
    if (part.op === 'sql') opaque = true;
    else if (part.op === 'column') names.add(part.column);
  });
  return opaque ? null : [...names];
}
