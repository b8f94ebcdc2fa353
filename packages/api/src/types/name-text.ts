/**
 * S6's names for the TypeScript compiler. Every ASCII character that is neither letter nor digit becomes `_`, as at run time;
 * other alphabets' letters are kept, as at run time. What the compiler cannot see is punctuation beyond ASCII (`é` is fine,
 * `€` or `—` is not): a name with such a character is right at run time and wrong in the row type.
 */

type Other =
  | ' '
  | '!'
  | '"'
  | '#'
  | '$'
  | '%'
  | '&'
  | "'"
  | '('
  | ')'
  | '*'
  | '+'
  | ','
  | '-'
  | '.'
  | '/'
  | ':'
  | ';'
  | '<'
  | '='
  | '>'
  | '?'
  | '@'
  | '['
  | '\\'
  | ']'
  | '^'
  | '_'
  | '`'
  | '{'
  | '|'
  | '}'
  | '~'
  | '\t'
  | '\n'
  | '\r';

/** One `_` for every run: the accumulator's end says whether we are inside one. */
type Replace<S extends string, Out extends string> = S extends `${infer C}${infer Rest}`
  ? C extends Other
    ? Out extends `${string}_`
      ? Replace<Rest, Out>
      : Replace<Rest, `${Out}_`>
    : Replace<Rest, `${Out}${C}`>
  : Out;

/** `sanitizeName` of one piece; the compiler remembers each piece, so 5,000 names cost little. */
export type Sanitized<S extends string> = string extends S ? string : Replace<Lowercase<S>, ''>;

/** Joined pieces may meet with two `_`: a run is one. */
export type Collapsed<S extends string> = S extends `${infer A}__${infer B}`
  ? Collapsed<`${A}_${B}`>
  : S;

/** `p50_p99` of `[50, 99]`. */
export type PercentileLabel<P extends readonly number[]> = P extends readonly [
  infer Only extends number,
]
  ? `p${Only}`
  : P extends readonly [infer First extends number, ...infer Rest extends readonly number[]]
    ? `p${First}_${PercentileLabel<Rest>}`
    : string;
