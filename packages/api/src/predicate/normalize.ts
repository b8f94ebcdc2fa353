import type { Comparison, Literal, Operand, Predicate } from '../spec.js';
import { allOf, anyOf } from './build.js';
import { MAX_NESTING, type PredicateProblem } from './parse.js';

/** What the parser makes of the deepest text it takes is at most this deep. */
const MAX_TREE_DEPTH = 3 * MAX_NESTING;

const COMPARISONS: readonly unknown[] = ['=', '<>', '<', '<=', '>', '>='];

/** The members of each operator, beside `op`: nothing more, nothing less. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['and', ['args']],
  ['or', ['args']],
  ['not', ['arg']],
  ['in', ['operand', 'values']],
  ['is_null', ['operand']],
  ['column', ['column']],
  ['sql', ['sql']],
]);

class Refusal extends Error {}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function onlyMembers(node: Record<string, unknown>, members: readonly string[]): void {
  const extra = Object.keys(node).find((key) => !members.includes(key));
  if (extra !== undefined) throw new Refusal(`\`${extra}\` does not belong in a predicate here`);
}

function readLiteral(value: unknown): Literal {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  throw new Refusal('a literal is a string, a finite number, a boolean or null');
}

function readOperand(value: unknown): Operand {
  if (isRecord(value) && typeof value.column === 'string') {
    onlyMembers(value, ['column']);
    return { column: value.column };
  }
  if (isRecord(value) && 'literal' in value) {
    onlyMembers(value, ['literal']);
    return { literal: readLiteral(value.literal) };
  }
  throw new Refusal('an operand is { column } or { literal }');
}

function readNode(value: unknown, depth: number): Predicate {
  if (depth > MAX_TREE_DEPTH) throw new Refusal(`nests deeper than ${MAX_TREE_DEPTH} levels`);
  if (!isRecord(value)) throw new Refusal('a predicate is text, sql(…) or an object with `op`');
  if (COMPARISONS.includes(value.op)) {
    onlyMembers(value, ['op', 'left', 'right']);
    const [left, right] = [readOperand(value.left), readOperand(value.right)];
    return { op: value.op as Comparison, left, right };
  }
  const members = typeof value.op === 'string' ? MEMBERS.get(value.op) : undefined;
  if (members === undefined) {
    throw new Refusal(`there is no predicate operator ${JSON.stringify(value.op)}`);
  }
  onlyMembers(value, ['op', ...members]);
  switch (value.op) {
    case 'and':
    case 'or': {
      if (!Array.isArray(value.args) || value.args.length === 0) {
        throw new Refusal(`\`${value.op}\` needs at least one argument`);
      }
      const args = value.args.map((arg) => readNode(arg, depth + 1));
      return value.op === 'and' ? allOf(args) : anyOf(args);
    }
    case 'not':
      return { op: 'not', arg: readNode(value.arg, depth + 1) };
    case 'in': {
      if (!Array.isArray(value.values)) throw new Refusal('`in` needs an array of values');
      const values = value.values.map((item) => readLiteral(item));
      return { op: 'in', operand: readOperand(value.operand), values };
    }
    case 'is_null':
      return { op: 'is_null', operand: readOperand(value.operand) };
    case 'column':
      if (typeof value.column === 'string') return { op: 'column', column: value.column };
      throw new Refusal('`column` needs the name of a column');
    default:
      if (typeof value.sql === 'string' && value.sql.trim() !== '') {
        return { op: 'sql', sql: value.sql };
      }
      throw new Refusal('sql(…) needs the text of an expression');
  }
}

/**
 * A predicate given as data: checked, copied, and put into the form that the parser gives (and/or flattened).
 * Returns the problem instead when it has one.
 */
export function normalizePredicate(value: unknown): Predicate | PredicateProblem {
  try {
    return readNode(value, 0);
  } catch (error) {
    if (error instanceof Refusal) return { position: null, reason: error.message };
    throw error;
  }
}
