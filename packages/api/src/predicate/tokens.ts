/** Words of a `where` text, each with where it begins (UTF-16 offset). */
export interface Token {
  readonly kind: 'name' | 'word' | 'string' | 'number' | 'symbol' | 'end';
  /** What it means: quotes undone, words as written, symbols canonical (`!=` is `<>`). */
  readonly text: string;
  readonly position: number;
}

/** Words that are no column names unless quoted. */
export const RESERVED = ['AND', 'OR', 'NOT', 'IN', 'IS', 'NULL', 'TRUE', 'FALSE'] as const;

/** A column name that needs no quotes. */
export const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

const TOKEN =
  /(\s+)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\p{L}\p{N}_.])|([\p{L}_][\p{L}\p{N}_]*)|'((?:[^']|'')*)'|"((?:[^"]|"")+)"|(<>|!=|<=|>=|[=<>(),+-])/uy;

export interface TokenProblem {
  readonly position: number;
  readonly reason: string;
  readonly advice?: string;
}

function explain(text: string, position: number): TokenProblem {
  const char = String.fromCodePoint(text.codePointAt(position) ?? 0);
  if (char === "'") {
    return { position, reason: "this string has no closing '", advice: "Write a ' inside as ''." };
  }
  if (char === '"') {
    return { position, reason: 'this quoted column name is empty or has no closing "' };
  }
  if (/\d|\./.test(char)) return { position, reason: 'this is no number' };
  const advice: Readonly<Record<string, string>> = {
    '&': 'Write AND.',
    '|': 'Write OR.',
    '!': 'Write NOT, or <> between two values.',
    '`': 'Quote a column name with " and a string with \'.',
  };
  const known = advice[char];
  return {
    position,
    reason: `unexpected ${JSON.stringify(char)}`,
    advice: known ?? "For arithmetic and functions write sql('…'), which works offline only.",
  };
}

/** All tokens and an `end`, or the first character that begins none. */
export function tokenize(text: string): readonly Token[] | TokenProblem {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) return explain(text, position);
    const [, space, number, word, string, name, symbol] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, position });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, position });
    else if (string !== undefined) {
      tokens.push({ kind: 'string', text: string.replaceAll("''", "'"), position });
    } else if (name !== undefined) {
      tokens.push({ kind: 'name', text: name.replaceAll('""', '"'), position });
    } else if (symbol !== undefined) {
      tokens.push({ kind: 'symbol', text: symbol === '!=' ? '<>' : symbol, position });
    } else if (space === undefined) return explain(text, position);
    position = TOKEN.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', position: text.length });
  return tokens;
}
