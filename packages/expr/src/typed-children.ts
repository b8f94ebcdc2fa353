import type { TypedExpression } from './types.js';

export function typedChildren(node: TypedExpression): readonly TypedExpression[] {
  switch (node.op) {
    case 'literal':
    case 'column':
    case 'sql':
      return [];
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

/** The node over other children, given in the order of `typedChildren`. */
export function withChildren(
  node: TypedExpression,
  children: readonly TypedExpression[],
): TypedExpression {
  switch (node.op) {
    case 'literal':
    case 'column':
    case 'sql':
      return node;
    case 'not':
      return { ...node, arg: children[0]! };
    case 'and':
    case 'or':
    case 'call':
      return { ...node, args: children };
    case 'in':
      return { ...node, operand: children[0]!, values: children.slice(1) };
    case 'is_null':
    case 'like':
    case 'cast':
      return { ...node, operand: children[0]! };
    case 'case': {
      const when = node.when.map((_, at) => ({
        if: children[at * 2]!,
        then: children[at * 2 + 1]!,
      }));
      return {
        ...node,
        when,
        ...(node.else !== undefined && { else: children[when.length * 2]! }),
      };
    }
    default:
      return { ...node, left: children[0]!, right: children[1]! };
  }
}
