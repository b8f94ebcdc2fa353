import { combineProblems, type GroupBySpec, type JoinSpec, TesseraError } from '@tessera/api';
import type { Project } from '@tessera/compiler';
import { restricted } from '../commands/validate.js';

/**
 * What `tessera validate` says of the definitions that a run is about, before anything is read. Of the lake the run tells
 * itself, as it looks at it.
 *
 * Throws   what is an error, all together
 */
export async function validateFirst(
  project: Project,
  definitions: readonly (JoinSpec | GroupBySpec)[],
): Promise<void> {
  const { validateProject } = await import('@tessera/compiler');
  const { expressionProblems } = await import('@tessera/engine');
  const own = restricted(project, definitions);
  const told = expressionProblems(definitions);
  const findings = validateProject(own, { told });
  const errors = findings
    .filter(({ severity }) => severity === 'error')
    .map(
      ({ rule, at, message, hint }): TesseraError =>
        told.find((problem) => at.endsWith(problem.at ?? '') && problem.summary === message) ??
        new TesseraError('RULE_BROKEN', { rule, message }, { at, hint }),
    );
  if (errors.length > 0) throw combineProblems(errors);
}
