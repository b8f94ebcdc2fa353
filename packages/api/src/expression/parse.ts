import { allOf, anyOf, arithmetic, type Branch, caseOf, compare, negate, not } from './build.js';
import { type Cursor, cursorOf, refuse } from './cursor.js';
import { shorten } from './limits.js';
import { readNumber, readPlainLiteral, readTimeLiteral, readTypeText } from './parse-atom.js';
import { type ExpressionProblem, orProblem } from './problem.js';
import { RESERVED, showToken, type Token } from './tokens.js';
import type { ArithmeticOperator, ComparisonOperator, Expression } from './tree.js';
import { unexpectedAdvice } from './unexpected.js';

/** A parsed text, and where each node of the tree began. BETWEEN and CASE x WHEN hold one node several times. */
export interface ParsedExpression {
  readonly expression: Expression;
  readonly positions: ReadonlyMap<object, number>;
}

/** How tightly an operator holds its operands. */
const LEVEL = { or: 1, and: 2, not: 3, test: 4, concat: 5, add: 6, multiply: 7, unary: 8 } as const;

const WORD_LEVELS: ReadonlyMap<string, number> = new Map([
  ['OR', LEVEL.or],
  ['AND', LEVEL.and],
  ...['NOT', 'IS', 'IN', 'BETWEEN', 'LIKE'].map((word) => [word, LEVEL.test] as const),
]);

const SYMBOL_LEVELS: ReadonlyMap<string, number> = new Map([
  ...['=', '<>', '<', '<=', '>', '>='].map((symbol) => [symbol, LEVEL.test] as const),
  ['||', LEVEL.concat],
  ...['+', '-'].map((symbol) => [symbol, LEVEL.add] as const),
  ...['*', '/', '%'].map((symbol) => [symbol, LEVEL.multiply] as const),
]);

/** The level of a token that may stand between two operands; 0 for others. */
function levelOf(token: Token): number {
  if (token.kind === 'symbol') return SYMBOL_LEVELS.get(token.text) ?? 0;
  return token.kind === 'word' ? (WORD_LEVELS.get(token.text.toUpperCase()) ?? 0) : 0;
}

/** A column of this name may begin an operand where the token after it can follow one. */
const CASE_WORDS: readonly string[] = ['WHEN', 'THEN', 'ELSE', 'END'];

/**
 * Read the text of an expression.
 *
 *   or       = and (OR and)*                      concat   = add ('||' add)*
 *   and      = not (AND not)*                     add      = multiply (('+' | '-') multiply)*
 *   not      = NOT not | test                     multiply = unary (('*' | '/' | '%') unary)*
 *   test     = concat [comparison concat | IS [NOT] NULL | [NOT] (IN (…) | BETWEEN concat AND concat | LIKE 'pattern')]
 *   unary    = '-' unary | primary
 *   primary  = literal | column | "column" | name(or, …) | CAST(or AS type) | CASE [or] (WHEN or THEN or)+ [ELSE or] END | ( or )
 *
 * Returns  the tree in canonical form (see `Expression`), or the first problem. Names of columns and functions, and types, are
 *          not looked at.
 */
export function parseExpressionText(text: string): ParsedExpression | ExpressionProblem {
  return orProblem(() => {
    const cursor = cursorOf(text);
    const expression = readWhole(cursor);
    return { expression, positions: cursor.positions };
  });
}

function readWhole(cursor: Cursor): Expression {
  const { peek, next, isWord, takeWord, takeSymbol, expectSymbol, expectWord, place } = cursor;
  const { expectClosing, enter, leave } = cursor;
  let cases = 0;

  function read(least: number): Expression {
    const start = peek();
    enter(start);
    let left =
      least <= LEVEL.not && takeWord('NOT') ? place(not(read(LEVEL.not)), start) : readUnary();
    let isTest = false;
    for (;;) {
      const token = peek();
      const level = levelOf(token);
      if (level === 0 || level < least) {
        leave();
        return left;
      }
      if (level === LEVEL.test) {
        if (isTest) throw chained(token);
        isTest = true;
        left = readTest(left, token);
      } else if (level > LEVEL.test) {
        next();
        const op = token.text as ArithmeticOperator | '||';
        left = place(arithmetic(op, left, read(level + 1)), token);
      } else {
        const word = level === LEVEL.or ? 'OR' : 'AND';
        const args = [left];
        while (takeWord(word)) args.push(read(level + 1));
        left = place(word === 'OR' ? anyOf(args) : allOf(args), start);
      }
    }
  }

  function chained(token: Token) {
    return refuse(token, 'comparisons do not chain', 'Join them: a < b AND b < c.');
  }

  function readTest(left: Expression, token: Token): Expression {
    next();
    if (token.kind === 'symbol') {
      const after = peek();
      if (token.text === '=' && takeSymbol('=')) {
        throw refuse(token, 'equality is one `=`', 'Write `=`.');
      }
      if (token.text === '=' && after.kind === 'symbol' && /^[<>]$/.test(after.text)) {
        throw refuse(token, `there is no =${after.text}`, `Write \`${after.text}=\`.`);
      }
      return place(compare(token.text as ComparisonOperator, left, read(LEVEL.concat)), token);
    }
    const word = token.text.toUpperCase();
    if (word === 'IS') {
      const negated = takeWord('NOT');
      expectWord('NULL', 'NULL after IS');
      return negatedIf(negated, { op: 'is_null', operand: left }, token);
    }
    const negated = word === 'NOT';
    const kind = negated ? next() : token;
    switch (kind.kind === 'word' ? kind.text.toUpperCase() : '') {
      case 'IN':
        return negatedIf(negated, { op: 'in', operand: left, values: readValues() }, token);
      case 'LIKE': {
        const pattern = next();
        if (pattern.kind !== 'string') {
          throw refuse(pattern, `LIKE takes a pattern in quotes, not ${showToken(pattern)}`);
        }
        return negatedIf(negated, { op: 'like', operand: left, pattern: pattern.text }, token);
      }
      case 'BETWEEN': {
        const least = place(compare('>=', left, read(LEVEL.concat)), token);
        expectWord('AND', 'AND and the upper bound of BETWEEN');
        const most = place(compare('<=', left, read(LEVEL.concat)), token);
        return negatedIf(negated, allOf([least, most]), token);
      }
      default:
        throw refuse(kind, `expected IN, BETWEEN or LIKE after NOT, found ${showToken(kind)}`);
    }
  }

  function negatedIf(negated: boolean, test: Expression, token: Token): Expression {
    const placed = place(test, token);
    return negated ? place(not(placed), token) : placed;
  }

  function readValues(): Expression[] {
    const opening = peek();
    expectSymbol('(');
    const values: Expression[] = [];
    do values.push(read(LEVEL.or));
    while (takeSymbol(','));
    expectClosing(opening);
    return values;
  }

  function readUnary(): Expression {
    const start = peek();
    const sign = takeSymbol('-') ? -1 : takeSymbol('+') ? 1 : null;
    if (sign === null) return readPrimary();
    if (peek().kind === 'number') return place(readNumber(next(), sign), start);
    if (sign === 1) {
      throw refuse(peek(), `expected a number, found ${showToken(peek())}`, 'Leave the + out.');
    }
    enter(start);
    const arg = readUnary();
    leave();
    return place(negate(arg), start);
  }

  function readPrimary(): Expression {
    const start = peek();
    if (takeSymbol('(')) {
      const inner = read(LEVEL.or);
      expectClosing(start);
      return inner;
    }
    if (start.kind === 'number') return place(readNumber(next(), 1), start);
    const literal = readTimeLiteral(cursor) ?? readPlainLiteral(cursor);
    if (literal !== undefined) return place(literal, start);
    if (start.kind === 'name') return place({ op: 'column', column: next().text }, start);
    if (start.kind !== 'word' || isReserved(start)) throw noOperand(start);
    if (isWord('CASE') && beginsCase(peek(1))) return readCase();
    const isCall = peek(1).kind === 'symbol' && peek(1).text === '(';
    if (isCall) return isWord('CAST') ? readCast() : readCall();
    return place({ op: 'column', column: next().text }, start);
  }

  function isReserved(token: Token): boolean {
    const word = token.text.toUpperCase();
    return RESERVED.includes(word) || (cases > 0 && CASE_WORDS.includes(word));
  }

  function noOperand(token: Token) {
    return refuse(token, `expected a column or a value, found ${showToken(token)}`);
  }

  /** `case` is a column's name before what can only follow an operand. */
  function beginsCase(after: Token): boolean {
    if (after.kind === 'symbol') return after.text === '(';
    if (after.kind === 'end' || levelOf(after) > 0) return false;
    return after.kind !== 'word' || !(cases > 0 && isReserved(after)) || isWord('WHEN', 1);
  }

  function readCase(): Expression {
    const start = next();
    cases++;
    const operand = isWord('WHEN') ? null : read(LEVEL.or);
    const branches: Branch[] = [];
    let at = peek();
    expectWord('WHEN');
    do {
      const test = read(LEVEL.or);
      expectWord('THEN');
      const condition = operand === null ? test : place(compare('=', operand, test), at);
      branches.push({ if: condition, then: read(LEVEL.or) });
      at = peek();
    } while (takeWord('WHEN'));
    const otherwise = takeWord('ELSE') ? read(LEVEL.or) : undefined;
    expectWord('END', otherwise === undefined ? 'WHEN, ELSE or END' : 'END');
    cases--;
    return place(caseOf(branches, otherwise), start);
  }

  function readCast(): Expression {
    const start = next();
    const opening = next();
    const operand = read(LEVEL.or);
    expectWord('AS', 'AS and a type');
    const to = readTypeText(cursor, opening);
    next();
    return place({ op: 'cast', operand, to }, start);
  }

  function readCall(): Expression {
    const start = next();
    const name = start.text.toLowerCase();
    if (!/^\w+$/.test(name)) throw refuse(start, `there is no function \`${shorten(name)}\``);
    if (name === 'sql') {
      throw refuse(
        start,
        'sql(…) stands outside of the text',
        "Write sql('…') without quotes around it.",
      );
    }
    const opening = next();
    const args: Expression[] = [];
    if (!takeSymbol(')')) {
      do args.push(read(LEVEL.or));
      while (takeSymbol(','));
      if (isWord('AS')) {
        throw refuse(
          peek(),
          'expected `)`, found `AS`',
          'Types are given to CAST(x AS type) only.',
        );
      }
      expectClosing(opening);
    }
    return place({ op: 'call', name, args }, start);
  }

  const whole = read(LEVEL.or);
  const rest = peek();
  if (rest.kind !== 'end') {
    throw refuse(
      rest,
      `expected AND, OR or the end, found ${showToken(rest)}`,
      unexpectedAdvice(rest),
    );
  }
  return whole;
}
