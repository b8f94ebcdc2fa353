import { MAX_NESTING } from './limits.js';
import { measurer } from './measure.js';
import { Refusal } from './problem.js';
import { showToken, type Token, tokenize } from './tokens.js';
import type { Expression } from './tree.js';

/** A place in a text that is being read, and what is known of the nodes made so far. */
export interface Cursor {
  readonly text: string;
  /** Where each node began: an operator at its sign, anything else at its first character. */
  readonly positions: ReadonlyMap<object, number>;
  readonly peek: (ahead?: number) => Token;
  readonly next: () => Token;
  readonly isWord: (word: string, ahead?: number) => boolean;
  readonly takeWord: (word: string) => boolean;
  readonly takeSymbol: (symbol: string) => boolean;
  /** Throws Refusal where the symbol is not. */
  readonly expectSymbol: (symbol: string) => void;
  /** The `)` of an `(`. Throws Refusal where it is not. */
  readonly expectClosing: (opening: Token) => void;
  readonly expectWord: (word: string, expected?: string) => void;
  /** The node, known to stand at the token; a node that has a place already keeps it. Throws Refusal when it is too large. */
  readonly place: <N extends Expression>(node: N, token: Token) => N;
  /** A level further in, until `leave`. Throws Refusal, at the token, before the stack can be exhausted. */
  readonly enter: (token: Token) => void;
  readonly leave: () => void;
}

export function refuse(token: Token, reason: string, advice?: string): Refusal {
  return new Refusal({
    position: token.position,
    reason,
    ...(advice !== undefined && { advice }),
  });
}

export function cursorOf(text: string): Cursor {
  const tokens = tokenize(text);
  const last = tokens.length - 1;
  const positions = new Map<object, number>();
  const measure = measurer();
  let idx = 0;
  let nesting = 0;

  const peek = (ahead = 0): Token => tokens[Math.min(idx + ahead, last)]!;
  const take = (found: boolean): boolean => {
    if (found) idx++;
    return found;
  };
  const isWord = (word: string, ahead = 0): boolean => {
    const token = peek(ahead);
    return token.kind === 'word' && token.text.toUpperCase() === word;
  };
  const takeSymbol = (symbol: string): boolean => {
    const token = peek();
    return take(token.kind === 'symbol' && token.text === symbol);
  };
  const takeWord = (word: string): boolean => take(isWord(word));
  return {
    text,
    positions,
    peek,
    next() {
      const token = peek();
      idx = Math.min(idx + 1, last);
      return token;
    },
    isWord,
    takeWord,
    takeSymbol,
    expectSymbol(symbol) {
      if (takeSymbol(symbol)) return;
      throw refuse(peek(), `expected \`${symbol}\`, found ${showToken(peek())}`);
    },
    expectClosing(opening) {
      if (takeSymbol(')')) return;
      const token = peek();
      const where = `The ( at character ${opening.position + 1} is not closed.`;
      const advice = token.kind === 'end' ? where : undefined;
      throw refuse(token, `expected \`)\`, found ${showToken(token)}`, advice);
    },
    expectWord(word, expected = word) {
      if (takeWord(word)) return;
      throw refuse(peek(), `expected ${expected}, found ${showToken(peek())}`);
    },
    place(node, token) {
      if (positions.has(node)) return node;
      positions.set(node, token.position);
      const tooLarge = measure(node);
      if (tooLarge !== undefined) throw refuse(token, tooLarge);
      return node;
    },
    enter(token) {
      if (++nesting > MAX_NESTING) throw refuse(token, `nests deeper than ${MAX_NESTING} levels`);
    },
    leave() {
      nesting--;
    },
  };
}
