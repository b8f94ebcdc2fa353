import { DOUBLE, INT64 } from '../types.js';
import { doubleOrNull, int64OrNull } from '../values.js';
import type { FunctionEntry } from './function-entry.js';
import { takes, wrongCount, wrongType } from './rules.js';

const abs: FunctionEntry = {
  name: 'abs',
  family: 'maths',
  signature: 'abs(x: number) → number',
  summary: 'Distance from zero. Null for the least int64, whose distance int64 does not reach.',
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 1) return wrongCount(args.length, 1, 1);
    const { kind } = args[0]!.type;
    if (kind === 'int64') return { args: [INT64], type: INT64 };
    return kind === 'double' || kind === 'null'
      ? { args: [DOUBLE], type: DOUBLE }
      : wrongType(0, args[0]!.type, 'a number');
  },
  js: () => (x) =>
    typeof x === 'bigint' ? int64OrNull(x < 0n ? -x : x) : doubleOrNull(Math.abs(x as number)),
  pushDown: false,
  spark: ([x]) => `abs(${x})`,
  examples: [{ text: 'abs(-2.5)', gives: '2.5' }],
};

const sqrt: FunctionEntry = {
  name: 'sqrt',
  family: 'maths',
  signature: 'sqrt(x: double) → double',
  summary: 'Square root; null below zero.',
  nulls: 'strict',
  check: takes([DOUBLE], DOUBLE),
  js: () => (x) => doubleOrNull(Math.sqrt(x as number)),
  pushDown: false,
  spark: ([x]) => `sqrt(${x})`,
  examples: [{ text: 'sqrt(2)', gives: '1.4142135623730951' }],
};

const exp: FunctionEntry = {
  name: 'exp',
  family: 'maths',
  signature: 'exp(x: double) → double',
  summary: 'e to the power of x.',
  nulls: 'strict',
  check: takes([DOUBLE], DOUBLE),
  js: () => (x) => doubleOrNull(Math.exp(x as number)),
  pushDown: false,
  spark: ([x]) => `exp(${x})`,
  examples: [{ text: 'exp(1)', gives: '2.718281828459045' }],
};

export const MATHS: readonly FunctionEntry[] = [abs, sqrt, exp];
