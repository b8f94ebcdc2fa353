import { formatType, parseType } from '../data-type.js';
import { isTesseraError } from '../errors.js';
import {
  allOf,
  anyOf,
  arithmetic,
  caseOf,
  compare,
  doubleLiteral,
  negate,
  not,
  plainLiteral,
  wholeLiteral,
} from './build.js';
import { isIso, isoAdvice } from './iso.js';
import { MAX_DEPTH, MAX_PARTS, shorten } from './limits.js';
import { type ExpressionProblem, orProblem, Refusal } from './problem.js';
import { KEYWORDS, RESERVED } from './tokens.js';
import type { ArithmeticOperator, ComparisonOperator, Expression } from './tree.js';

const COMPARISONS: readonly unknown[] = ['=', '<>', '<', '<=', '>', '>='];
const ARITHMETIC: readonly unknown[] = ['+', '-', '*', '/', '%', '||'];

/** The members of each operator, beside `op`: nothing more. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['literal', ['literal', 'type']],
  ['column', ['column']],
  ['and', ['args']],
  ['or', ['args']],
  ['not', ['arg']],
  ['negate', ['arg']],
  ['in', ['operand', 'values']],
  ['is_null', ['operand']],
  ['like', ['operand', 'pattern']],
  ['case', ['when', 'else']],
  ['cast', ['operand', 'to']],
  ['call', ['name', 'args']],
  ['sql', ['sql', 'spark']],
]);

type Members = Readonly<Record<string, unknown>>;

function refusal(reason: string, advice?: string): Refusal {
  return new Refusal({ position: null, reason, ...(advice !== undefined && { advice }) });
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function onlyMembers(node: Members, members: readonly string[]): void {
  for (const key of Object.keys(node)) {
    if (key === 'op' || members.includes(key) || node[key] === undefined) continue;
    throw refusal(`\`${shorten(key)}\` does not belong in an expression here`);
  }
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw refusal(`${what} is text`);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw refusal(`${what} needs at least one value`);
}

function readLiteral({ literal, type }: Members): Expression {
  switch (type) {
    case undefined:
      if (literal === null || typeof literal === 'string' || typeof literal === 'boolean') {
        return plainLiteral(literal);
      }
      if (typeof literal === 'number' && Number.isFinite(literal)) return plainLiteral(literal);
      throw refusal('a literal is a string, a finite number, a boolean or null');
    case 'double':
      if (typeof literal === 'number' && Number.isFinite(literal)) return doubleLiteral(literal);
      throw refusal('a double literal is a finite number');
    case 'int64': {
      const digits = typeof literal === 'number' ? String(literal) : literal;
      const isWhole = typeof digits === 'string' && /^-?\d{1,20}$/.test(digits);
      const whole = isWhole ? wholeLiteral(BigInt(digits)) : undefined;
      if (whole !== undefined) return whole;
      throw refusal('an int64 literal is a whole number, below 2^63, or its digits as text');
    }
    case 'date':
    case 'timestamp':
      if (typeof literal === 'string' && isIso(literal, type)) {
        return { op: 'literal', literal, type };
      }
      throw refusal(`${shorten(JSON.stringify(literal) ?? '')} is no ${type}`, isoAdvice(type));
    default:
      throw refusal("the type of a literal is 'double', 'int64', 'date' or 'timestamp'");
  }
}

function readTo(value: unknown): string {
  const text = textOf(value, 'the type of a cast');
  try {
    return formatType(parseType(text.trim().toLowerCase()));
  } catch (error) {
    if (!isTesseraError(error)) throw error;
    throw refusal(error.summary.replace(/\.$/, ''), error.hint);
  }
}

/** Names that would be read as something else. */
const NO_FUNCTIONS = [...RESERVED, ...KEYWORDS.slice(0, KEYWORDS.indexOf('BETWEEN')), 'SQL'];

function readFunctionName(value: unknown): string {
  const name = textOf(value, 'the name of a function').toLowerCase();
  if (/^[a-z_]\w*$/.test(name) && !NO_FUNCTIONS.includes(name.toUpperCase())) return name;
  throw refusal(`there is no function \`${shorten(name)}\``);
}

function reader(): (value: unknown) => Expression {
  let parts = 0;

  function read(value: unknown, depth: number): Expression {
    if (depth > MAX_DEPTH) throw refusal(`nests deeper than ${MAX_DEPTH} levels`);
    if (++parts > MAX_PARTS) throw refusal(`has more than ${MAX_PARTS} parts`);
    if (!isRecord(value)) throw refusal('an expression is text, sql(…) or an object with `op`');
    const { op } = value;
    const inner = (one: unknown): Expression => read(one, depth + 1);
    if (COMPARISONS.includes(op) || ARITHMETIC.includes(op)) {
      onlyMembers(value, ['left', 'right']);
      const [left, right] = [inner(value.left), inner(value.right)];
      return COMPARISONS.includes(op)
        ? compare(op as ComparisonOperator, left, right)
        : arithmetic(op as ArithmeticOperator | '||', left, right);
    }
    // Operands of a `where` were once written without.
    const name = op ?? ('column' in value ? 'column' : 'literal' in value ? 'literal' : undefined);
    const members = typeof name === 'string' ? MEMBERS.get(name) : undefined;
    if (members === undefined) {
      if (typeof value.otherwise === 'function') {
        throw refusal('when(…) is not finished', 'End it with .otherwise(value).');
      }
      throw refusal(`there is no operator ${shorten(JSON.stringify(op) ?? 'undefined')}`);
    }
    onlyMembers(value, members);
    switch (name) {
      case 'literal':
        return readLiteral(value);
      case 'column':
        return { op: 'column', column: textOf(value.column, 'the name of a column') };
      case 'and':
        return allOf(listOf(value.args, '`and`').map(inner));
      case 'or':
        return anyOf(listOf(value.args, '`or`').map(inner));
      case 'not':
        return not(inner(value.arg));
      case 'negate':
        return negate(inner(value.arg));
      case 'in': {
        // Values were once written as they are.
        const values = listOf(value.values, 'IN').map((one) =>
          inner(isRecord(one) ? one : { op: 'literal', literal: one }),
        );
        return { op: 'in', operand: inner(value.operand), values };
      }
      case 'is_null':
        return { op: 'is_null', operand: inner(value.operand) };
      case 'like': {
        const pattern = textOf(value.pattern, 'the pattern of LIKE');
        return { op: 'like', operand: inner(value.operand), pattern };
      }
      case 'case': {
        const when = listOf(value.when, 'CASE').map((branch) => {
          if (!isRecord(branch)) throw refusal('a branch of CASE is { if, then }');
          onlyMembers(branch, ['if', 'then']);
          return { if: inner(branch.if), then: inner(branch.then) };
        });
        return caseOf(when, value.else === undefined ? undefined : inner(value.else));
      }
      case 'cast':
        return { op: 'cast', operand: inner(value.operand), to: readTo(value.to) };
      case 'call': {
        if (!Array.isArray(value.args)) throw refusal('the arguments of a function are an array');
        return { op: 'call', name: readFunctionName(value.name), args: value.args.map(inner) };
      }
      default:
        return readSql(value);
    }
  }

  return (value) => read(value, 0);
}

function readSql({ sql, spark }: Members): Expression {
  const isText = (text: unknown): text is string => typeof text === 'string' && text.trim() !== '';
  if (!isText(sql) || (spark !== undefined && !isText(spark))) {
    throw refusal('sql(…) needs the text of an expression');
  }
  return spark === undefined ? { op: 'sql', sql } : { op: 'sql', sql, spark };
}

/**
 * An expression given as data: checked, copied, and put into the form that the parser gives. What it was made of is not in
 * the copy: no methods, nothing shared, nothing that could change.
 *
 * Returns the problem instead when it has one.
 */
export function readExpressionTree(value: unknown): Expression | ExpressionProblem {
  return orProblem(() => reader()(value));
}
