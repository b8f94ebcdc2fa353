import {
  type ComputedColumn,
  combineProblems,
  computedColumns,
  DS,
  type GroupBySpec,
  type JoinSpec,
  leftColumns,
  type TesseraError,
} from '@tessera/api';
import type { NamedType } from '../read-typed.js';
import { typedProblems } from './typed-problems.js';

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
  columns: readonly NamedType[],
  definition: string,
): TesseraError[] {
  if (expression === undefined) return [];
  const at = `${definition} › derive › ${name}`;
  return typedProblems(expression, { code: 'BAD_EXPRESSION', at, columns, type });
}
