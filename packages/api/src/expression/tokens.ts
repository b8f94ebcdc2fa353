import { MAX_TEXT, shorten } from './limits.js';
import { type ExpressionProblem, Refusal } from './problem.js';

/** Words of an expression, each with where it begins and ends (UTF-16 offsets). */
export interface Token {
  readonly kind: 'name' | 'word' | 'string' | 'number' | 'symbol' | 'end';
  /** What it means: quotes undone, words as written, symbols canonical (`!=` is `<>`). */
  readonly text: string;
  readonly position: number;
  readonly end: number;
}

/** Words that are no column names unless quoted. */
export const RESERVED: readonly string[] = [
  ...['AND', 'OR', 'NOT', 'IN', 'IS', 'NULL', 'TRUE', 'FALSE'],
];

/** Words that are column names only where they can be nothing else; canonical text quotes them always. */
export const KEYWORDS: readonly string[] = [
  ...['CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST', 'BETWEEN', 'LIKE', 'DATE', 'TIMESTAMP'],
];

/** A column name that needs no quotes. */
export const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

// None of these can look at a character twice, whatever the text.
const SPACE = /\s+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const GOES_ON = /[\p{L}\p{N}_.]/uy;
const SYMBOL = /<>|!=|<=|>=|\|\||[=<>(),+\-*/%]/y;

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}

/** Where a quoted text ends, after its closing quote; -1 when it does not. A doubled quote is one inside. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start]!;
  for (let from = start + 1; ; ) {
    const idx = text.indexOf(quote, from);
    if (idx < 0) return -1;
    if (text[idx + 1] !== quote) return idx + 1;
    from = idx + 2;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  '&': 'Write AND.',
  '|': 'Write OR, or || to join texts.',
  '!': 'Write NOT, or <> between two values.',
  '`': 'Quote a column name with " and a string with \'.',
  '‘': "Quote a string with '.",
  '’': "Quote a string with '.",
  '“': 'Quote a column name with " and a string with \'.',
  '”': 'Quote a column name with " and a string with \'.',
  ':': 'Write CAST(x AS type) for a conversion.',
  '^': 'Write pow(x, y) for a power.',
  '[': 'Write element_at(list, 1) for an element.',
  ';': 'An expression is one value, not a statement.',
};

function explain(text: string, position: number, before: Token | undefined): ExpressionProblem {
  const char = String.fromCodePoint(text.codePointAt(position) ?? 0);
  if (char === "'") {
    return { position, reason: "this string has no closing '", advice: "Write a ' inside as ''." };
  }
  if (char === '"') {
    return { position, reason: 'this quoted column name is empty or has no closing "' };
  }
  const isAfterName =
    before?.end === position && (before.kind === 'word' || before.kind === 'name');
  if (char === '.' && isAfterName) {
    const advice = 'A column whose own name has one is quoted: "a.b".';
    return { position, reason: 'a column name has no dot', advice };
  }
  if (/\d|\./.test(char)) return { position, reason: 'this is no number' };
  const advice = ADVICE[char];
  const reason = `unexpected ${JSON.stringify(char)}`;
  return advice === undefined ? { position, reason } : { position, reason, advice };
}

/** All tokens and an `end`. Throws Refusal at the first character that begins none. */
export function tokenize(text: string): readonly Token[] {
  if (text.length > MAX_TEXT) {
    const reason = `has ${text.length} characters, and ${MAX_TEXT} are the most`;
    throw new Refusal({ position: null, reason });
  }
  const tokens: Token[] = [];
  let position = matchAt(SPACE, text, 0)?.length ?? 0;
  while (position < text.length) {
    const token = tokenAt(text, position);
    if (token === undefined) throw new Refusal(explain(text, position, tokens.at(-1)));
    tokens.push(token);
    position = token.end + (matchAt(SPACE, text, token.end)?.length ?? 0);
  }
  tokens.push({ kind: 'end', text: '', position: text.length, end: text.length });
  return tokens;
}

function tokenAt(text: string, position: number): Token | undefined {
  const char = text[position]!;
  if (char === "'" || char === '"') {
    const end = endOfQuoted(text, position);
    if (end < 0) return undefined;
    const inner = text.slice(position + 1, end - 1).replaceAll(char + char, char);
    if (char === '"' && inner === '') return undefined;
    return { kind: char === '"' ? 'name' : 'string', text: inner, position, end };
  }
  const word = matchAt(WORD, text, position);
  if (word !== undefined) {
    return { kind: 'word', text: word, position, end: position + word.length };
  }
  const number = matchAt(NUMBER, text, position);
  if (number !== undefined) {
    const end = position + number.length;
    if (matchAt(GOES_ON, text, end) !== undefined) return undefined;
    return { kind: 'number', text: number, position, end };
  }
  const pair = text.slice(position, position + 2);
  if (pair === '--' || pair === '/*') {
    const advice = pair === '--' ? 'For minus a negative number write - -1.' : undefined;
    const reason = 'comments are no part of an expression';
    throw new Refusal({ position, reason, ...(advice !== undefined && { advice }) });
  }
  const symbol = matchAt(SYMBOL, text, position);
  if (symbol === undefined) return undefined;
  const canonical = symbol === '!=' ? '<>' : symbol;
  return { kind: 'symbol', text: canonical, position, end: position + symbol.length };
}

/** A token in a message. */
export function showToken(token: Token): string {
  return token.kind === 'end' ? 'the end' : `\`${shorten(token.text)}\``;
}
