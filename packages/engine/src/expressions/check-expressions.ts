import {
  combineProblems,
  type Expression,
  isTesseraError,
  locateError,
  type SourceSpec,
  type TesseraError,
  walkExpression,
} from '@tessera/api';
import { checkSqlPredicate, type Session } from '@tessera/lake';
import type { Definition } from '../definition.js';
import { groupBysOf, sourcesOf } from '../definition.js';
import { checkDerived } from './check-derived.js';
import { addFunctions, computedParts } from './condition-sql.js';
import { typedProblems } from './typed-problems.js';

/**
 * Expressions of a definition before anything is read: types and functions of derived columns and conditions, and
 * every `sql('…')` by DuckDB. What conditions call is known to the session afterwards.
 *
 * Throws BAD_EXPRESSION or BAD_PREDICATE, all together.
 */
export async function checkExpressions(session: Session, definition: Definition): Promise<void> {
  const subject = definition.join ?? definition.groupBy;
  if (subject !== null) checkDerived(subject);
  const problems: TesseraError[] = [];
  const check = async (at: string, source: SourceSpec, where: Expression | undefined) => {
    if (where === undefined) return;
    const { columns } = source;
    const wrong = computedParts(where).flatMap((part) =>
      typedProblems(part, { code: 'BAD_PREDICATE', at, columns, type: { kind: 'boolean' } }),
    );
    if (wrong.length === 0) addFunctions(session, [{ where, columns }]);
    problems.push(...wrong);
    for (const text of sqlTexts(where)) {
      await checkSqlPredicate(session, source.columns, text).catch((error: unknown) => {
        if (!isTesseraError(error) || error.kind !== 'user') throw error;
        problems.push(...locateError(error, at).problems);
      });
    }
  };
  for (const source of new Set(sourcesOf(definition)))
    await check(source.name, source, source.where);
  for (const groupBy of new Set(groupBysOf(definition)))
    for (const { operation, where } of groupBy.aggregations)
      await check(`${groupBy.name} › ${operation}`, groupBy.source, where);
  if (problems.length > 0) throw combineProblems(problems);
}

function sqlTexts(where: Expression): string[] {
  const texts: string[] = [];
  walkExpression(where, (part) => {
    if (part.op === 'sql') texts.push(part.sql);
  });
  return texts;
}
