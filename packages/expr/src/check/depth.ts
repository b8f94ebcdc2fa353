import type { Expression } from '@tessera/api';

/** Deeper trees are refused: DuckDB takes no expression deeper than 1,000 of its own levels, and stacks are finite. */
export const MAX_LEVELS = 300;

/** Measured without recursion. */
export function deeperThan(expression: Expression, most: number): boolean {
  let level: readonly Expression[] = [expression];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.op) {
    case 'literal':
    case 'column':
    case 'sql':
      return [];
    case 'negate':
    case 'not':
      return [node.arg];
    case 'and':
    case 'or':
    case 'call':
      return node.args;
    case 'in':
      return [node.operand, ...node.values];
    case 'is_null':
    case 'like':
    case 'cast':
      return [node.operand];
    case 'case':
      return [
        ...node.when.flatMap((branch) => [branch.if, branch.then]),
        ...(node.else === undefined ? [] : [node.else]),
      ];
    default:
      return [node.left, node.right];
  }
}
