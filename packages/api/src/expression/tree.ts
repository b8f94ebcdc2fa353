/** What a literal holds; JSON-safe. */
export type LiteralValue = string | number | boolean | null;

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/**
 * An expression as plain data: what text and builders both become, what is hashed, checked, rendered as SQL and compiled. One
 * spelling of each meaning: `!=` is `<>`, NOT IN and IS NOT NULL are `not`, BETWEEN is two comparisons, CASE x WHEN is
 * CASE WHEN x =, nested and/or are flattened, names of functions and casts are lower case.
 */
export type Expression =
  | LiteralExpression
  | { readonly op: 'column'; readonly column: string }
  | { readonly op: ArithmeticOperator; readonly left: Expression; readonly right: Expression }
  | { readonly op: '||'; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'negate'; readonly arg: Expression }
  | { readonly op: ComparisonOperator; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'and' | 'or'; readonly args: readonly Expression[] }
  | { readonly op: 'not'; readonly arg: Expression }
  | { readonly op: 'in'; readonly operand: Expression; readonly values: readonly Expression[] }
  | { readonly op: 'is_null'; readonly operand: Expression }
  | { readonly op: 'like'; readonly operand: Expression; readonly pattern: string }
  | {
      readonly op: 'case';
      readonly when: readonly { readonly if: Expression; readonly then: Expression }[];
      /** Absent = null. */
      readonly else?: Expression;
    }
  /** `to` is the canonical text of a type; what cannot be converted is null. */
  | { readonly op: 'cast'; readonly operand: Expression; readonly to: string }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly Expression[] }
  /** Verbatim SQL, offline only. */
  | { readonly op: 'sql'; readonly sql: string; readonly spark?: string };

/**
 * A literal. Without `type` it is what it looks like: a string, a boolean, NULL, a whole number (int64) or another (double).
 * `1.0` and `1e3` say `double`; a whole number that no double holds exactly is its digits as text with `int64`; DATE '…' and
 * TIMESTAMP '…' are text with `date` and `timestamp`.
 */
export interface LiteralExpression {
  readonly op: 'literal';
  readonly literal: LiteralValue;
  readonly type?: 'double' | 'int64' | 'date' | 'timestamp';
}
