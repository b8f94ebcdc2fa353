import { type LiteralExpression, parseDay } from '@tessera/api';
import { floorDiv, parseInstantNs } from '../instant.js';
import {
  BOOLEAN,
  DATE,
  DOUBLE,
  INT64,
  NULL_TYPE,
  STRING,
  TIMESTAMP,
  type TypedLiteral,
} from '../types.js';
import { int64OrNull, literalOf } from '../values.js';

/** A literal in the form of its type, or the reason why it is none. */
export function typedLiteral(node: LiteralExpression): TypedLiteral | { readonly reason: string } {
  const { literal, type } = node;
  if (literal === null) return literalOf(null, NULL_TYPE);
  if (typeof literal === 'boolean') return literalOf(literal, BOOLEAN);
  if (typeof literal === 'number') {
    if (!Number.isFinite(literal)) return { reason: 'a number is finite' };
    if (type === 'double' || !Number.isInteger(literal)) return literalOf(literal + 0, DOUBLE);
    return wholeNumber(BigInt(literal));
  }
  switch (type) {
    case 'int64':
      return /^-?\d+$/.test(literal)
        ? wholeNumber(BigInt(literal))
        : { reason: `'${literal}' is no whole number` };
    case 'date': {
      const day = parseDay(literal);
      return day === null ? { reason: `'${literal}' is no date` } : literalOf(day, DATE);
    }
    case 'timestamp': {
      const ns = parseInstantNs(literal);
      return ns === null
        ? { reason: `'${literal}' is no timestamp` }
        : literalOf(floorDiv(ns, 1000n), TIMESTAMP);
    }
    default:
      // Text is UTF-8 everywhere else: half a surrogate pair is the replacement character.
      return literalOf(literal.replace(/\p{Surrogate}/gu, '\ufffd'), STRING);
  }
}

/** int64, or the nearest double where int64 does not reach. */
function wholeNumber(value: bigint): TypedLiteral {
  return int64OrNull(value) === null ? literalOf(Number(value), DOUBLE) : literalOf(value, INT64);
}

/** How a literal is shown in messages. */
export function shown(literal: TypedLiteral): string {
  if (literal.literal === null) return 'NULL';
  return literal.type.kind === 'string'
    ? `'${literal.literal}'`
    : String(literal.literal).toUpperCase();
}
