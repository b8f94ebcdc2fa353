import type { Comparison, Literal, Operand, Predicate } from '../spec.js';
import { allOf, anyOf } from './build.js';
import { RESERVED, type Token, tokenize } from './tokens.js';

/** Deeper nesting of parentheses and NOTs is refused before it can exhaust the stack. */
export const MAX_NESTING = 200;

/** What is wrong with a predicate, and where; `position` is null when it was given as data. */
export interface PredicateProblem {
  readonly position: number | null;
  readonly reason: string;
  /** A name that was not found, to suggest others for. */
  readonly name?: string;
  readonly candidates?: readonly string[];
  readonly advice?: string;
}

/** A parsed text, and where each node and operand began. */
export interface ParsedPredicate {
  readonly predicate: Predicate;
  readonly positions: ReadonlyMap<object, number>;
}

/** Thrown inside the parser only: the outermost call turns it into a returned problem. */
class Refusal extends Error {
  constructor(readonly problem: PredicateProblem) {
    super(problem.reason);
  }
}

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const ELSEWHERE: Readonly<Record<string, string>> = {
  LIKE: "LIKE is not part of where; write sql('…'), which works offline only.",
  ILIKE: "ILIKE is not part of where; write sql('…'), which works offline only.",
  BETWEEN: 'Write `a >= 1 AND a <= 2` instead of BETWEEN.',
};

function show(token: Token): string {
  return token.kind === 'end' ? 'the end' : `\`${token.text}\``;
}

/**
 * Read a `where` text.
 *
 *   or   = and (OR and)*        not  = NOT not | test
 *   and  = not (AND not)*       test = ( or ) | value [comparison value | [NOT] IN (…) | IS [NOT] NULL]
 *
 * Returns  the tree in canonical form (`!=` is `<>`, NOT IN and IS NOT NULL are `not`, nested and/or flattened), or the first
 *          problem. Column names and types are not looked at.
 */
export function parsePredicateText(text: string): ParsedPredicate | PredicateProblem {
  const tokens = tokenize(text);
  if ('reason' in tokens) return tokens;
  try {
    return readTokens(tokens);
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

function readTokens(tokens: readonly Token[]): ParsedPredicate {
  const positions = new Map<object, number>();
  let idx = 0;
  let nesting = 0;

  const peek = (): Token => tokens[idx]!;
  const refuse = (token: Token, reason: string, advice?: string): Refusal =>
    new Refusal({ position: token.position, reason, ...(advice !== undefined && { advice }) });
  const isWord = (word: string): boolean =>
    peek().kind === 'word' && peek().text.toUpperCase() === word;
  const take = (found: boolean): boolean => {
    if (found) idx++;
    return found;
  };
  const takeWord = (word: string): boolean => take(isWord(word));
  const takeSymbol = (symbol: string): boolean =>
    take(peek().kind === 'symbol' && peek().text === symbol);
  const placed = <N extends object>(node: N, token: Token): N => {
    positions.set(node, token.position);
    return node;
  };
  const expectSymbol = (symbol: string): void => {
    if (!takeSymbol(symbol)) throw refuse(peek(), `expected \`${symbol}\`, found ${show(peek())}`);
  };
  const nested = (token: Token, read: () => Predicate): Predicate => {
    if (++nesting > MAX_NESTING) {
      throw refuse(token, `nests deeper than ${MAX_NESTING} levels`);
    }
    const inner = read();
    nesting--;
    return inner;
  };

  function readOr(): Predicate {
    const start = peek();
    const args = [readAnd()];
    while (takeWord('OR')) args.push(readAnd());
    return placed(anyOf(args), start);
  }

  function readAnd(): Predicate {
    const start = peek();
    const args = [readNot()];
    while (takeWord('AND')) args.push(readNot());
    return placed(allOf(args), start);
  }

  function readNot(): Predicate {
    const start = peek();
    if (takeWord('NOT')) return placed({ op: 'not', arg: nested(start, readNot) }, start);
    return readTest();
  }

  function readTest(): Predicate {
    const start = peek();
    if (takeSymbol('(')) {
      const inner = nested(start, readOr);
      expectSymbol(')');
      return inner;
    }
    const left = readOperand();
    const next = peek();
    if (next.kind === 'symbol' && COMPARISONS.includes(next.text)) {
      idx++;
      if (takeSymbol('=')) throw refuse(next, 'equality is one `=`', 'Write `=`.');
      const right = readOperand();
      return placed({ op: next.text as Comparison, left, right }, next);
    }
    if (takeWord('IS')) {
      const negated = takeWord('NOT');
      if (!takeWord('NULL')) throw refuse(peek(), `expected NULL after IS, found ${show(peek())}`);
      const test = placed({ op: 'is_null' as const, operand: left }, next);
      return negated ? placed({ op: 'not', arg: test }, next) : test;
    }
    const negated = takeWord('NOT');
    if (takeWord('IN')) {
      const test = placed({ op: 'in' as const, operand: left, values: readValues() }, next);
      return negated ? placed({ op: 'not', arg: test }, next) : test;
    }
    if (negated) throw refuse(peek(), `expected IN after NOT, found ${show(peek())}`);
    if ('column' in left) return placed({ op: 'column', column: left.column }, start);
    throw refuse(start, 'a value alone is no condition', 'Compare it with a column.');
  }

  function readValues(): Literal[] {
    expectSymbol('(');
    const values: Literal[] = [];
    do {
      const start = peek();
      const value = readOperand();
      if ('column' in value) throw refuse(start, 'IN takes values, not columns');
      values.push(value.literal);
    } while (takeSymbol(','));
    expectSymbol(')');
    return values;
  }

  function readOperand(): Operand {
    const start = peek();
    const sign = takeSymbol('-') ? -1 : takeSymbol('+') ? 1 : null;
    const token = peek();
    if (token.kind === 'number') {
      idx++;
      return placed({ literal: readNumber(token, sign ?? 1) }, start);
    }
    if (sign !== null) throw refuse(token, `expected a number, found ${show(token)}`);
    if (token.kind === 'string') {
      idx++;
      return placed({ literal: token.text }, start);
    }
    if (token.kind === 'name') {
      idx++;
      return placed({ column: token.text }, start);
    }
    if (takeWord('TRUE')) return placed({ literal: true }, start);
    if (takeWord('FALSE')) return placed({ literal: false }, start);
    if (takeWord('NULL')) return placed({ literal: null }, start);
    if (
      token.kind === 'word' &&
      !(RESERVED as readonly string[]).includes(token.text.toUpperCase())
    ) {
      idx++;
      return placed({ column: token.text }, start);
    }
    throw refuse(token, `expected a column or a value, found ${show(token)}`);
  }

  function readNumber(token: Token, sign: number): number {
    // + 0 turns -0 into 0 (S4.4).
    const value = sign * Number(token.text) + 0;
    if (!Number.isFinite(value)) throw refuse(token, 'this number is too large');
    if (/^\d+$/.test(token.text) && !Number.isSafeInteger(value)) {
      throw refuse(token, 'this whole number is beyond 2^53 and could not be held exactly');
    }
    return value;
  }

  const predicate = readOr();
  const rest = peek();
  if (rest.kind !== 'end') {
    throw refuse(
      rest,
      `expected AND, OR or the end, found ${show(rest)}`,
      rest.kind === 'word' ? ELSEWHERE[rest.text.toUpperCase()] : undefined,
    );
  }
  return { predicate, positions };
}
