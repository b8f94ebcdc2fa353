import { expressionColumns } from './expression/walk.js';
import type { DerivationSpec } from './spec.js';

/** Each derivation after those it reads, or the names of a cycle: `a → b → a`. */
export type DerivationOrder =
  | { readonly order: readonly DerivationSpec[] }
  | { readonly cycle: readonly string[] };

/** A derivation on the way, and those that it reads which are still to be looked at. */
interface Open {
  readonly one: DerivationSpec;
  readonly reads: Iterator<DerivationSpec, undefined>;
}

/** Order derivations so that each can be computed from what stands before it; otherwise as they were declared. */
export function derivationOrder(derivations: readonly DerivationSpec[]): DerivationOrder {
  const byName = new Map(derivations.map((one) => [one.name, one]));
  const open = (one: DerivationSpec): Open => {
    const names = expressionColumns(one.expression) ?? [];
    return { one, reads: names.flatMap((name) => byName.get(name) ?? []).values() };
  };
  const order: DerivationSpec[] = [];
  const done = new Set<DerivationSpec>();
  for (const first of derivations) {
    if (done.has(first)) continue;
    // A chain may be longer than the stack is deep. One that is met again on the way closes a cycle.
    const path = [open(first)];
    const onPath = new Set([first]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value: next } = top.reads.next();
      if (next === undefined) {
        order.push(top.one);
        done.add(top.one);
        onPath.delete(top.one);
        path.pop();
      } else if (onPath.has(next)) {
        const names = path.map(({ one }) => one.name);
        return { cycle: [...names.slice(names.indexOf(next.name)), next.name] };
      } else if (!done.has(next)) {
        path.push(open(next));
        onPath.add(next);
      }
    }
  }
  return { order };
}
