import { formatType, parseType } from '../data-type.js';
import { isTesseraError } from '../errors.js';
import { doubleLiteral, plainLiteral, wholeLiteral } from './build.js';
import { type Cursor, refuse } from './cursor.js';
import { isIso, isoAdvice } from './iso.js';
import { shorten } from './limits.js';
import { showToken, type Token } from './tokens.js';
import type { LiteralExpression } from './tree.js';

/** A number as written, with its sign. Throws Refusal when no number of ours holds it. */
export function readNumber(token: Token, sign: 1 | -1): LiteralExpression {
  const { text } = token;
  if (!/^\d+$/.test(text)) {
    const value = sign * Number(text) + 0;
    if (Number.isFinite(value)) return doubleLiteral(value);
    throw refuse(token, 'this number is too large');
  }
  const digits = text.replace(/^0+(?=\d)/, '');
  const whole = digits.length > 19 ? undefined : wholeLiteral(BigInt(sign) * BigInt(digits));
  if (whole !== undefined) return whole;
  throw refuse(
    token,
    'this whole number is beyond 2^63 and could not be held exactly',
    'With a point, 1.0, it is the nearest double.',
  );
}

/** `DATE '2025-01-31'` and `TIMESTAMP '…'`, or undefined where none stands. */
export function readTimeLiteral(cursor: Cursor): LiteralExpression | undefined {
  const type = cursor.isWord('DATE')
    ? 'date'
    : cursor.isWord('TIMESTAMP')
      ? 'timestamp'
      : undefined;
  if (type === undefined || cursor.peek(1).kind !== 'string') return undefined;
  cursor.next();
  const token = cursor.next();
  if (isIso(token.text, type)) return { op: 'literal', literal: token.text, type };
  throw refuse(token, `'${shorten(token.text)}' is no ${type}`, isoAdvice(type));
}

/** TRUE, FALSE, NULL, a string; undefined where none stands. */
export function readPlainLiteral(cursor: Cursor): LiteralExpression | undefined {
  if (cursor.peek().kind === 'string') return plainLiteral(cursor.next().text);
  if (cursor.takeWord('TRUE')) return plainLiteral(true);
  if (cursor.takeWord('FALSE')) return plainLiteral(false);
  return cursor.takeWord('NULL') ? plainLiteral(null) : undefined;
}

/** The type of a CAST, up to the parenthesis that closes `opening`: its canonical text. */
export function readTypeText(cursor: Cursor, opening: Token): string {
  const start = cursor.peek();
  let depth = 0;
  for (;;) {
    const token = cursor.peek();
    if (token.kind === 'end') cursor.expectClosing(opening);
    if (token.kind === 'symbol' && token.text === '(') depth++;
    if (token.kind === 'symbol' && token.text === ')' && --depth < 0) break;
    cursor.next();
  }
  const end = cursor.peek();
  if (end === start) throw refuse(start, `expected a type, found ${showToken(start)}`);
  const text = cursor.text.slice(start.position, end.position).trim();
  try {
    return formatType(parseType(text.toLowerCase()));
  } catch (error) {
    if (!isTesseraError(error)) throw error;
    const reason = error.summary.replace(/\.$/, '');
    throw refuse(start, text.length > 60 ? 'this is no type' : reason, error.hint);
  }
}
