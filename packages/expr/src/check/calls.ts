import type { Expression } from '@tessera/api';
import { REGISTRY } from '../registry/registry.js';
import type { TypedExpression } from '../types.js';
import { converted } from './convert.js';
import type { Report } from './problem.js';

/** A call whose arguments are typed, against the registry. Undefined after a report. */
export function call(
  node: Expression & { readonly op: 'call' },
  args: readonly TypedExpression[],
  report: Report,
): TypedExpression | undefined {
  const entry = REGISTRY.get(node.name);
  if (entry === undefined) return unknownFunction(node, report);
  const found = entry.check(args);
  if ('reason' in found) {
    const at = found.argument === undefined ? node : node.args[found.argument]!;
    const where = found.argument === undefined ? '' : ` as argument ${found.argument + 1}`;
    report(at, `\`${node.name}\` ${found.reason}${where}`, {
      advice: found.advice ?? `It is ${entry.signature}.`,
    });
    return undefined;
  }
  return {
    op: 'call',
    name: entry.name,
    args: args.map((arg, at) => converted(arg, found.args[at]!)),
    type: found.type,
  };
}

export function unknownFunction(
  node: Expression & { readonly op: 'call' },
  report: Report,
): undefined {
  report(node, `there is no function \`${node.name}\``, {
    name: node.name,
    candidates: [...REGISTRY.keys()],
    candidatesAre: 'functions',
  });
}
