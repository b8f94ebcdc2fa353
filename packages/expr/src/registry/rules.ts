import type { ExprType, TypedExpression } from '../types.js';
import { typeText } from '../values.js';
import type { CallType } from './function-entry.js';

/** Whether a value of `from` may stand where `to` is wanted: the same type, NULL, or a whole number for a double. */
export function fits(from: ExprType, to: ExprType): boolean {
  if (from.kind === 'null' || typeText(from) === typeText(to)) return true;
  return from.kind === 'int64' && to.kind === 'double';
}

/** A rule of fixed argument types; those from `required` on may be left out. */
export function takes(
  wanted: readonly ExprType[],
  type: ExprType,
  required: number = wanted.length,
): (args: readonly TypedExpression[]) => CallType {
  return (args) => {
    if (args.length < required || args.length > wanted.length) {
      return wrongCount(args.length, required, wanted.length);
    }
    const argument = args.findIndex((arg, at) => !fits(arg.type, wanted[at]!));
    if (argument >= 0) {
      return wrongType(argument, args[argument]!.type, typeText(wanted[argument]!));
    }
    return { args: wanted.slice(0, args.length), type };
  };
}

export function wrongCount(given: number, least: number, most: number): CallType {
  const wanted =
    least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return { reason: `takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${given}` };
}

export function wrongType(argument: number, given: ExprType, wanted: string): CallType {
  return { reason: `takes ${wanted}, not ${typeText(given)}`, argument };
}
