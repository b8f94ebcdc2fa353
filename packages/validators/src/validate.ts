import { createContext, type Validated } from './context.js';
import { type Finding, LAYERS, type Rule } from './rule.js';
import { RULES } from './rules.js';
import { asFound } from './told.js';

export interface ValidateOptions {
  /** Warnings are errors. */
  readonly strict?: boolean;
}

/**
 * Everything that is wrong with definitions, by layer, then rule, then place. Pure.
 *
 * Returns  findings; what was told and no rule knows is an error of the first layer
 */
export function validate(validated: Validated, options: ValidateOptions = {}): readonly Finding[] {
  const context = createContext(validated);
  const severityOf = ({ severity }: Pick<Rule, 'severity'>) =>
    options.strict === true ? 'error' : severity;
  const known = new Set(RULES.map(({ id }) => id));
  const others = context.told
    .filter((problem) => !known.has(problem.rule))
    .map((problem): Finding => {
      const found = asFound(problem, context);
      const { rule } = problem;
      return { ...found, hint: found.hint ?? '', rule, layer: 'schema', severity: 'error' };
    });
  const findings = RULES.filter((rule) => rule.needsFacts !== true || context.facts !== null)
    .flatMap((rule) =>
      once(rule.check(context)).map(
        (found): Finding => ({
          ...found,
          hint: found.hint ?? rule.hint,
          rule: rule.id,
          layer: rule.layer,
          severity: severityOf(rule),
        }),
      ),
    )
    .concat(others);
  return LAYERS.flatMap((layer) => findings.filter((finding) => finding.layer === layer));
}

/** A definition that several files import is read once, and told of once. */
function once<T extends { readonly at: string; readonly message: string }>(
  found: readonly T[],
): readonly T[] {
  return [...new Map(found.map((one) => [`${one.at}\n${one.message}`, one])).values()];
}
