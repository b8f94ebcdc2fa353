import { evaluateRow } from '../evaluate/evaluate-row.js';
import { typedChildren, withChildren } from '../typed-children.js';
import type { TypedExpression } from '../types.js';
import { literalOf } from '../values.js';

/** Sub-trees of literals alone become their value, found by the interpreter; lists and maps have no literals and stay. */
export function foldConstants(node: TypedExpression): TypedExpression {
  const children = typedChildren(node);
  if (children.length === 0 && node.op !== 'call') return node;
  const folded = children.map(foldConstants);
  const same = folded.every((child, at) => child === children[at]);
  const result = same ? node : withChildren(node, folded);
  if (!folded.every((child) => child.op === 'literal')) return result;
  const value = evaluateRow(result, {});
  // JSON knows no infinity; no operation gives one.
  return typeof value === 'object' && value !== null ? result : literalOf(value, node.type);
}
