import { combineProblems, TesseraError } from '../errors.js';
import type { ColumnSpec } from '../spec.js';
import { checkColumns, type Positions } from './check-columns.js';
import { checkCondition } from './check-condition.js';
import { formatExpression } from './format.js';
import { parseExpressionText } from './parse.js';
import { type ExpressionProblem, isProblem } from './problem.js';
import { readExpressionTree } from './read-tree.js';
import type { Expression } from './tree.js';

/** An expression as users give it, after reading. */
export interface ReadExpression {
  /** Canonical; absent when it could not be read at all. */
  readonly expression?: Expression;
  /** Where each node of the tree begins in `text`; empty when it was given as data. */
  readonly positions: Positions;
  /** What problems point into: the text as written, or that of the data. */
  readonly text: string;
  readonly problems: readonly ExpressionProblem[];
}

/**
 * An expression as users give it, text or data, read and its columns looked up (not where there are none given). Functions
 * and types are not looked at.
 */
export function readExpression(
  value: unknown,
  columns: readonly { readonly name: string }[] | null,
): ReadExpression {
  const none: Positions = new Map();
  if (typeof value === 'string') {
    const parsed = parseExpressionText(value);
    if (isProblem(parsed)) return { positions: none, text: value, problems: [parsed] };
    const { expression, positions } = parsed;
    const problems = columns === null ? [] : checkColumns(expression, columns, positions);
    return { expression, positions, text: value, problems };
  }
  const tree = readExpressionTree(value);
  if (isProblem(tree)) return { positions: none, text: '(given as data)', problems: [tree] };
  const problems = columns === null ? [] : checkColumns(tree, columns);
  return { expression: tree, positions: none, text: formatExpression(tree), problems };
}

/** The same for a `where`, whose types are looked at too where it only compares columns and values. */
export function readCondition(
  where: unknown,
  columns: readonly ColumnSpec[] | null,
): ReadExpression {
  const read = readExpression(where, columns);
  if (read.expression === undefined || columns === null) return read;
  const types = checkCondition(read.expression, columns, read.positions);
  return { ...read, problems: inOrder([...read.problems, ...types]) };
}

/** By place in the text; those without keep their order. */
function inOrder(problems: readonly ExpressionProblem[]): readonly ExpressionProblem[] {
  return [...problems].sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

/** A problem of a `where` as an error. */
export function conditionError(
  text: string,
  problem: ExpressionProblem,
): TesseraError<'BAD_PREDICATE'> {
  return new TesseraError('BAD_PREDICATE', { text, ...problem });
}

/** A problem of any other expression as an error; `what` says which: `derive ratio`. */
export function expressionError(
  what: string,
  text: string,
  problem: ExpressionProblem,
): TesseraError<'BAD_EXPRESSION'> {
  return new TesseraError('BAD_EXPRESSION', { what, text, ...problem });
}

/**
 * The canonical tree of an expression's text, or of a tree given as data.
 *
 * Throws BAD_EXPRESSION with a `^` at the character; with `columns`, also for names that are not among them.
 */
export function parseExpression(
  value: string | Expression,
  columns?: readonly { readonly name: string }[],
): Expression {
  const { expression, text, problems } = readExpression(value, columns ?? null);
  if (expression !== undefined && problems.length === 0) return expression;
  throw combineProblems(problems.map((one) => expressionError('expression', text, one)));
}

/**
 * The canonical tree of a `where`.
 *
 * Throws BAD_PREDICATE with a `^` at the character; with `columns`, also for unknown names and types that do not fit.
 */
export function parseCondition(
  where: string | Expression,
  columns?: readonly ColumnSpec[],
): Expression {
  const { expression, text, problems } = readCondition(where, columns ?? null);
  if (expression !== undefined && problems.length === 0) return expression;
  throw combineProblems(problems.map((one) => conditionError(text, one)));
}
