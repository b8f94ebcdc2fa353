import { shorten } from './limits.js';
import type { ExpressionProblem } from './problem.js';
import type { Expression } from './tree.js';
import { walkExpression } from './walk.js';

export type Positions = ReadonlyMap<object, number>;

interface Names {
  readonly candidates: readonly string[];
  readonly known: ReadonlySet<string>;
}

/** Thousands of expressions may stand over the same columns. */
const namesOf = new WeakMap<readonly { readonly name: string }[], Names>();

function namesIn(columns: readonly { readonly name: string }[]): Names {
  const found = namesOf.get(columns);
  if (found !== undefined) return found;
  const candidates = columns.map((column) => column.name);
  const names = { candidates, known: new Set(candidates) };
  namesOf.set(columns, names);
  return names;
}

/** Columns that an expression names and that are not there, each place once. Verbatim SQL is not looked into. */
export function checkColumns(
  expression: Expression,
  columns: readonly { readonly name: string }[],
  positions: Positions = new Map(),
): readonly ExpressionProblem[] {
  const { candidates, known } = namesIn(columns);
  const told = new Set<string | number>();
  const problems: ExpressionProblem[] = [];
  walkExpression(expression, (part) => {
    if (part.op !== 'column' || known.has(part.column)) return;
    const position = positions.get(part) ?? null;
    // BETWEEN and CASE x WHEN hold what they test several times.
    const place = position ?? part.column;
    if (told.has(place)) return;
    told.add(place);
    problems.push({
      position,
      reason: `there is no column \`${shorten(part.column)}\``,
      name: part.column,
      candidates,
      advice: "A string is written in single quotes: 'USD'.",
    });
  });
  return problems;
}
