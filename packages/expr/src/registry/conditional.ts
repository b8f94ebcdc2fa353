import type { ExprType } from '../types.js';
import { NULL_TYPE } from '../types.js';
import { typeText } from '../values.js';
import type { FunctionEntry } from './function-entry.js';
import { fits, wrongCount, wrongType } from './rules.js';

const coalesce: FunctionEntry = {
  name: 'coalesce',
  family: 'conditional',
  signature: 'coalesce(x: any, …) → any',
  summary: 'The first argument that is not null.',
  nulls: 'own',
  check: (args) => {
    if (args.length === 0) return wrongCount(0, 1, Infinity);
    const type = args.reduce<ExprType>(
      (found, arg) => (fits(found, arg.type) ? arg.type : found),
      NULL_TYPE,
    );
    const argument = args.findIndex((arg) => !fits(arg.type, type));
    return argument >= 0
      ? wrongType(argument, args[argument]!.type, typeText(type))
      : { args: args.map(() => type), type };
  },
  js:
    () =>
    (...values) =>
      values.find((value) => value !== null) ?? null,
  pushDown: true,
  duckdb: (sql) => `coalesce(${sql.join(', ')})`,
  spark: (sql) => `coalesce(${sql.join(', ')})`,
  examples: [{ text: 'coalesce(NULL, 2, 3)', gives: '2' }],
};

export const CONDITIONAL: readonly FunctionEntry[] = [coalesce];
