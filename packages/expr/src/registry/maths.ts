import { compareValues } from '../evaluate/compare-values.js';
import { DOUBLE, INT64 } from '../types.js';
import { doubleOrNull, int64OrNull } from '../values.js';
import type { FunctionEntry } from './function-entry.js';
import { ROUNDING } from './rounding.js';
import { takes, takesAlike, takesNumber } from './rules.js';
import { sparkFinite, sparkOnce } from './spark-once.js';

const abs: FunctionEntry = {
  name: 'abs',
  family: 'maths',
  signature: 'abs(x: number) → number',
  summary: 'Distance from zero. Null for the least int64, whose distance int64 does not reach.',
  nulls: 'strict',
  check: takesNumber(),
  js: () => (x) => (typeof x === 'bigint' ? int64OrNull(x < 0n ? -x : x) : Math.abs(x as number)),
  pushDown: true,
  duckdb: ([x], [arg]) => (arg!.type.kind === 'int64' ? `TRY(abs(${x}))` : `abs(${x})`),
  spark: ([x], [arg]) =>
    arg!.type.kind === 'int64'
      ? sparkOnce(x!, (v) => `CASE WHEN ${v} > -9223372036854775808 THEN abs(${v}) END`)
      : `abs(${x})`,
  examples: [
    { text: 'abs(-2.5)', gives: '2.5' },
    { text: 'abs(-3)', gives: '3' },
  ],
};

const sign: FunctionEntry = {
  name: 'sign',
  family: 'maths',
  signature: 'sign(x: number) → int64',
  summary: '-1 below zero, 1 above, else 0.',
  nulls: 'strict',
  check: takesNumber(INT64),
  js: () => (x) => BigInt(Math.sign(Number(x))),
  pushDown: true,
  duckdb: ([x]) => `CAST(sign(${x}) AS BIGINT)`,
  spark: ([x]) => `CAST(sign(${x}) AS BIGINT)`,
  examples: [{ text: 'sign(-0.1)', gives: '-1' }],
};

const sqrt: FunctionEntry = {
  name: 'sqrt',
  family: 'maths',
  signature: 'sqrt(x: double) → double',
  summary: 'Square root; null below zero.',
  nulls: 'strict',
  check: takes([DOUBLE], DOUBLE),
  js: () => (x) => doubleOrNull(Math.sqrt(x as number)),
  pushDown: true,
  // DuckDB refuses what is below zero.
  duckdb: ([x]) => `sqrt(list_filter([${x}], lambda v: v >= 0 AND isfinite(v))[1])`,
  spark: ([x]) => sparkFinite(`sqrt(${x})`),
  examples: [
    { text: 'sqrt(2)', gives: '1.4142135623730951' },
    { text: 'sqrt(-1)', gives: 'NULL' },
  ],
};

/** Functions that libraries round differently: JavaScript's own, everywhere but in Spark. */
function own(
  name: string,
  summary: string,
  js: (x: number) => number,
  examples: FunctionEntry['examples'],
  sparkDomain: (v: string) => string = (v) => v,
): FunctionEntry {
  return {
    name,
    family: 'maths',
    signature: `${name}(x: double) → double`,
    summary,
    nulls: 'strict',
    check: takes([DOUBLE], DOUBLE),
    js: () => (x) => doubleOrNull(js(x as number)),
    pushDown: false,
    spark: ([x]) => sparkFinite(`${name}(${sparkDomain(x!)})`),
    examples,
  };
}

function ofTwo(
  name: string,
  names: string,
  summary: string,
  js: (x: number, y: number) => number,
  examples: FunctionEntry['examples'],
): FunctionEntry {
  const [x, y] = names.split(' ');
  return {
    name,
    family: 'maths',
    signature: `${name}(${x}: double, ${y}: double) → double`,
    summary,
    nulls: 'strict',
    check: takes([DOUBLE, DOUBLE], DOUBLE),
    js: () => (a, b) => doubleOrNull(js(a as number, b as number)),
    pushDown: false,
    spark: ([a, b]) => sparkFinite(`${name}(${a}, ${b})`),
    examples,
  };
}

function extreme(name: string, summary: string, wanted: 1 | -1): FunctionEntry {
  return {
    name,
    family: 'maths',
    signature: `${name}(x: any, y: any, …) → any`,
    summary,
    nulls: 'own',
    check: takesAlike(2, 'scalars'),
    js:
      () =>
      (...values) =>
        values.reduce(
          (best, value) =>
            value === null || (best !== null && compareValues(value, best) * wanted <= 0)
              ? best
              : value,
          null,
        ),
    pushDown: true,
    duckdb: (sql) => `${name}(${sql.join(', ')})`,
    spark: (sql) => `${name}(${sql.join(', ')})`,
    examples: [{ text: `${name}(1, 2.5, NULL)`, gives: wanted > 0 ? '2.5' : '1.0' }],
  };
}

export const MATHS: readonly FunctionEntry[] = [
  abs,
  sign,
  ...ROUNDING,
  sqrt,
  own('cbrt', 'Cube root.', Math.cbrt, [{ text: 'cbrt(27)', gives: '3.0' }]),
  own('exp', 'e to the power of x.', Math.exp, [{ text: 'exp(1)', gives: '2.718281828459045' }]),
  own('ln', 'Logarithm to the base e; null at and below zero.', Math.log, [
    { text: 'ln(10)', gives: '2.302585092994046' },
    { text: 'ln(0)', gives: 'NULL' },
  ]),
  own('log10', 'Logarithm to the base 10; null at and below zero.', Math.log10, [
    { text: 'log10(1000)', gives: '3.0' },
  ]),
  own('log2', 'Logarithm to the base 2; null at and below zero.', Math.log2, [
    { text: 'log2(8)', gives: '3.0' },
  ]),
  own('log1p', 'ln(1 + x), exact for small x; null at and below -1.', Math.log1p, [
    { text: 'log1p(0)', gives: '0.0' },
  ]),
  own('expm1', 'exp(x) - 1, exact for small x.', Math.expm1, [{ text: 'expm1(0)', gives: '0.0' }]),
  ofTwo(
    'pow',
    'x y',
    'x to the power of y; null where that is no finite number.',
    (x, y) => x ** y,
    [
      { text: 'pow(2, 10)', gives: '1024.0' },
      { text: 'pow(-8, 0.5)', gives: 'NULL' },
    ],
  ),
  own('sin', 'Sine of radians.', Math.sin, [{ text: 'sin(0)', gives: '0.0' }]),
  own('cos', 'Cosine of radians.', Math.cos, [{ text: 'cos(0)', gives: '1.0' }]),
  own('tan', 'Tangent of radians.', Math.tan, [{ text: 'tan(0)', gives: '0.0' }]),
  own('asin', 'Radians whose sine is x; null outside of -1 to 1.', Math.asin, [
    { text: 'asin(1)', gives: '1.5707963267948966' },
  ]),
  own('acos', 'Radians whose cosine is x; null outside of -1 to 1.', Math.acos, [
    { text: 'acos(1)', gives: '0.0' },
  ]),
  own('atan', 'Radians whose tangent is x.', Math.atan, [
    { text: 'atan(1)', gives: '0.7853981633974483' },
  ]),
  own('tanh', 'Hyperbolic tangent.', Math.tanh, [{ text: 'tanh(0)', gives: '0.0' }]),
  ofTwo('atan2', 'y x', 'Angle of the point (x, y) in radians.', Math.atan2, [
    { text: 'atan2(1, 1)', gives: '0.7853981633974483' },
  ]),
  extreme('greatest', 'The greatest of the arguments that are not null.', 1),
  extreme('least', 'The least of the arguments that are not null.', -1),
];
