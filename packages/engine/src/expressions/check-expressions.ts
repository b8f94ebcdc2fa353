import {
  type ColumnSpec,
  combineProblems,
  type DataType,
  definitionHash,
  describeAggregation,
  type Expression,
  isInputColumn,
  isTesseraError,
  locateError,
  parseType,
  type SourceSpec,
  type TesseraError,
  walkExpression,
} from '@tessera/api';
import { checkSqlPredicate, type Session } from '@tessera/lake';
import type { Definition } from '../definition.js';
import { groupBysOf, sourcesOf } from '../definition.js';
import type { Subject } from '../subject.js';
import { checkDerived } from './check-derived.js';
import { addFunctions, type Computed, computedCondition } from './expression-sql.js';
import { typedProblems } from './typed-problems.js';

/**
 * Expressions of a definition before anything is read: types and functions of derived and computed columns and of conditions, and
 * every `sql('…')` by DuckDB. What conditions call is known to the session afterwards.
 *
 * Throws BAD_EXPRESSION or BAD_PREDICATE, all together.
 */
export async function checkExpressions(
  session: Session,
  definition: Definition & Partial<Pick<Subject, 'computed'>>,
): Promise<void> {
  const subject = definition.join ?? definition.groupBy;
  if (subject !== null) checkDerived(subject, definition.computed);
  const problems: TesseraError[] = [];
  const accept = (
    computed: readonly Computed[],
    code: 'BAD_EXPRESSION' | 'BAD_PREDICATE',
    at: string,
  ) => {
    const wrong = computed.flatMap(({ expression, type, columns }) =>
      typedProblems(expression, { code, at, columns, type }),
    );
    problems.push(...wrong);
    // What has no type has no SQL either.
    if (wrong.length === 0) addFunctions(session, computed);
  };
  const checkWhere = async (at: string, { columns }: SourceSpec, where: Expression | undefined) => {
    if (where === undefined) return;
    accept([computedCondition({ where, columns })], 'BAD_PREDICATE', at);
    for (const { text, type } of sqlTexts(where)) {
      await checkSqlPredicate(session, columns, text, type).catch((error: unknown) => {
        if (!isTesseraError(error) || error.kind !== 'user') throw error;
        problems.push(...locateError(error, at).problems);
      });
    }
  };
  for (const source of declaredSources(definition)) {
    const { name, columns } = source;
    for (const column of columns)
      if (column.expression !== undefined && !isInputColumn(column))
        accept(computedOf(column, columns), 'BAD_EXPRESSION', `${name} › select › ${column.name}`);
    await checkWhere(name, source, source.where);
  }
  for (const groupBy of new Set(groupBysOf(definition))) {
    const { name, source, aggregations } = groupBy;
    for (const aggregation of aggregations) {
      const { operation, input, weight, where } = aggregation;
      for (const column of source.columns)
        if (isInputColumn(column) && [input, weight].includes(column.name)) {
          const at = `${name} › ${describeAggregation(aggregation, source.columns)}`;
          accept(computedOf(column, source.columns), 'BAD_EXPRESSION', at);
        }
      await checkWhere(`${name} › ${operation}`, source, where);
    }
  }
  if (problems.length > 0) throw combineProblems(problems);
}

/** Each source once, whatever aggregations compute of it. */
function declaredSources(definition: Definition): Iterable<SourceSpec> {
  const sources = [...new Set(sourcesOf(definition))];
  return new Map(
    sources.map((source) => [`${source.name} ${definitionHash(source)}`, source]),
  ).values();
}

function computedOf(
  { expression, type }: ColumnSpec,
  columns: readonly ColumnSpec[],
): readonly Computed[] {
  return expression === undefined ? [] : [{ expression, type, columns }];
}

interface SqlText {
  readonly text: string;
  readonly type: DataType;
}

/** Verbatim SQL, each of the type that the CAST around it asks for, or a condition. */
function sqlTexts(where: Expression): SqlText[] {
  const casts = new Map<Expression, DataType>();
  const texts: SqlText[] = [];
  walkExpression(where, (part) => {
    if (part.op === 'cast') casts.set(part.operand, parseType(part.to));
    if (part.op === 'sql')
      texts.push({ text: part.sql, type: casts.get(part) ?? { kind: 'boolean' } });
  });
  return texts;
}
