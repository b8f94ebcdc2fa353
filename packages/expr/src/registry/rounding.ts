import { DOUBLE, INT64, type Value } from '../types.js';
import { doubleOrNull, literalValue } from '../values.js';
import { duckFinite } from './duck-finite.js';
import type { FunctionEntry } from './function-entry.js';
import { isWhole, takesNumber, wrongCount, wrongType } from './rules.js';
import { sparkOnce } from './spark-once.js';

/** Spark's floor and ceil of a double are whole numbers of 64 bits; a double from 2^52 on is whole as it is. */
function sparkWhole(value: string, body: (v: string) => string): string {
  return sparkOnce(
    value,
    (v) => `CASE WHEN abs(${v}) < 4503599627370496D THEN CAST(${body(v)} AS DOUBLE) ELSE ${v} END`,
  );
}

function rounding(
  name: string,
  summary: string,
  examples: FunctionEntry['examples'],
  js: (x: number) => number,
  spark: (v: string) => string,
): FunctionEntry {
  return {
    name,
    family: 'maths',
    signature: `${name}(x: number) → number`,
    summary,
    nulls: 'strict',
    check: takesNumber(),
    js: () => (x) => (typeof x === 'bigint' ? x : js(x as number) + 0),
    pushDown: true,
    duckdb: ([x], [arg]) => (arg!.type.kind === 'int64' ? x! : `(${name}(${x}) + 0e0)`),
    spark: ([x], [arg]) => (arg!.type.kind === 'int64' ? x! : sparkWhole(x!, spark)),
    examples,
  };
}

/** Halves away from zero; exact: x - trunc(x) is. */
export function roundHalfAway(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
}

function roundTo(x: number, digits: number): number | null {
  const power = 10 ** Math.abs(digits);
  if (digits < 0) return doubleOrNull(roundHalfAway(x / power) * power);
  const rounded = roundHalfAway(x * power) / power;
  return Number.isFinite(rounded) ? rounded + 0 : x;
}

const round: FunctionEntry = {
  name: 'round',
  family: 'maths',
  signature: 'round(x: number, digits?: literal) → number',
  summary:
    'Nearest whole number, halves away from zero. With digits (-15 to 15) `round(x * 10^digits) / 10^digits` in doubles, each step rounded: 1.005 to two digits is 1.0, because 1.005 * 100 is 100.49999999999999.',
  nulls: 'strict',
  check: (args) => {
    if (args.length < 1 || args.length > 2) return wrongCount(args.length, 1, 2);
    const { type } = args[0]!;
    if (args.length === 1 || 'reason' in takesNumber()([args[0]!]))
      return takesNumber()(args.slice(0, 1));
    if (!isWhole(args[1], -15, 15)) {
      return { reason: 'takes a literal from -15 to 15', argument: 1 };
    }
    return type.kind === 'int64' && !isWhole(args[1], 0, 15)
      ? wrongType(0, type, 'double (write CAST(… AS double))')
      : {
          args: [type.kind === 'int64' ? INT64 : DOUBLE, INT64],
          type: type.kind === 'int64' ? INT64 : DOUBLE,
        };
  },
  js: (args) => {
    const digits = args[1] === undefined ? 0 : Number(literalOfWhole(args[1]));
    return (x) => {
      if (typeof x === 'bigint') return x;
      return digits === 0 ? roundHalfAway(x as number) + 0 : roundTo(x as number, digits);
    };
  },
  pushDown: true,
  duckdb: ([x], args) => {
    if (args[0]!.type.kind === 'int64') return x!;
    const digits = args[1] === undefined ? 0n : literalOfWhole(args[1]);
    if (digits === 0n) return `(round(${x}) + 0e0)`;
    return digits > 0n
      ? `(round(${x}, ${digits}) + 0e0)`
      : duckFinite(`round(${x} / 1e${-digits}) * 1e${-digits}`);
  },
  spark: ([x], args) => {
    if (args[0]!.type.kind === 'int64') return x!;
    const digits = args[1] === undefined ? 0n : literalOfWhole(args[1]);
    const away = (v: string): string =>
      `(CASE WHEN abs(${v}) < 4503599627370496D THEN CAST(CAST(${v} AS BIGINT) AS DOUBLE) + CASE WHEN abs(${v} - CAST(CAST(${v} AS BIGINT) AS DOUBLE)) >= 0.5D THEN sign(${v}) ELSE 0D END ELSE ${v} END)`;
    if (digits === 0n) return sparkOnce(x!, (v) => `${away(v)} + 0D`);
    const power = `1E${digits < 0n ? -digits : digits}D`;
    return digits < 0n
      ? sparkOnce(sparkOnce(`${x} / ${power}`, away), (v) => `${v} * ${power} + 0D`)
      : sparkOnce(
          x!,
          (v) =>
            `CASE WHEN abs(${v}) > 1E290D THEN ${v} ELSE ${sparkOnce(`${v} * ${power}`, away)} / ${power} + 0D END`,
        );
  },
  examples: [
    { text: 'round(2.5)', gives: '3.0' },
    { text: 'round(-2.5)', gives: '-3.0' },
    { text: 'round(12.345, 1)', gives: '12.3' },
    { text: 'round(1234.5, -2)', gives: '1200.0' },
  ],
};

function literalOfWhole(arg: Parameters<FunctionEntry['check']>[0][number]): bigint {
  const value: Value = arg.op === 'literal' ? literalValue(arg) : null;
  return typeof value === 'bigint' ? value : 0n;
}

export const ROUNDING: readonly FunctionEntry[] = [
  rounding(
    'floor',
    'The greatest whole number that is not above x.',
    [{ text: 'floor(-2.5)', gives: '-3.0' }],
    Math.floor,
    (v) => `floor(${v})`,
  ),
  rounding(
    'ceil',
    'The least whole number that is not below x.',
    [{ text: 'ceil(-2.5)', gives: '-2.0' }],
    Math.ceil,
    (v) => `ceil(${v})`,
  ),
  rounding(
    'trunc',
    'x without its fraction.',
    [{ text: 'trunc(-2.5)', gives: '-2.0' }],
    Math.trunc,
    (v) => `CAST(${v} AS BIGINT)`,
  ),
  round,
];
