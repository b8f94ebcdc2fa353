import { expressionColumns } from './expression/walk.js';
import type { DerivationSpec } from './spec.js';

/** Each derivation after those it reads, or the names of a cycle: `a → b → a`. */
export type DerivationOrder =
  | { readonly order: readonly DerivationSpec[] }
  | { readonly cycle: readonly string[] };

/** Order derivations so that each can be computed from what stands before it; otherwise as they were declared. */
export function derivationOrder(derivations: readonly DerivationSpec[]): DerivationOrder {
  const byName = new Map(derivations.map((one) => [one.name, one]));
  const order: DerivationSpec[] = [];
  const done = new Set<string>();
  /** Names on the way to the one that is looked at: a name met again closes a cycle. */
  const path: string[] = [];
  const visit = (one: DerivationSpec): readonly string[] | null => {
    if (done.has(one.name)) return null;
    const before = path.indexOf(one.name);
    if (before >= 0) return [...path.slice(before), one.name];
    path.push(one.name);
    for (const name of expressionColumns(one.expression) ?? []) {
      const read = byName.get(name);
      const cycle = read === undefined ? null : visit(read);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(one.name);
    order.push(one);
    return null;
  };
  for (const one of derivations) {
    const cycle = visit(one);
    if (cycle !== null) return { cycle };
  }
  return { order };
}
