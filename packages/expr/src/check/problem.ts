import type { Expression, ExpressionProblem as Problem } from '@tessera/api';

/** What is wrong with an expression, also told by its node; `position` is the character where the text is known. */
export interface ExpressionProblem extends Problem {
  readonly node: Expression;
}

/** Told while a tree is checked. */
export type Report = (
  node: Expression,
  reason: string,
  extra?: Pick<ExpressionProblem, 'advice' | 'name' | 'candidates'>,
) => void;
