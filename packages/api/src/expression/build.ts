import type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  LiteralExpression,
  LiteralValue,
} from './tree.js';

/**
 * The one way to put a tree together: parser, reader of data and builder all give what these do, so that one meaning has one
 * form. Arguments are in that form already.
 */

/** Flattened in one level is flattened in all: arguments are built before what holds them. */
function flat(op: 'and' | 'or', args: readonly Expression[]): Expression {
  const [only] = args;
  if (args.length === 1 && only !== undefined) return only;
  return { op, args: args.flatMap((arg) => (arg.op === op ? arg.args : [arg])) };
}

/** True where every argument is; one argument is itself. */
export function allOf(args: readonly Expression[]): Expression {
  return flat('and', args);
}

/** True where any argument is; one argument is itself. */
export function anyOf(args: readonly Expression[]): Expression {
  return flat('or', args);
}

export function not(arg: Expression): Expression {
  return { op: 'not', arg };
}

export function compare(op: ComparisonOperator, left: Expression, right: Expression): Expression {
  return { op, left, right };
}

export function arithmetic(
  op: ArithmeticOperator | '||',
  left: Expression,
  right: Expression,
): Expression {
  return { op, left, right };
}

/** Both bounds count. */
export function between(operand: Expression, least: Expression, most: Expression): Expression {
  return allOf([compare('>=', operand, least), compare('<=', operand, most)]);
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A whole number as int64; undefined when it is beyond. */
export function wholeLiteral(value: bigint): LiteralExpression | undefined {
  if (value > INT64_MAX || value < INT64_MIN) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number)
    ? { op: 'literal', literal: number }
    : { op: 'literal', literal: String(value), type: 'int64' };
}

/** A finite number as double; `-0` is 0 (S4.4). */
export function doubleLiteral(value: number): LiteralExpression {
  return Number.isInteger(value)
    ? { op: 'literal', literal: value + 0, type: 'double' }
    : { op: 'literal', literal: value };
}

/** A value as what it looks like: a whole number that a double holds for certain is int64, any other number double. */
export function plainLiteral(value: LiteralValue): LiteralExpression {
  if (typeof value !== 'number') return { op: 'literal', literal: value };
  return Number.isSafeInteger(value) ? { op: 'literal', literal: value + 0 } : doubleLiteral(value);
}

/** A number is negated itself, so that `-(5)` is `-5`. */
export function negate(arg: Expression): Expression {
  if (arg.op === 'literal') {
    const { literal, type } = arg;
    if (typeof literal === 'number') {
      return type === 'double' ? doubleLiteral(-literal) : plainLiteral(-literal);
    }
    const negated = type === 'int64' ? wholeLiteral(-BigInt(String(literal))) : undefined;
    if (negated !== undefined) return negated;
  }
  return { op: 'negate', arg };
}

export interface Branch {
  readonly if: Expression;
  readonly then: Expression;
}

/** Null where no branch is true and there is nothing else; ELSE NULL says the same. */
export function caseOf(when: readonly Branch[], otherwise?: Expression): Expression {
  const isNull = otherwise?.op === 'literal' && otherwise.literal === null;
  return otherwise === undefined || isNull
    ? { op: 'case', when }
    : { op: 'case', when, else: otherwise };
}
