import { KEYWORDS, PLAIN_NAME, RESERVED } from './tokens.js';
import type { Expression, LiteralExpression } from './tree.js';

function formatName(name: string): string {
  const word = name.toUpperCase();
  const plain = PLAIN_NAME.test(name) && !RESERVED.includes(word) && !KEYWORDS.includes(word);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A literal as it is written: `'USD'`, `5`, `5.0`, `NULL`, `DATE '2025-01-31'`. */
export function formatLiteral({ literal, type }: LiteralExpression): string {
  if (literal === null) return 'NULL';
  if (typeof literal === 'boolean') return literal ? 'TRUE' : 'FALSE';
  if (typeof literal === 'number') {
    const text = String(literal).toUpperCase().replace('E+', 'E');
    return type === 'double' && !text.includes('E') ? `${text}.0` : text;
  }
  if (type === 'int64') return literal;
  return type === 'date' || type === 'timestamp'
    ? `${type.toUpperCase()} ${quoted(literal)}`
    : quoted(literal);
}

/** How tightly an expression holds together; a looser one inside of a tighter one needs parentheses. */
function tightness(expression: Expression): number {
  switch (expression.op) {
    case 'or':
      return 1;
    case 'and':
      return 2;
    case 'not':
      return 3;
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case 'is_null':
    case 'like':
      return 4;
    case '||':
      return 5;
    case '+':
    case '-':
      return 6;
    case '*':
    case '/':
    case '%':
      return 7;
    case 'negate':
      return 8;
    default:
      return 9;
  }
}

/** What is tested and compared: anything but a test. */
const OPERAND = 5;

function inside(least: number, expression: Expression): string {
  const text = formatExpression(expression);
  return tightness(expression) < least ? `(${text})` : text;
}

const list = (expressions: readonly Expression[]): string =>
  expressions.map((one) => formatExpression(one)).join(', ');

/**
 * The canonical text of an expression; reading it gives the same tree. `sql('…')` is shown as such and cannot be read back: it
 * is no part of the language.
 */
export function formatExpression(expression: Expression): string {
  switch (expression.op) {
    case 'literal':
      return formatLiteral(expression);
    case 'column':
      return formatName(expression.column);
    case 'sql':
      return `sql(${quoted(expression.sql)})`;
    case 'or':
      return expression.args.map((arg) => inside(2, arg)).join(' OR ');
    case 'and':
      return expression.args.map((arg) => inside(3, arg)).join(' AND ');
    case 'not':
      return formatNot(expression.arg);
    case 'in':
    case 'is_null':
    case 'like':
      return formatTest(expression, '');
    case 'negate': {
      const arg = inside(8, expression.arg);
      // Two dashes begin a comment elsewhere, and `-5` is a literal.
      return /^[-\d.]/.test(arg) ? `-(${arg})` : `-${arg}`;
    }
    case 'case':
      return formatCase(expression);
    case 'cast':
      return `CAST(${formatExpression(expression.operand)} AS ${expression.to})`;
    case 'call':
      return `${expression.name}(${list(expression.args)})`;
    default: {
      const { op, left, right } = expression;
      const level = tightness(expression);
      const least = Math.max(level, OPERAND);
      // Operators of one level are read from the left; tests do not chain.
      return `${inside(least, left)} ${op} ${inside(level < OPERAND ? least : level + 1, right)}`;
    }
  }
}

type Test = Expression & { readonly op: 'in' | 'is_null' | 'like' };

function formatNot(arg: Expression): string {
  if (arg.op === 'in' || arg.op === 'is_null' || arg.op === 'like') return formatTest(arg, 'NOT ');
  return `NOT ${inside(3, arg)}`;
}

function formatTest(test: Test, negation: 'NOT ' | ''): string {
  const operand = inside(OPERAND, test.operand);
  switch (test.op) {
    case 'in':
      return `${operand} ${negation}IN (${list(test.values)})`;
    case 'is_null':
      return `${operand} IS ${negation}NULL`;
    case 'like':
      return `${operand} ${negation}LIKE ${quoted(test.pattern)}`;
  }
}

function formatCase({ when, else: otherwise }: Expression & { readonly op: 'case' }): string {
  const branches = when.map(
    (branch) => `WHEN ${formatExpression(branch.if)} THEN ${formatExpression(branch.then)}`,
  );
  const last = otherwise === undefined ? '' : ` ELSE ${formatExpression(otherwise)}`;
  return `CASE ${branches.join(' ')}${last} END`;
}
