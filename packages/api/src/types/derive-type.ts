import type { Expression } from '../expression/tree.js';
import type { JsValue, TypeText } from './type-text.js';

/** A derived column: an expression gives a double unless its type is declared. */
export type Derived =
  | string
  | Expression
  | { readonly expression: string | Expression; readonly type?: TypeText };

/** `derive` as written: name → expression. */
export type Derive = Readonly<Record<string, Derived>>;

/** The value of a derived column; always `| null` (S7). */
export type DerivedValue<D> = D extends {
  readonly expression: unknown;
  readonly type: infer T extends string;
}
  ? JsValue<T> | null
  : number | null;
