import type { Expression } from '../expression/tree.js';
import type { ColumnTexts, JsValue, TypeText } from './type-text.js';

/** A derived column: an expression gives a double unless its type is declared. */
export type Derived =
  | string
  | Expression
  | { readonly expression: string | Expression; readonly type?: TypeText };

/** What an aggregation may take in the place of a column: text needs `expr(…)`, for a name is text too. */
export type InputExpression = Exclude<Derived, string>;

/** Those whose value is of one of these types. */
export type InputOfType<T extends TypeText> =
  | { readonly expression: string | Expression; readonly type: T }
  | ('double' extends T
      ? Expression | { readonly expression: string | Expression; readonly type?: never }
      : never);

/** `derive` as written: name → expression. */
export type Derive = Readonly<Record<string, Derived>>;

/** The value of a derived column; always `| null` (S7). */
export type DerivedValue<D> = D extends {
  readonly expression: unknown;
  readonly type: infer T extends string;
}
  ? JsValue<T> | null
  : number | null;

/** No computed column. */
export type NoColumns = Readonly<Record<never, string>>;

/** The type of a computed value as text. */
export type ComputedText<D> = D extends {
  readonly expression: unknown;
  readonly type: infer T extends TypeText;
}
  ? T
  : 'double';

/** Column texts of a source with those that it computes. */
export type Selected<C extends ColumnTexts, D extends Derive> = string extends keyof D
  ? C
  : [keyof D] extends [never]
    ? C
    : {
        readonly [K in keyof C | keyof D]: K extends keyof D
          ? ComputedText<D[K]>
          : K extends keyof C
            ? C[K]
            : never;
      };
