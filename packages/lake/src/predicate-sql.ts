import {
  type DataType,
  type Expression,
  formatExpression,
  type LiteralValue,
  parseDay,
  type SimpleOperand,
  simpleOperand,
  simpleValues,
  TesseraError,
} from '@tessera/api';
import { quoteIdent, quoteLiteral } from './quote.js';

/** The declared type of a column, where the caller knows it. */
export type TypeOf = (column: string) => DataType | undefined;

/**
 * A condition over plain columns and values as SQL, with SQL's own three-valued logic: `not` of null is null, and only true keeps a row.
 *
 * Numbers meet float and double columns as doubles (DuckDB would compare a FLOAT with 0.1 in single precision), instants
 * written as text meet timestamps in UTC (DuckDB's cast to TIMESTAMP drops `+02:00` without a word).
 *
 * `other` renders what is more than that. Throws INTERNAL where it is needed and not given.
 */
export function predicateSql(
  predicate: Expression,
  quote: (name: string) => string = quoteIdent,
  typeOf: TypeOf = () => undefined,
  other: (expression: Expression) => string = unsupported,
): string {
  const render = (node: Expression): string => {
    switch (node.op) {
      case 'and':
      case 'or':
        if (node.args.length === 0) return node.op === 'and' ? 'TRUE' : 'FALSE';
        return `(${node.args.map(render).join(node.op === 'and' ? ' AND ' : ' OR ')})`;
      case 'not':
        return `(NOT ${render(node.arg)})`;
      case 'in': {
        const operand = simpleOperand(node.operand);
        const values = simpleValues(node.values);
        if (operand === null || values === null) return other(node);
        if (values.length === 0) return 'FALSE';
        const against = typeOfOperand(operand, typeOf);
        const texts = values.map((value) => literalSql(value, against));
        return `(${operandSql(operand, undefined, quote)} IN (${texts.join(', ')}))`;
      }
      case 'is_null': {
        const operand = simpleOperand(node.operand);
        if (operand === null) return other(node);
        return `(${operandSql(operand, undefined, quote)} IS NULL)`;
      }
      case 'column':
        return quote(node.column);
      case 'sql':
        // The line break ends a comment that the text may end with.
        return `(${node.sql}\n)`;
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const [left, right] = [simpleOperand(node.left), simpleOperand(node.right)];
        if (left === null || right === null) return other(node);
        const leftSql = operandSql(left, typeOfOperand(right, typeOf), quote);
        const rightSql = operandSql(right, typeOfOperand(left, typeOf), quote);
        return `(${leftSql} ${node.op} ${rightSql})`;
      }
      default:
        return other(node);
    }
  };
  return render(predicate);
}

function unsupported(node: Expression): never {
  throw new TesseraError('INTERNAL', { reason: `no SQL for ${formatExpression(node)}` });
}

function typeOfOperand(operand: SimpleOperand, typeOf: TypeOf): DataType | undefined {
  return 'column' in operand ? typeOf(operand.column) : undefined;
}

function operandSql(
  operand: SimpleOperand,
  against: DataType | undefined,
  quote: (name: string) => string,
): string {
  return 'literal' in operand ? literalSql(operand.literal, against) : quote(operand.column);
}

function literalSql(value: LiteralValue, against: DataType | undefined): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') {
    const text = Object.is(value, -0) ? '0' : String(value);
    return against?.kind === 'float' || against?.kind === 'double'
      ? `CAST(${text} AS DOUBLE)`
      : text;
  }
  switch (against?.kind) {
    case 'date':
      return `CAST(${quoteLiteral(value)} AS DATE)`;
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return instantSql(value, against.kind);
    default:
      return quoteLiteral(value);
  }
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))?)?$/;

/** `2025-01-31`, `2025-01-31T10:00Z`, `2025-01-31 10:00:00.5+02:00` as an instant; no zone is UTC. */
function instantSql(text: string, kind: 'timestamp' | 'timestamptz' | 'timestamp_ns'): string {
  const match = INSTANT.exec(text);
  const day = match === null ? null : parseDay(match[1]!);
  // Not an instant: DuckDB says so, in its words.
  if (match === null || day === null) return quoteLiteral(text);
  const [
    ,
    ,
    hours = '0',
    minutes = '0',
    seconds = '0',
    fraction = '',
    sign,
    offH = '0',
    offM = '0',
  ] = match;
  const offset = (sign === '-' ? -1 : 1) * (Number(offH) * 60 + Number(offM));
  const wholeMinutes = day * 1440 + Number(hours) * 60 + Number(minutes) - offset;
  const nanos =
    (BigInt(wholeMinutes) * 60n + BigInt(seconds)) * 1_000_000_000n +
    BigInt(fraction.padEnd(9, '0'));
  // A literal finer than the column is compared as it is, not rounded.
  if (kind === 'timestamp_ns' || nanos % 1000n !== 0n) return `make_timestamp_ns(${nanos})`;
  return kind === 'timestamp'
    ? `make_timestamp(${nanos / 1000n})`
    : `make_timestamptz(${nanos / 1000n})`;
}
