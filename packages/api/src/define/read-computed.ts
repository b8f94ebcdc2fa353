import { z } from 'zod';
import { type DataType, parseType } from '../data-type.js';
import type { Positions } from '../expression/check-columns.js';
import type { ExpressionProblem } from '../expression/problem.js';
import { expressionError, readExpression } from '../expression/read.js';
import type { Expression } from '../expression/tree.js';
import { walkExpression } from '../expression/walk.js';
import type { DefinitionRule } from '../rules.js';
import type { Report } from './report.js';
import { readShape } from './shape.js';

/** What is written where a column is computed: an expression alone is a double. */
const declaredShape = z.strictObject({
  expression: z.unknown(),
  type: z.string({ error: "must be a type such as 'string'" }).optional(),
});

/** `{ expression, type }`; a tree of an expression has `op`. */
function isDeclared(draft: unknown): draft is object {
  return typeof draft === 'object' && draft !== null && !('op' in draft);
}

/** A value of each row, as it is to be computed. */
export interface ComputedValue {
  readonly expression: Expression;
  readonly type: DataType;
}

/** What else may be wrong with a part of an expression. */
type Check = (part: Expression) => Omit<Found, 'position'> | undefined;

/** With the check that found it, where the code alone does not say. */
type Found = ExpressionProblem & { readonly rule?: DefinitionRule };

/**
 * `'a / b'`, a tree, or either with a type, over columns of these names. `report` is the value's own.
 * Returns undefined where it could not be read; its problems are added.
 */
export function readComputed(
  draft: unknown,
  columns: readonly { readonly name: string }[],
  report: Report,
  check: Check = () => undefined,
): ComputedValue | undefined {
  const shape = isDeclared(draft) ? readShape(declaredShape, draft, report) : { expression: draft };
  if (shape === undefined) return undefined;
  const { expression, positions, text, problems } = readExpression(shape.expression, columns);
  const more = expression === undefined ? [] : partProblems(expression, positions, check);
  for (const { rule, ...problem } of [...problems, ...more] as readonly Found[]) {
    const { code, params } = expressionError('expression', text, problem);
    (rule === undefined ? report : report.as(rule)).add(code, params);
  }
  const type = report.attempt(() => parseType(shape.type ?? 'double'));
  return expression === undefined || type === undefined ? undefined : { expression, type };
}

function partProblems(expression: Expression, positions: Positions, check: Check): Found[] {
  const found: Found[] = [];
  const add = (part: Expression, problem: Omit<Found, 'position'>) =>
    found.push({ position: positions.get(part) ?? null, ...problem });
  walkExpression(expression, (part) => {
    if (part.op === 'sql')
      add(part, {
        reason: 'sql(…) computes no column: it has no meaning where features are served',
        rule: 'SQL_COMPUTES_COLUMN',
      });
    const problem = check(part);
    if (problem !== undefined) add(part, problem);
  });
  return found;
}
