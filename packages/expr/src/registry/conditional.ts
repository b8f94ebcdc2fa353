import { commonType } from '../check/common-type.js';
import { compareValues } from '../evaluate/compare-values.js';
import { BOOLEAN } from '../types.js';
import { typeText } from '../values.js';
import type { FunctionEntry } from './function-entry.js';
import { takesAlike, wrongCount, wrongType } from './rules.js';

const coalesce: FunctionEntry = {
  name: 'coalesce',
  family: 'conditional',
  signature: 'coalesce(x: any, …) → any',
  summary: 'The first argument that is not null.',
  nulls: 'own',
  check: takesAlike(1, 'any'),
  js:
    () =>
    (...values) =>
      values.find((value) => value !== null) ?? null,
  pushDown: true,
  duckdb: (sql) => `coalesce(${sql.join(', ')})`,
  spark: (sql) => `coalesce(${sql.join(', ')})`,
  examples: [{ text: 'coalesce(NULL, 2, 3)', gives: '2' }],
};

const nullif: FunctionEntry = {
  name: 'nullif',
  family: 'conditional',
  signature: 'nullif(x: any, y: any) → any',
  summary: 'Null where x equals y, else x.',
  nulls: 'own',
  check: takesAlike(2, 'scalars', 2),
  js: () => (x, y) => (x !== null && y !== null && compareValues(x, y) === 0 ? null : x),
  pushDown: true,
  duckdb: ([x, y]) => `CASE WHEN ${x} = ${y} THEN NULL ELSE ${x} END`,
  spark: ([x, y]) => `nullif(${x}, ${y})`,
  examples: [
    { text: 'nullif(0, 0)', gives: 'NULL' },
    { text: "nullif('a', 'b')", gives: "'a'" },
  ],
};

const when: FunctionEntry = {
  name: 'if',
  family: 'conditional',
  signature: 'if(condition: boolean, then: any, else: any) → any',
  summary: 'The second argument where the first is true, else the third.',
  nulls: 'own',
  check: (args) => {
    if (args.length !== 3) return wrongCount(args.length, 3, 3);
    const condition = args[0]!.type;
    if (condition.kind !== 'boolean' && condition.kind !== 'null') {
      return wrongType(0, condition, 'boolean');
    }
    const [a, b] = [args[1]!.type, args[2]!.type];
    const type = commonType([a, b]);
    return type === undefined
      ? wrongType(2, b, typeText(a))
      : { args: [BOOLEAN, type, type], type };
  },
  js: () => (condition, then, otherwise) => (condition === true ? then : otherwise),
  pushDown: true,
  duckdb: ([condition, then, otherwise]) =>
    `CASE WHEN ${condition} THEN ${then} ELSE ${otherwise} END`,
  spark: ([condition, then, otherwise]) => `if(${condition}, ${then}, ${otherwise})`,
  examples: [{ text: "if(2 > 1, 'yes', 'no')", gives: "'yes'" }],
};

export const CONDITIONAL: readonly FunctionEntry[] = [coalesce, nullif, when];
