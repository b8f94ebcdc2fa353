import {
  type DataType,
  type Expression,
  formatExpression,
  parseExpressionText,
  TesseraError,
} from '@tessera/api';
import { checkAssignable, checkExpression } from '@tessera/expr';

interface Place {
  readonly code: 'BAD_EXPRESSION' | 'BAD_PREDICATE';
  readonly at: string;
  readonly columns: readonly { readonly name: string; readonly type: DataType }[];
  readonly type: DataType;
}

/** What is wrong with an expression's names, types and functions, each at its character of the canonical text. */
export function typedProblems(expression: Expression, place: Place): TesseraError[] {
  const text = formatExpression(expression);
  const parsed = parseExpressionText(text);
  const { expression: tree, positions } =
    'reason' in parsed ? { expression, positions: undefined } : parsed;
  const { code, at, columns, type } = place;
  const { typed, problems } = checkExpression(tree, columns, positions, type);
  const error = (params: { position: number | null; reason: string }) => {
    const about = { text, ...params };
    return code === 'BAD_PREDICATE'
      ? new TesseraError(code, about, { at })
      : new TesseraError(code, { what: 'expression', ...about }, { at });
  };
  const found = problems.map(({ node: _, ...problem }) => error(problem));
  const fitted = typed && checkAssignable(typed, type);
  if (fitted === undefined || 'typed' in fitted) return found;
  if (code === 'BAD_PREDICATE')
    return [...found, error({ position: 0, reason: `a condition is boolean: ${fitted.reason}` })];
  return [...found, error({ position: 0, ...fitted })];
}
