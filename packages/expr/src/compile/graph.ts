import type { ComparisonOperator } from '@tessera/api';
import { typedChildren } from '../typed-children.js';
import type { ExprType, TypedExpression, Value } from '../types.js';
import { literalValue, typeText } from '../values.js';

export type NodeOp =
  | 'constant'
  | 'column'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | ComparisonOperator
  | 'and'
  | 'or'
  | 'not'
  | 'in'
  | 'is_null'
  | 'like'
  | 'case'
  | 'coalesce'
  | 'cast'
  | 'call';

/**
 * One operation of a set of expressions. Equal operations on equal arguments are one node.
 *
 *   in     args: operand, values…
 *   case   args: if, then, if, then, …, else (NULL when absent)
 */
export interface Node {
  /** Arguments have lower ids. */
  readonly id: number;
  readonly op: NodeOp;
  readonly type: ExprType;
  readonly args: readonly Node[];
  /** Of a constant. */
  readonly value: Value;
  /** What it was made of: a column's declaration, a call's name and arguments, a pattern. */
  readonly source: TypedExpression;
}

export interface Graph {
  readonly nodes: readonly Node[];
  /** The node of each expression. */
  readonly roots: readonly Node[];
}

/** Children in the order of a node's arguments; what a CASE or IF gives otherwise is always there. */
function argumentsOf(expression: TypedExpression): readonly TypedExpression[] {
  const children = typedChildren(expression);
  return opOf(expression) === 'case' && children.length % 2 === 0
    ? [...children, nullOf(expression.type)]
    : children;
}

function nullOf(type: ExprType): TypedExpression {
  return { op: 'literal', literal: null, type };
}

/** What tells a node from others of its operation and arguments. */
function detailOf(expression: TypedExpression): unknown {
  switch (expression.op) {
    case 'literal':
      return Object.is(expression.literal, -0) ? 0 : expression.literal;
    case 'column':
      return expression.column;
    case 'like':
      return expression.pattern;
    case 'call':
      return expression.name;
    default:
      return null;
  }
}

/** `if` and `coalesce` compute only what they need, so they are nodes of their own. */
function opOf(expression: TypedExpression): NodeOp {
  if (expression.op === 'literal') return 'constant';
  if (expression.op === 'sql') throw new TypeError('verbatim SQL has no value in JavaScript');
  if (expression.op !== 'call') return expression.op;
  if (expression.name === 'coalesce') return 'coalesce';
  return expression.name === 'if' ? 'case' : 'call';
}

/** Longer AND, OR, CASE and COALESCE are nested, so that they can be cut to functions that V8 optimises. */
const MOST_BRANCHES = 64;

/**
 * The node of an operation of many arguments, as one of others of fewer. All of these may be taken together from any side:
 * three-valued AND and OR in groups, CASE and COALESCE from the end.
 */
function nested(
  op: NodeOp,
  args: readonly Node[],
  make: (args: readonly Node[]) => Node,
): readonly Node[] {
  let rest = args;
  if (op === 'and' || op === 'or') {
    while (rest.length > MOST_BRANCHES) {
      const groups: Node[] = [];
      for (let at = 0; at < rest.length; at += MOST_BRANCHES) {
        groups.push(make(rest.slice(at, at + MOST_BRANCHES)));
      }
      rest = groups;
    }
  } else if (op === 'case') {
    while (rest.length > 2 * MOST_BRANCHES + 1) {
      const from = rest.length - 2 * MOST_BRANCHES - 1;
      rest = [...rest.slice(0, from), make(rest.slice(from))];
    }
  } else if (op === 'coalesce') {
    while (rest.length > MOST_BRANCHES) {
      rest = [...rest.slice(0, 1 - MOST_BRANCHES), make(rest.slice(1 - MOST_BRANCHES))];
    }
  }
  return rest;
}

/** The expressions as one graph in which nothing stands twice. Deep trees cost no stack. */
export function graphOf(expressions: readonly TypedExpression[]): Graph {
  const nodes: Node[] = [];
  const byKey = new Map<string, Node>();
  const known = new Map<TypedExpression, Node>();

  const make = (expression: TypedExpression, args: readonly Node[]): Node => {
    const op = opOf(expression);
    const head = [op, typeText(expression.type), detailOf(expression)];
    const key = JSON.stringify([...head, ...args.map(({ id }) => id)]);
    const made = byKey.get(key);
    if (made !== undefined) return made;
    const value = expression.op === 'literal' ? literalValue(expression) : null;
    const node = { id: nodes.length, op, type: expression.type, args, value, source: expression };
    nodes.push(node);
    byKey.set(key, node);
    return node;
  };

  const visit = (root: TypedExpression): Node => {
    const open = [{ expression: root, children: argumentsOf(root), at: 0 }];
    for (;;) {
      const top = open[open.length - 1]!;
      const next = top.children[top.at++];
      if (next !== undefined) {
        if (!known.has(next)) open.push({ expression: next, children: argumentsOf(next), at: 0 });
        continue;
      }
      const { expression } = top;
      const args = top.children.map((child) => known.get(child)!);
      const part = (some: readonly Node[]) => make(expression, some);
      const node = part(nested(opOf(expression), args, part));
      known.set(top.expression, node);
      open.pop();
      if (open.length === 0) return node;
    }
  };

  const roots = expressions.map((expression) => known.get(expression) ?? visit(expression));
  return { nodes, roots };
}
