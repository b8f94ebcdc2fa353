import {
  type ComputedColumn,
  combineProblems,
  computedColumns,
  DS,
  formatExpression,
  type GroupBySpec,
  type JoinSpec,
  leftColumns,
  parseExpressionText,
  TesseraError,
} from '@tessera/api';
import { checkAssignable, checkExpression } from '@tessera/expr';
import type { NamedType } from '../read-typed.js';

/** Columns of a row that derived ones may read beside features: those of its left, or its keys, and its day. */
export function ownColumns(spec: JoinSpec | GroupBySpec): readonly NamedType[] {
  const day: NamedType = { name: DS, type: { kind: 'string' } };
  if (spec.kind === 'join') return [...leftColumns(spec), day];
  const { source, keys } = spec;
  return [...source.columns.filter(({ name }) => keys.includes(name) && name !== DS), day];
}

/** Types and functions of every derived column, before anything is read. Throws BAD_EXPRESSION, all together. */
export function checkDerived(
  spec: JoinSpec | GroupBySpec,
  computed: readonly ComputedColumn[] = computedColumns(spec),
): void {
  const known: NamedType[] = [...ownColumns(spec), ...computed.map(({ column }) => column)];
  const problems = computed.flatMap(({ column }) => problemsOf(column, known, spec.name));
  if (problems.length > 0) throw combineProblems(problems);
}

function problemsOf(
  { name, type, expression }: ComputedColumn['column'],
  known: readonly NamedType[],
  definition: string,
): TesseraError[] {
  if (expression === undefined) return [];
  const text = formatExpression(expression);
  // The text in which problems are shown is the canonical one, so places are those in it.
  const parsed = parseExpressionText(text);
  const { expression: tree, positions } =
    'reason' in parsed ? { expression, positions: undefined } : parsed;
  const { typed, problems } = checkExpression(tree, known, positions, type);
  const at = { at: `${definition} › derive › ${name}` };
  const found = problems.map(
    ({ node: _, ...problem }) =>
      new TesseraError('BAD_EXPRESSION', { what: 'expression', text, ...problem }, at),
  );
  const fitted = typed && checkAssignable(typed, type);
  if (fitted === undefined || 'typed' in fitted) return found;
  return [
    ...found,
    new TesseraError('BAD_EXPRESSION', { what: 'expression', text, position: 0, ...fitted }, at),
  ];
}
