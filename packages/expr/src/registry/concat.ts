import { castProblem } from '../check/cast-rules.js';
import { STRING } from '../types.js';
import type { FunctionEntry } from './function-entry.js';
import { wrongCount, wrongType } from './rules.js';

export const CONCAT: FunctionEntry = {
  name: 'concat',
  family: 'string',
  signature: 'concat(x: any scalar, …) → string',
  summary:
    'The texts one after the other, what is no text under CAST(… AS string); null when one is null. `||` is the same.',
  nulls: 'strict',
  check: (args) => {
    if (args.length === 0) return wrongCount(0, 1, Infinity);
    const argument = args.findIndex((arg) => castProblem(arg.type, STRING) !== undefined);
    return argument < 0
      ? { args: args.map(() => STRING), type: STRING }
      : wrongType(argument, args[argument]!.type, 'text, numbers, booleans, dates and timestamps');
  },
  js:
    () =>
    (...texts) =>
      texts.join(''),
  pushDown: true,
  duckdb: (sql) => `(${sql.join(' || ')})`,
  spark: (sql) => `concat(${sql.join(', ')})`,
  examples: [
    { text: "concat('n', 5, ' ', TRUE)", gives: "'n5 true'" },
    { text: "'a' || NULL", gives: 'NULL' },
  ],
};
