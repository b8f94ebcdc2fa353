import type { Expression } from '@tessera/api';

/** What is wrong with an expression, at its node; `position` is the character where the text is known. */
export interface ExpressionProblem {
  readonly node: Expression;
  readonly position: number | null;
  readonly reason: string;
  readonly advice?: string;
  /** The unknown name, and what it may have been. */
  readonly name?: string;
  readonly candidates?: readonly string[];
  /** What candidates are, where they are not columns. */
  readonly candidatesAre?: string;
}

/** Told while a tree is checked. */
export type Report = (
  node: Expression,
  reason: string,
  extra?: Pick<ExpressionProblem, 'advice' | 'name' | 'candidates' | 'candidatesAre'>,
) => void;
