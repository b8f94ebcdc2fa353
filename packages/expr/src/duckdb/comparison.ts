import type { ComparisonOperator } from '@tessera/api';
import type { TypedColumn, TypedExpression, TypedLiteral } from '../types.js';
import { duckDouble, duckLiteral } from './literal.js';
import { type Bound, isSeenOtherwise, type StoredValues, storedValues } from './stored-values.js';

type Quote = (column: string) => string;

/**
 * A comparison or IN where one operand is a column as it is stored and the others are literals, or both are columns of one
 * declared type: without casts around the columns, so that DuckDB prunes files and row groups by them. Undefined for others.
 */
export function plainComparison(node: TypedExpression, quote: Quote): string | undefined {
  switch (node.op) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(node.op, node.left, node.right, quote);
    case 'in':
      return isIn(node.operand, node.values, quote);
    case 'is_null':
      return node.operand.op === 'column' ? `(${quote(node.operand.column)} IS NULL)` : undefined;
    default:
      return undefined;
  }
}

/** The column under an operand that DuckDB compares as we do without our cast around it. */
function columnOf(node: TypedExpression): TypedColumn | undefined {
  if (node.op === 'column') return node;
  const widened = node.op === 'cast' && node.operand.op === 'column' && node.type.kind === 'double';
  return widened && node.operand.type.kind === 'int64' ? node.operand : undefined;
}

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function compared(
  op: ComparisonOperator,
  left: TypedExpression,
  right: TypedExpression,
  quote: Quote,
): string | undefined {
  const [a, b] = [columnOf(left), columnOf(right)];
  if (a !== undefined && right.op === 'literal') {
    const bounds = boundsOf(a, right);
    if (bounds !== undefined) return withBounds(quote(a.column), op, bounds);
    return `(${quote(a.column)} ${op} ${literalBeside(a, right)})`;
  }
  if (b !== undefined && left.op === 'literal') {
    const bounds = boundsOf(b, left);
    if (bounds !== undefined) return withBounds(quote(b.column), MIRRORED[op], bounds);
    return `(${literalBeside(b, left)} ${op} ${quote(b.column)})`;
  }
  if (left.op !== 'column' || right.op !== 'column') return undefined;
  return comparedAsStored(left, right)
    ? `(${quote(left.column)} ${op} ${quote(right.column)})`
    : undefined;
}

function isIn(
  operand: TypedExpression,
  values: readonly TypedExpression[],
  quote: Quote,
): string | undefined {
  const column = columnOf(operand);
  if (column === undefined) return undefined;
  const literals = values.filter((value) => value.op === 'literal');
  if (literals.length < values.length) {
    const [other] = values;
    if (values.length > 1 || operand.op !== 'column' || other?.op !== 'column') return undefined;
    return comparedAsStored(operand, other)
      ? `(${quote(operand.column)} IN (${quote(other.column)}))`
      : undefined;
  }
  const name = quote(column.column);
  const bounds = literals.map((literal) => boundsOf(column, literal));
  if (bounds.every((one) => one === undefined))
    return `(${name} IN (${literals.map((one) => literalBeside(column, one)).join(', ')}))`;
  // One column's literals are alike: all have bounds, or none has.
  return `(${bounds.map((one) => withBounds(name, '=', one!)).join(' OR ')})`;
}

function boundsOf({ declared }: TypedColumn, literal: TypedLiteral): StoredValues | undefined {
  return literal.literal === null ? undefined : storedValues(declared, literal);
}

/** Null where the column is; otherwise always, or never. */
const always = (column: string): string => `(${column} = ${column})`;
const never = (column: string): string => `(${column} <> ${column})`;

function below(column: string, bound: Bound): string {
  if (bound === 'least') return never(column);
  return bound === 'none' ? always(column) : `(${column} < ${bound.sql})`;
}

function from(column: string, bound: Bound): string {
  if (bound === 'least') return always(column);
  return bound === 'none' ? never(column) : `(${column} >= ${bound.sql})`;
}

function withBounds(
  column: string,
  op: ComparisonOperator,
  { first, beyond }: StoredValues,
): string {
  switch (op) {
    case '<':
      return below(column, first);
    case '>=':
      return from(column, first);
    case '<=':
      return below(column, beyond);
    case '>':
      return from(column, beyond);
    case '=':
      return `(${from(column, first)} AND ${below(column, beyond)})`;
    case '<>':
      return `(${below(column, first)} OR ${from(column, beyond)})`;
  }
}

/** Columns that DuckDB compares by their values as they are; a FLOAT and a whole number it would compare as FLOATs. */
function comparedAsStored(a: TypedColumn, b: TypedColumn): boolean {
  if (isSeenOtherwise(a.declared) || isSeenOtherwise(b.declared)) return false;
  const isDecimal = (column: TypedColumn): boolean => column.declared.kind === 'decimal';
  const isFloat = (column: TypedColumn): boolean =>
    column.declared.kind === 'float' || column.declared.kind === 'double';
  if (isDecimal(a) || isDecimal(b)) return !isFloat(a) && !isFloat(b);
  if (a.type.kind === 'timestamp') return a.declared.kind === b.declared.kind;
  return a.type.kind === b.type.kind;
}

/** A literal in the type that the column is stored as, or one that DuckDB compares it with by value. */
function literalBeside({ declared }: TypedColumn, node: TypedLiteral): string {
  const { literal, type } = node;
  if (literal === null) return duckLiteral(node);
  if (type.kind === 'int64') return String(literal);
  if (type.kind === 'double') {
    const text = String(literal);
    return declared.kind === 'decimal' ? text : duckDouble(literal as number);
  }
  return type.kind === 'timestamp' && declared.kind === 'timestamptz'
    ? `make_timestamptz(CAST(${literal} AS BIGINT))`
    : duckLiteral(node);
}
