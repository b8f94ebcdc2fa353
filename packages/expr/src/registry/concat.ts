import { castProblem } from '../check/cast-rules.js';
import { STRING, type TypedExpression } from '../types.js';
import type { FunctionEntry } from './function-entry.js';
import { wrongCount, wrongType } from './rules.js';

/**
 * DuckDB (1.5.6) takes `||` with what it finds to be always null for a NULL without a type, which comes out as INTEGER. Of
 * columns and texts it finds nothing of the kind; a cast to what it is already costs nothing.
 */
function isPlain(node: TypedExpression): boolean {
  if (node.op === 'literal') return node.literal !== null;
  return node.op === 'cast'
    ? isPlain(node.operand) && node.operand.op === 'column'
    : node.op === 'column';
}

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
  duckdb: (sql, args) => {
    const joined = `(${sql.join(' || ')})`;
    return args.every(isPlain) ? joined : `CAST(${joined} AS VARCHAR)`;
  },
  spark: (sql) => `concat(${sql.join(', ')})`,
  examples: [
    { text: "concat('n', 5, ' ', TRUE)", gives: "'n5 true'" },
    { text: "'a' || NULL", gives: 'NULL' },
  ],
};
