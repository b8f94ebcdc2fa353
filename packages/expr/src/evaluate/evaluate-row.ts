import { REGISTRY } from '../registry/registry.js';
import type { Row, TypedExpression, Value } from '../types.js';
import { doubleOrNull, int64OrNull, literalValue } from '../values.js';
import { castValue } from './cast-value.js';
import { compareValues } from './compare-values.js';
import { likes } from './likes.js';

/**
 * The value of an expression at one row: the meaning of the language, obvious and slow. A column that the row lacks is
 * null; NaN is read as null and -0 as 0.
 *
 * Throws on verbatim SQL, which only a database can read.
 */
export function evaluateRow(node: TypedExpression, row: Row): Value {
  switch (node.op) {
    case 'literal':
      return literalValue(node);
    case 'column':
      return Object.hasOwn(row, node.column) ? normalized(row[node.column]!) : null;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const left = evaluateRow(node.left, row);
      const right = evaluateRow(node.right, row);
      if (left === null || right === null) return null;
      return typeof left === 'bigint'
        ? wholeArithmetic(node.op, left, right as bigint)
        : doubleArithmetic(node.op, left as number, right as number);
    }
    case 'and':
    case 'or': {
      const values = node.args.map((arg) => evaluateRow(arg, row));
      const deciding = node.op === 'or';
      if (values.includes(deciding)) return deciding;
      return values.includes(null) ? null : !deciding;
    }
    case 'not': {
      const value = evaluateRow(node.arg, row);
      return value === null ? null : !value;
    }
    case 'in': {
      const operand = evaluateRow(node.operand, row);
      const values = node.values.map((value) => evaluateRow(value, row));
      if (operand === null) return null;
      if (values.some((value) => value !== null && compareValues(operand, value) === 0))
        return true;
      return values.includes(null) ? null : false;
    }
    case 'is_null':
      return evaluateRow(node.operand, row) === null;
    case 'like': {
      const operand = evaluateRow(node.operand, row);
      return operand === null ? null : likes(operand as string, node.pattern);
    }
    case 'case': {
      const branch = node.when.find((one) => evaluateRow(one.if, row) === true);
      if (branch !== undefined) return evaluateRow(branch.then, row);
      return node.else === undefined ? null : evaluateRow(node.else, row);
    }
    case 'cast': {
      const operand = evaluateRow(node.operand, row);
      return operand === null ? null : castValue(operand, node.operand.type, node.type);
    }
    case 'call': {
      const entry = REGISTRY.get(node.name)!;
      const values = node.args.map((arg) => evaluateRow(arg, row));
      if (entry.nulls === 'strict' && values.includes(null)) return null;
      return entry.js(node.args)(...values);
    }
    case 'sql':
      throw new Error('verbatim SQL has no value in JavaScript');
    default: {
      const left = evaluateRow(node.left, row);
      const right = evaluateRow(node.right, row);
      if (left === null || right === null) return null;
      const order = compareValues(left, right);
      switch (node.op) {
        case '=':
          return order === 0;
        case '<>':
          return order !== 0;
        case '<':
          return order < 0;
        case '<=':
          return order <= 0;
        case '>':
          return order > 0;
        case '>=':
          return order >= 0;
      }
    }
  }
}

/** NaN is null and -0 is 0, also inside lists and maps (S4.4). */
export function normalized(value: Value): Value {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value + 0;
  if (Array.isArray(value)) return value.map(normalized);
  if (value instanceof Map) {
    return new Map([...value].map(([key, one]) => [normalized(key), normalized(one)]));
  }
  return value;
}

function wholeArithmetic(op: string, left: bigint, right: bigint): bigint | null {
  switch (op) {
    case '+':
      return int64OrNull(left + right);
    case '-':
      return int64OrNull(left - right);
    case '*':
      return int64OrNull(left * right);
    default:
      return right === 0n ? null : left % right;
  }
}

function doubleArithmetic(op: string, left: number, right: number): number | null {
  switch (op) {
    case '+':
      return doubleOrNull(left + right);
    case '-':
      return doubleOrNull(left - right);
    case '*':
      return doubleOrNull(left * right);
    case '/':
      return doubleOrNull(left / right);
    default:
      return doubleOrNull(left % right);
  }
}
