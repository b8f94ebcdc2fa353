import type { Literal, Operand, Predicate } from '../spec.js';
import { PLAIN_NAME, RESERVED } from './tokens.js';

function formatName(name: string): string {
  const plain =
    PLAIN_NAME.test(name) && !(RESERVED as readonly string[]).includes(name.toUpperCase());
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

function formatLiteral(value: Literal): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return value === null ? 'NULL' : String(value).toUpperCase().replace('E+', 'E');
}

function formatOperand(operand: Operand): string {
  return 'column' in operand ? formatName(operand.column) : formatLiteral(operand.literal);
}

/** How tightly an operator holds its arguments; a looser one inside a tighter one needs parentheses. */
function tightness(predicate: Predicate): number {
  if (predicate.op === 'or') return 0;
  if (predicate.op === 'and') return 1;
  return predicate.op === 'not' ? 2 : 3;
}

function inside(outer: number, predicate: Predicate): string {
  const text = formatPredicate(predicate);
  return tightness(predicate) < outer ? `(${text})` : text;
}

/**
 * The canonical text of a predicate; reading it gives the same tree. `sql('…')` is shown as such and cannot be read back:
 * it is no part of the language.
 */
export function formatPredicate(predicate: Predicate): string {
  switch (predicate.op) {
    case 'or':
      return predicate.args.map((arg) => inside(1, arg)).join(' OR ');
    case 'and':
      return predicate.args.map((arg) => inside(2, arg)).join(' AND ');
    case 'not': {
      const { arg } = predicate;
      if (arg.op === 'in') return formatIn(arg, ' NOT IN ');
      if (arg.op === 'is_null') return `${formatOperand(arg.operand)} IS NOT NULL`;
      return `NOT ${inside(2, arg)}`;
    }
    case 'in':
      return formatIn(predicate, ' IN ');
    case 'is_null':
      return `${formatOperand(predicate.operand)} IS NULL`;
    case 'column':
      return formatName(predicate.column);
    case 'sql':
      return `sql(${formatLiteral(predicate.sql)})`;
    default:
      return `${formatOperand(predicate.left)} ${predicate.op} ${formatOperand(predicate.right)}`;
  }
}

function formatIn(predicate: Predicate & { readonly op: 'in' }, word: string): string {
  const values = predicate.values.map((value) => formatLiteral(value)).join(', ');
  return `${formatOperand(predicate.operand)}${word}(${values})`;
}
