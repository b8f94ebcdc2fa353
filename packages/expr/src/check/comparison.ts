import { type ComparisonOperator, type Expression, parseDay } from '@tessera/api';
import { floorDiv, parseInstantNs } from '../instant.js';
import {
  BOOLEAN,
  DATE,
  DOUBLE,
  type ExprType,
  INT64,
  TIMESTAMP,
  type TypedExpression,
} from '../types.js';
import { int64OrNull, literalOf, typeText } from '../values.js';
import { isNumber } from './common-type.js';
import { converted } from './convert.js';
import { shown } from './literals.js';
import type { Report } from './problem.js';

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * Two operands compared: within a class of values only, numbers with numbers (int64 with int64 exact, otherwise as doubles;
 * a literal as it is written), dates and timestamps also with text in ISO form. Undefined after a report.
 */
export function comparison(
  node: Expression,
  op: ComparisonOperator,
  left: TypedExpression,
  right: TypedExpression,
  report: Report,
): TypedExpression | undefined {
  if (isNullLiteral(left) || isNullLiteral(right)) {
    report(node, 'a comparison with NULL is never true', {
      advice: 'Write IS NULL or IS NOT NULL.',
    });
    return undefined;
  }
  for (const side of [left, right]) {
    if (side.type.kind === 'list' || side.type.kind === 'map') {
      report(node, `${described(side)} cannot be compared`);
      return undefined;
    }
  }
  if (isTime(left.type) && isText(right)) return withText(node, op, left, right, report);
  if (isTime(right.type) && isText(left)) {
    return withText(node, MIRRORED[op], right, left, report);
  }
  const [a, b] = numbersAlike(left, right);
  const type = a.type.kind === 'null' ? b.type : a.type;
  if (type.kind !== b.type.kind && b.type.kind !== 'null') {
    report(node, `${described(left)} cannot be compared with ${described(right)}`);
    return undefined;
  }
  return { op, left: converted(a, type), right: converted(b, type), type: BOOLEAN };
}

export function isNullLiteral(node: TypedExpression): boolean {
  return node.op === 'literal' && node.literal === null;
}

/** For messages: `double column \`amount\``, `'USD'`, `a string`. */
export function described(node: TypedExpression): string {
  if (node.op === 'literal') return shown(node);
  if (node.op === 'column') return `${typeText(node.declared)} column \`${node.column}\``;
  return `a value of type ${typeText(node.type)}`;
}

function isTime(type: ExprType): boolean {
  return type.kind === 'date' || type.kind === 'timestamp';
}

type TextLiteral = TypedExpression & { readonly op: 'literal'; readonly literal: string };

function isText(node: TypedExpression): node is TextLiteral {
  return node.op === 'literal' && node.type.kind === 'string' && node.literal !== null;
}

/** Doubles where one is a double; a literal that is a whole number meets whole numbers as one. */
function numbersAlike(
  left: TypedExpression,
  right: TypedExpression,
): readonly [TypedExpression, TypedExpression] {
  if (!isNumber(left.type) || !isNumber(right.type) || left.type.kind === right.type.kind) {
    return [left, right];
  }
  const a = right.type.kind === 'int64' && left.op === 'literal' ? besideWhole(left) : left;
  const b = left.type.kind === 'int64' && right.op === 'literal' ? besideWhole(right) : right;
  if (a.type.kind === b.type.kind) return [a, b];
  return [converted(a, DOUBLE), converted(b, DOUBLE)];
}

/**
 * A double literal that meets whole numbers: as int64 where it is one. One beyond int64 must not be met by the int64 that
 * rounds to it, so a number that no int64 rounds to stands in for it.
 */
function besideWhole(literal: TypedExpression & { readonly op: 'literal' }): TypedExpression {
  const value = literal.literal;
  if (typeof value !== 'number' || !Number.isInteger(value)) return literal;
  return int64OrNull(BigInt(value)) === null
    ? literalOf(Math.sign(value) * Number.MAX_VALUE, DOUBLE)
    : literalOf(BigInt(value), INT64);
}

/** A date or timestamp against ISO text. */
function withText(
  node: Expression,
  op: ComparisonOperator,
  time: TypedExpression,
  text: TextLiteral,
  report: Report,
): TypedExpression | undefined {
  if (time.type.kind === 'date') {
    const day = parseDay(text.literal);
    if (day !== null) {
      return { op, left: time, right: literalOf(day, DATE), type: BOOLEAN };
    }
  } else {
    const ns = parseInstantNs(text.literal);
    if (ns !== null) return withInstant(op, time, ns);
  }
  report(node, `${shown(text)} is no ${time.type.kind}`, {
    advice:
      time.type.kind === 'date'
        ? "Write '2025-01-31'."
        : "Write '2025-01-31' or '2025-01-31T10:00:00Z'.",
  });
  return undefined;
}

/** A literal finer than µs is compared as it is, not rounded. */
function withInstant(op: ComparisonOperator, time: TypedExpression, ns: bigint): TypedExpression {
  const floor = floorDiv(ns, 1000n);
  const right = literalOf(floor, TIMESTAMP);
  if (ns === floor * 1000n) return { op, left: time, right, type: BOOLEAN };
  switch (op) {
    // Never and always, but null where the time is.
    case '=':
      return { op: '<>', left: time, right: time, type: BOOLEAN };
    case '<>':
      return { op: '=', left: time, right: time, type: BOOLEAN };
    case '<':
    case '<=':
      return { op: '<=', left: time, right, type: BOOLEAN };
    default:
      return { op: '>', left: time, right, type: BOOLEAN };
  }
}
