import {
  type ColumnSpec,
  type ComputedColumn,
  computedColumns,
  definitionHash,
  describeAggregation,
  type Expression,
  formatExpression,
  type GroupBySpec,
  isInputColumn,
  isTesseraError,
  type JoinSpec,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import { type Definition, groupBysOf, sourcesOf } from '../definition.js';
import { checkDerived } from './check-derived.js';
import { type Computed, computedCondition } from './expression-sql.js';
import { typedProblems } from './typed-problems.js';

/** Expressions of a source or of an aggregation that DuckDB will be asked for. */
interface Placed {
  readonly computed: readonly Computed[];
  readonly code: 'BAD_EXPRESSION' | 'BAD_PREDICATE';
  readonly at: string;
}

/** Every computed column and condition of a definition's sources and aggregations, with its place. */
export function placedExpressions(definition: Definition): readonly Placed[] {
  const placed: Placed[] = [];
  const column = ({ expression, type }: ColumnSpec, columns: readonly ColumnSpec[], at: string) => {
    if (expression !== undefined)
      placed.push({ computed: [{ expression, type, columns }], code: 'BAD_EXPRESSION', at });
  };
  const condition = (at: string, { columns }: SourceSpec, where: Expression | undefined) => {
    if (where !== undefined)
      placed.push({ computed: [computedCondition({ where, columns })], code: 'BAD_PREDICATE', at });
  };
  for (const source of declaredSources(definition)) {
    const { name, columns } = source;
    for (const one of columns)
      if (!isInputColumn(one)) column(one, columns, `${name} › select › ${one.name}`);
    condition(name, source, source.where);
  }
  for (const groupBy of new Set(groupBysOf(definition))) {
    const { name, source, aggregations } = groupBy;
    for (const aggregation of aggregations) {
      const { operation, input, weight, where } = aggregation;
      const at = `${name} › ${describeAggregation(aggregation, source.columns)}`;
      for (const one of source.columns)
        if (isInputColumn(one) && [input, weight].includes(one.name))
          column(one, source.columns, at);
      condition(`${name} › ${operation}`, source, where);
    }
  }
  return placed;
}

/** Each source once, whatever aggregations compute of it. */
export function declaredSources(definition: Definition): Iterable<SourceSpec> {
  const sources = [...new Set(sourcesOf(definition))];
  return new Map(
    sources.map((source) => [`${source.name} ${definitionHash(source)}`, source]),
  ).values();
}

/** What is wrong with the expressions of one place. */
export function problemsAt({ computed, code, at }: Placed): TesseraError[] {
  return computed.flatMap(({ expression, type, columns }) =>
    typedProblems(expression, { code, at, columns, type }),
  );
}

/** What is wrong with derived columns. */
function derivedProblems(
  subject: JoinSpec | GroupBySpec,
  computed?: readonly ComputedColumn[],
): readonly TesseraError[] {
  try {
    checkDerived(subject, computed);
    return [];
  } catch (error) {
    if (!isTesseraError(error)) throw error;
    return error.problems;
  }
}

const derives = (subject: JoinSpec | GroupBySpec): boolean =>
  subject.derive !== undefined ||
  (subject.kind === 'join' && subject.parts.some(({ groupBy }) => groupBy.derive !== undefined));

/**
 * Types and functions of every expression of these definitions, before anything is read: each problem once, however many
 * definitions share what it is in. What only DuckDB knows, `sql('…')`, is left to it.
 */
export function expressionProblems(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  columnsOf: (spec: JoinSpec | GroupBySpec) => readonly ComputedColumn[] = computedColumns,
): readonly TesseraError[] {
  const checked = new Set<string>();
  const problems = definitions.flatMap((spec) => {
    const definition = {
      join: spec.kind === 'join' ? spec : null,
      groupBy: spec.kind === 'groupBy' ? spec : null,
    };
    const derived = derives(spec) ? derivedProblems(spec, columnsOf(spec)) : [];
    const placed = placedExpressions(definition).filter(({ at, computed }) => {
      const key = `${at} ${computed.map(({ expression }) => formatExpression(expression)).join()}`;
      return !checked.has(key) && checked.add(key);
    });
    return [...derived, ...placed.flatMap(problemsAt)];
  });
  const told = new Map(problems.map((problem) => [problem.message, problem]));
  return [...told.values()].map(
    ({ code, params, at, hint }) =>
      new TesseraError(code, params, {
        ...(at !== undefined && { at }),
        ...(hint !== undefined && { hint }),
        rule: 'EXPRESSION_TYPE',
      }),
  );
}
