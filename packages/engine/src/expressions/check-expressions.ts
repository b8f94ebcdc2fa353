import {
  combineProblems,
  type DataType,
  type Expression,
  isTesseraError,
  locateError,
  parseType,
  type SourceSpec,
  type TesseraError,
  walkExpression,
} from '@tessera/api';
import { checkSqlPredicate, type Session } from '@tessera/lake';
import { type Definition, groupBysOf } from '../definition.js';
import type { Subject } from '../subject.js';
import { checkDerived } from './check-derived.js';
import { declaredSources, placedExpressions, problemsAt } from './expression-problems.js';
import { addFunctions } from './expression-sql.js';

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
  for (const placed of placedExpressions(definition)) {
    const wrong = problemsAt(placed);
    problems.push(...wrong);
    // What has no type has no SQL either.
    if (wrong.length === 0) addFunctions(session, placed.computed);
  }
  problems.push(...(await sqlProblems(session, definition)));
  if (problems.length > 0) throw combineProblems(problems);
}

/** What DuckDB says of every `sql('…')`. */
export async function sqlProblems(
  session: Session,
  definition: Definition,
): Promise<TesseraError[]> {
  const problems: TesseraError[] = [];
  const check = async (at: string, { columns }: SourceSpec, where: Expression | undefined) => {
    for (const { text, type } of where === undefined ? [] : sqlTexts(where)) {
      await checkSqlPredicate(session, columns, text, type).catch((error: unknown) => {
        if (!isTesseraError(error) || error.kind !== 'user') throw error;
        problems.push(...locateError(error, at).problems);
      });
    }
  };
  for (const source of declaredSources(definition)) await check(source.name, source, source.where);
  for (const { name, source, aggregations } of new Set(groupBysOf(definition)))
    for (const { operation, where } of aggregations)
      await check(`${name} › ${operation}`, source, where);
  return problems;
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
