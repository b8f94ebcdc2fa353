import { closest } from '../suggest.js';
import type { Token } from './tokens.js';

const NO_PATTERNS =
  'Regular expressions are left out, since they may take for ever: use LIKE, starts_with, ends_with or contains.';

/** What to write instead of operators of other languages. */
const INSTEAD: Readonly<Record<string, string>> = {
  ILIKE: "Write lower(x) LIKE '…'.",
  RLIKE: NO_PATTERNS,
  REGEXP: NO_PATTERNS,
  SIMILAR: NO_PATTERNS,
  GLOB: NO_PATTERNS,
  XOR: 'Write a <> b.',
  MOD: 'Write a % b.',
  DIV: 'Write a / b, which divides doubles.',
  ISNULL: 'Write IS NULL.',
  NOTNULL: 'Write IS NOT NULL.',
};

const OPERATORS = ['AND', 'OR', 'IN', 'IS', 'NOT', 'BETWEEN', 'LIKE'];

/** Advice for a token where an operator or the end should stand. */
export function unexpectedAdvice(token: Token): string | undefined {
  if (token.kind === 'symbol' && token.text === ')') return 'There is no ( for it.';
  if (token.kind !== 'word') return undefined;
  const instead = INSTEAD[token.text.toUpperCase()];
  if (instead !== undefined) return instead;
  const near = closest(token.text, OPERATORS);
  return near === undefined ? undefined : `Did you mean \`${near}\`?`;
}
