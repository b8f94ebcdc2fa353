import { commonType } from '../check/common-type.js';
import { DOUBLE, type ExprType, INT64, type TypedExpression } from '../types.js';
import { literalValue, typeText } from '../values.js';
import type { CallType, FunctionEntry } from './function-entry.js';

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
): FunctionEntry['check'] {
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

/** One number, whole or not; the result is of its type, or of `type`. */
export function takesNumber(type?: ExprType): FunctionEntry['check'] {
  return (args) => {
    if (args.length !== 1) return wrongCount(args.length, 1, 1);
    const given = args[0]!.type;
    if (given.kind === 'int64') return { args: [INT64], type: type ?? INT64 };
    return given.kind === 'double' || given.kind === 'null'
      ? { args: [DOUBLE], type: type ?? DOUBLE }
      : wrongType(0, given, 'a number');
  };
}

/** Values of one scalar type, at least `least`; whole numbers beside doubles become doubles. */
export function takesAlike(
  least: number,
  scalarsOnly: 'scalars' | 'any',
  most = Infinity,
): FunctionEntry['check'] {
  return (args) => {
    if (args.length < least || args.length > most) return wrongCount(args.length, least, most);
    const type = commonType(args.map((arg) => arg.type));
    if (type === undefined) {
      const first = args.find((arg) => arg.type.kind !== 'null')!.type;
      const argument = args.findIndex((arg) => commonType([first, arg.type]) === undefined);
      return wrongType(argument, args[argument]!.type, typeText(first));
    }
    if (scalarsOnly === 'scalars' && (type.kind === 'list' || type.kind === 'map')) {
      return wrongType(0, type, 'values that have an order');
    }
    return { args: args.map(() => type), type };
  };
}

export function wrongCount(given: number, least: number, most: number): CallType {
  const wanted =
    least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  const plural = wanted === '1' || wanted === 'at least 1' ? '' : 's';
  return { reason: `takes ${wanted} argument${plural}, not ${given}` };
}

export function wrongType(argument: number, given: ExprType, wanted: string): CallType {
  return { reason: `takes ${wanted}, not ${typeText(given)}`, argument };
}

/** The text of an argument that must be one of a set of words. */
export function wordOf(
  arg: TypedExpression | undefined,
  words: readonly string[],
): string | undefined {
  const value = arg?.op === 'literal' ? literalValue(arg) : undefined;
  return typeof value === 'string' ? words.find((word) => word === value) : undefined;
}

/** A whole literal from `least` to `most`. */
export function isWhole(
  arg: TypedExpression | undefined,
  least: number,
  most: number,
): arg is TypedExpression {
  if (arg?.op !== 'literal') return false;
  const value = literalValue(arg);
  return typeof value === 'bigint' && value >= least && value <= most;
}

/** A text literal that is not empty. */
export function isSomeText(arg: TypedExpression | undefined): boolean {
  return arg?.op === 'literal' && typeof arg.literal === 'string' && arg.literal !== '';
}
