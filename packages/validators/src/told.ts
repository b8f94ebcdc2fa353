import type { DefinitionRule, TesseraError } from '@tessera/api';
import type { ValidationContext } from './context.js';
import type { Found, Rule } from './rule.js';

/**
 * A rule whose check is made where definitions are read, expressions typed, or files looked at: it was told of there, and is
 * made only once.
 */
export function told(rule: Omit<Rule, 'check'> & { readonly id: DefinitionRule }): Rule {
  return {
    ...rule,
    check: (context) =>
      context.told
        .filter((problem) => problem.rule === rule.id)
        .map((problem) => asFound(problem, context)),
  };
}

/** Who types expressions knows definitions by name: their files are put in front. */
export function asFound(
  { at = '', summary, hint }: TesseraError,
  { fileOf }: Pick<ValidationContext, 'fileOf'>,
): Found {
  const [first = ''] = at.split(' › ');
  const file = at.includes(' › ') ? fileOf(first) : undefined;
  return {
    at: file === undefined ? at : `${file} › ${at}`,
    message: summary,
    ...(hint !== undefined && { hint }),
  };
}
