import type { Predicate } from '../spec.js';

/** Flattened in one level is flattened in all: arguments are built before what holds them. */
function flat(op: 'and' | 'or', args: readonly Predicate[]): Predicate {
  const [only] = args;
  if (args.length === 1 && only !== undefined) return only;
  return { op, args: args.flatMap((arg) => (arg.op === op ? arg.args : [arg])) };
}

/** True where every argument is; one argument is itself. */
export function allOf(args: readonly Predicate[]): Predicate {
  return flat('and', args);
}

/** True where any argument is; one argument is itself. */
export function anyOf(args: readonly Predicate[]): Predicate {
  return flat('or', args);
}
