import {
  allOf,
  anyOf,
  arithmetic,
  type Branch,
  between,
  caseOf,
  compare,
  doubleLiteral,
  negate,
  not,
  plainLiteral,
} from './build.js';
import type { ArithmeticOperator, ComparisonOperator, Expression, LiteralValue } from './tree.js';

/**
 * Expressions in TypeScript: `col('amount').div(col('limit')).gt(0.5)` is the tree of `amount / "limit" > 0.5`. What is
 * returned is that tree, frozen; its methods are on the prototype, so neither JSON, hashes nor comparisons see them.
 */

/** Where an operand is asked for: an expression, or a value that stands for itself (a string is text, never a column). */
export type Operand = Expression | LiteralValue | bigint;

/** An expression with the methods to build on. */
export type Built = Expression & Methods;

export interface Methods {
  readonly plus: (other: Operand) => Built;
  readonly minus: (other: Operand) => Built;
  readonly times: (other: Operand) => Built;
  /** Division of doubles; by zero it is null. */
  readonly div: (other: Operand) => Built;
  /** The remainder, with the sign of what is divided; by zero it is null. */
  readonly mod: (other: Operand) => Built;
  readonly negate: () => Built;
  /** `||` */
  readonly concat: (other: Operand) => Built;
  readonly eq: (other: Operand) => Built;
  readonly ne: (other: Operand) => Built;
  readonly lt: (other: Operand) => Built;
  readonly le: (other: Operand) => Built;
  readonly gt: (other: Operand) => Built;
  readonly ge: (other: Operand) => Built;
  readonly and: (...others: Operand[]) => Built;
  readonly or: (...others: Operand[]) => Built;
  readonly not: () => Built;
  readonly isNull: () => Built;
  readonly isNotNull: () => Built;
  readonly in: (values: readonly Operand[]) => Built;
  /** Both bounds count. */
  readonly between: (least: Operand, most: Operand) => Built;
  /** `%` is any text, `_` any one character; case matters. */
  readonly like: (pattern: string) => Built;
  /** Null where it cannot be converted. */
  readonly cast: (type: string) => Built;
}

function expressionOf(value: Operand): Expression {
  // A whole number beyond int64 stays what it is: whoever reads the tree refuses it, and says where.
  if (typeof value === 'bigint') return { op: 'literal', literal: String(value), type: 'int64' };
  return typeof value === 'object' && value !== null ? value : plainLiteral(value);
}

type Verb<Rest extends readonly unknown[]> = (own: Expression, ...rest: Rest) => Expression;

const infix =
  (op: ArithmeticOperator | '||'): Verb<[Operand]> =>
  (own, other) =>
    arithmetic(op, own, expressionOf(other));

const test =
  (op: ComparisonOperator): Verb<[Operand]> =>
  (own, other) =>
    compare(op, own, expressionOf(other));

/** What each method makes of the expression that it is called on. */
const VERBS: { readonly [M in keyof Methods]: Verb<Parameters<Methods[M]>> } = {
  plus: infix('+'),
  minus: infix('-'),
  times: infix('*'),
  div: infix('/'),
  mod: infix('%'),
  negate: (own) => negate(own),
  concat: infix('||'),
  eq: test('='),
  ne: test('<>'),
  lt: test('<'),
  le: test('<='),
  gt: test('>'),
  ge: test('>='),
  and: (own, ...others) => allOf([own, ...others.map(expressionOf)]),
  or: (own, ...others) => anyOf([own, ...others.map(expressionOf)]),
  not: (own) => not(own),
  isNull: (own) => ({ op: 'is_null', operand: own }),
  isNotNull: (own) => not({ op: 'is_null', operand: own }),
  in: (own, values) => ({ op: 'in', operand: own, values: values.map(expressionOf) }),
  between: (own, least, most) => between(own, expressionOf(least), expressionOf(most)),
  like: (own, pattern) => ({ op: 'like', operand: own, pattern }),
  cast: (own, to) => ({ op: 'cast', operand: own, to }),
};

const PROTOTYPE: object = Object.create(
  Object.prototype,
  Object.fromEntries(
    Object.entries(VERBS).map(([name, verb]) => [
      name,
      {
        value(this: Expression, ...rest: readonly never[]): Built {
          return built((verb as Verb<readonly never[]>)(this, ...rest));
        },
      },
    ]),
  ),
);

function built<E extends Expression>(expression: E): E & Methods {
  const made = Object.assign(Object.create(PROTOTYPE) as object, expression);
  // The prototype has exactly the methods of `VERBS`, which is typed by them.
  return Object.freeze(made) as E & Methods;
}

/** A column: of the source, or whatever the expression stands over. */
export function col(name: string): Built {
  return built({ op: 'column', column: name });
}

/**
 * A value: text, a boolean, null, a whole number (int64; a bigint where it is beyond 2^53), another number (double). With a
 * type `lit(1, 'double')`, `lit('2025-01-31', 'date')`, `lit('2025-01-31T10:00:00Z', 'timestamp')`.
 */
export function lit(value: LiteralValue | bigint, type?: 'double' | 'date' | 'timestamp'): Built {
  if (type === 'double' && typeof value === 'number') return built(doubleLiteral(value));
  const plain = expressionOf(value);
  return built(type === undefined || plain.op !== 'literal' ? plain : { ...plain, type });
}

/** A function of the language: `call('upper', col('country'))`. */
export function call(name: string, ...args: readonly Operand[]): Built {
  return built({ op: 'call', name: name.toLowerCase(), args: args.map(expressionOf) });
}

/** Branches of a CASE; it is no expression before `otherwise`. */
export interface Branches {
  readonly when: (condition: Operand, value: Operand) => Branches;
  /** What it is where no condition is true: `null` if nothing else. */
  readonly otherwise: (value: Operand) => Built;
}

/** `when(col('amount').gt(100), 'large').otherwise('small')`; the first condition that is true decides. */
export function when(condition: Operand, value: Operand): Branches {
  return branches([branchOf(condition, value)]);
}

const branchOf = (condition: Operand, value: Operand): Branch => ({
  if: expressionOf(condition),
  then: expressionOf(value),
});

function branches(made: readonly Branch[]): Branches {
  return Object.freeze({
    when: (condition: Operand, value: Operand) => branches([...made, branchOf(condition, value)]),
    otherwise: (value: Operand) => built(caseOf(made, expressionOf(value))),
  });
}

/** SQL of both engines: `sql({ duckdb: '…', spark: '…' })`. */
export interface SqlTexts {
  readonly duckdb: string;
  readonly spark?: string;
}

/** SQL as DuckDB (and Spark) reads it, for what the language cannot say. Offline only. */
export function sql(text: string | SqlTexts): Built {
  if (typeof text === 'string') return built({ op: 'sql', sql: text });
  const { duckdb, spark } = text;
  return built(
    spark === undefined ? { op: 'sql', sql: duckdb } : { op: 'sql', sql: duckdb, spark },
  );
}
