import { combineProblems, TesseraError } from '../errors.js';
import type { ColumnSpec, GroupBySpec, JoinSpec, Operand, Predicate, SourceSpec } from '../spec.js';
import { checkPredicate } from './check.js';
import { formatPredicate } from './format.js';
import { normalizePredicate } from './normalize.js';
import { type PredicateProblem, parsePredicateText } from './parse.js';

/** SQL as DuckDB reads it, for what the small language of `where` cannot say. Offline only. */
export function sql(text: string): Predicate {
  return { op: 'sql', sql: text };
}

export interface ReadPredicate {
  /** Canonical; absent when it could not be read at all. */
  readonly predicate?: Predicate;
  readonly problems: readonly TesseraError<'BAD_PREDICATE'>[];
}

/** A `where` as users give it, read and checked against a source's columns (not checked when there are none given). */
export function readPredicate(
  where: unknown,
  columns: readonly ColumnSpec[] | null,
): ReadPredicate {
  const problem = (text: string, found: PredicateProblem): TesseraError<'BAD_PREDICATE'> =>
    new TesseraError('BAD_PREDICATE', { text, ...found });
  if (typeof where === 'string') {
    const parsed = parsePredicateText(where);
    if ('reason' in parsed) return { problems: [problem(where, parsed)] };
    const found =
      columns === null ? [] : checkPredicate(parsed.predicate, columns, parsed.positions);
    return { predicate: parsed.predicate, problems: found.map((one) => problem(where, one)) };
  }
  const tree = normalizePredicate(where);
  if ('reason' in tree) return { problems: [problem('(given as data)', tree)] };
  const found = columns === null ? [] : checkPredicate(tree, columns);
  return { predicate: tree, problems: found.map((one) => problem(formatPredicate(tree), one)) };
}

/**
 * The canonical tree of a `where` text, or of a tree given as data.
 *
 * Throws BAD_PREDICATE with a `^` at the character; with `columns`, also for unknown names and types that do not fit.
 */
export function parsePredicate(
  where: string | Predicate,
  columns?: readonly ColumnSpec[],
): Predicate {
  const { predicate, problems } = readPredicate(where, columns ?? null);
  if (predicate === undefined || problems.length > 0) throw combineProblems(problems);
  return predicate;
}

/** Columns a predicate names, each once; null when it holds SQL, which may name any. */
export function predicateColumns(predicate: Predicate): readonly string[] | null {
  const names = new Set<string>();
  let opaque = false;
  const add = (...operands: readonly Operand[]): void => {
    for (const operand of operands) if ('column' in operand) names.add(operand.column);
  };
  const visit = (node: Predicate): void => {
    switch (node.op) {
      case 'sql':
        opaque = true;
        return;
      case 'and':
      case 'or':
        node.args.forEach(visit);
        return;
      case 'not':
        visit(node.arg);
        return;
      case 'column':
        names.add(node.column);
        return;
      case 'in':
      case 'is_null':
        add(node.operand);
        return;
      default:
        add(node.left, node.right);
    }
  };
  visit(predicate);
  return opaque ? null : [...names];
}

/** True when a definition cannot be served online: SQL in a predicate, or an exact tail (S2.3). */
export function isOfflineOnly(spec: Predicate | SourceSpec | GroupBySpec | JoinSpec): boolean {
  if ('op' in spec) return predicateColumns(spec) === null;
  if (spec.kind === 'join') return spec.parts.some((part) => isOfflineOnly(part.groupBy));
  if (spec.kind !== 'groupBy') return spec.where !== undefined && isOfflineOnly(spec.where);
  return (
    isOfflineOnly(spec.source) ||
    spec.aggregations.some(
      (aggregation) =>
        (aggregation.tail ?? spec.tail) === 'exact' ||
        (aggregation.where !== undefined && isOfflineOnly(aggregation.where)),
    )
  );
}
