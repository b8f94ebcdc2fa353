import type { DataType } from '@tessera/api';
import type { Value } from '../values/from-column.js';
import type { ExplainOptions, Explanation, Outcome } from './explanation.js';

/** One derived cell, and the values that its expression was given: plain data. */
export interface DerivedExplanation {
  readonly kind: 'derived';
  readonly join: string;
  readonly column: string;
  readonly type: DataType;
  /** Refused where one of its inputs is. */
  readonly outcome: Outcome;
  /** Canonical, over the columns of the row. */
  readonly expression: string;
  /** ISO text, UTC. */
  readonly asked: string;
  /** What the expression names, in the order named; then what derived columns among these name, and so on. */
  readonly inputs: readonly DerivedInput[];
}

interface AnyInput {
  readonly name: string;
  readonly type: DataType;
  /** Null also where `explanation` says that it is refused. */
  readonly value: Value;
}

export type DerivedInput =
  | (AnyInput & {
      /** A column of the left, as it was given; its time and `ds` are those of the instant. */
      readonly from: 'left';
    })
  | (AnyInput & {
      readonly from: 'feature';
      /** All that it was made of. */
      readonly explanation: Explanation;
    })
  | (AnyInput & { readonly from: 'derived'; readonly expression: string });

export interface ExplainDerivedOptions extends ExplainOptions {
  /** Left columns that the expression reads beside keys, as text of their type; null is null. */
  readonly left?: Readonly<Record<string, string | null>>;
}
