import {
  combineProblems,
  type ErrorCode,
  type ErrorParams,
  isTesseraError,
  locateError,
  TesseraError,
} from '../errors.js';
import type { DefinitionRule } from '../rules.js';

/** Where the problems of one definition gather, so that all are told together; `at` is the place being looked at. */
export interface Report {
  readonly at: string;
  readonly problems: readonly TesseraError[];
  /** A problem at this place; `hint` instead of the table's. */
  add<C extends ErrorCode>(code: C, params: ErrorParams<C>, hint?: string): void;
  /** A BAD_OPTION: `` `tail` must be … ``. */
  option(option: string, reason: string, hint?: string): void;
  /** The same gathering, whose problems are of this rule. */
  as(rule: DefinitionRule): Report;
  /** What `run` gives, or undefined after taking over the problems it threw. */
  attempt<T>(run: () => T): T | undefined;
  /** The same gathering, one step further in: `user_spend › keys`. */
  inside(step: string): Report;
  /** Throws everything gathered so far, if anything. */
  settle(): void;
}

export function createReport(
  at: string,
  problems: TesseraError[] = [],
  rule?: DefinitionRule,
): Report {
  const add: Report['add'] = (code, params, hint) => {
    const place = { at, ...(hint !== undefined && { hint }), ...(rule !== undefined && { rule }) };
    problems.push(new TesseraError(code, params, place));
  };
  return {
    at,
    problems,
    add,
    option: (option, reason, hint) => add('BAD_OPTION', { option, reason }, hint),
    as: (finer) => createReport(at, problems, finer),
    attempt: (run) => {
      try {
        return run();
      } catch (error) {
        if (!isTesseraError(error)) throw error;
        problems.push(...locateError(error, at).problems);
        return undefined;
      }
    },
    inside: (step) => createReport(`${at} › ${step}`, problems),
    settle: () => {
      if (problems.length > 0) throw combineProblems(problems);
    },
  };
}
