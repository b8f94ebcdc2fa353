/** What is wrong with an expression, and where. */
export interface ExpressionProblem {
  /** UTF-16 offset of the character; null when the expression was given as data. */
  readonly position: number | null;
  readonly reason: string;
  /** A name that was not found, to suggest others for. */
  readonly name?: string;
  readonly candidates?: readonly string[];
  /** What candidates are, where they are not columns. */
  readonly candidatesAre?: string;
  readonly advice?: string;
}

/** Thrown inside of reading only: the outermost call turns it into a returned problem. */
export class Refusal extends Error {
  constructor(readonly problem: ExpressionProblem) {
    super(problem.reason);
  }
}

/** What `read` gives, or the problem it was refused with. */
export function orProblem<T extends object>(read: () => T): T | ExpressionProblem {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

export function isProblem(value: object): value is ExpressionProblem {
  return 'reason' in value;
}
