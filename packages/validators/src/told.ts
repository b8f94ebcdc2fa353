import type { DefinitionRule, TesseraError } from '@tessera/api';
import type { Found, Rule } from './rule.js';

/**
 * A rule whose check is made where definitions are read, expressions typed, or files looked at: it was told of there, and is
 * made only once.
 */
export function told(rule: Omit<Rule, 'check'> & { readonly id: DefinitionRule }): Rule {
  return {
    ...rule,
    check: (context) =>
      context.told.filter((problem) => problem.rule === rule.id).map((problem) => asFound(problem)),
  };
}

export function asFound({ at, summary, hint }: TesseraError): Found {
  return { at: at ?? '', message: summary, ...(hint !== undefined && { hint }) };
}
