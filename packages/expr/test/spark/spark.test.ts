import { type DataType, type Expression, formatExpression, formatType } from '@tessera/api';
import {
  checkExpression,
  evaluateRow,
  type Row,
  sparkText,
  type TypedExpression,
  type Value,
} from '@tessera/expr';
import { expect, test } from 'vitest';
import { type Random, randomOf } from '../fuzz/random.js';
import { COLUMNS, randomRow } from '../fuzz/table.js';
import { randomTree, SCALARS } from '../fuzz/tree.js';
import { askSpark, type SparkValue, sparkFolder } from './spark.js';

const LONG = process.env.TESSERA_LONG === '1';
const PARSED = Number(process.env.TESSERA_EXPRESSIONS ?? (LONG ? 200_000 : 2000));
const EVALUATED = LONG ? 2000 : 200;
const PER_QUERY = 40;
const PER_JOB = 50_000;
const ROWS = 16;

/** What Java's libraries round, fold or write in other ways than JavaScript's: documented, and not compared. */
const OTHERWISE = new Set(
  'cbrt exp ln log10 log2 log1p expm1 pow sin cos tan asin acos atan tanh atan2 upper lower'.split(
    ' ',
  ),
);

const words = new Map(COLUMNS.map((column) => [column.name, formatType(column.type)]));

function someExpression(
  random: Random,
  everything: boolean,
): { expression: Expression; typed: TypedExpression } {
  const expression = randomTree(random, random.pick(SCALARS), 1 + random.below(4), {
    allowed: (name) => everything || !OTHERWISE.has(name),
    casts: (from, to) => everything || from !== 'double' || to !== 'string',
  });
  return { expression, typed: checkExpression(expression, COLUMNS).typed! };
}

/** Spark has dates and timestamps of the years 1 to 9999 only, and no infinite inputs are sent. */
function tame(value: Value, type: DataType): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'double':
      return Number.isFinite(value) ? value : 1;
    case 'date':
      return Math.abs(value as number) < 60_000 ? value : 11_016;
    case 'timestamp':
      return (value as bigint) % 4_000_000_000_000_000n;
    case 'list':
      return (value as readonly Value[]).map((one) => tame(one, type.element));
    case 'map':
      return new Map(
        [...(value as ReadonlyMap<Value, Value>)].map(([key, one]) => [key, tame(one, type.value)]),
      );
    default:
      return value;
  }
}

function sparkStored(type: DataType): string {
  switch (type.kind) {
    case 'int32':
      return 'INT';
    case 'int64':
      return 'BIGINT';
    case 'timestamptz':
    case 'timestamp_ns':
      return 'TIMESTAMP';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'list':
      return `ARRAY<${sparkStored(type.element)}>`;
    case 'map':
      return `MAP<${sparkStored(type.key)}, ${sparkStored(type.value)}>`;
    default:
      return type.kind.toUpperCase();
  }
}

/** A value as Spark SQL of its stored type, written independently of what is tested. */
function stored(value: Value, type: DataType): string {
  const typed = (text: string): string => `CAST(${text} AS ${sparkStored(type)})`;
  if (value === null) return typed('NULL');
  switch (type.kind) {
    case 'string':
      return `CAST(unhex('${Buffer.from(value as string).toString('hex')}') AS STRING)`;
    case 'decimal':
      return typed(`'${(value as number).toFixed(type.scale)}'`);
    case 'date':
      return `date_from_unix_date(${value})`;
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return `timestamp_micros(${value}L)`;
    case 'list': {
      const items = (value as readonly Value[]).map((one) => stored(one, type.element));
      return typed(`array(${items.join(', ')})`);
    }
    case 'map': {
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(
        ([key, one]) => `${stored(key, type.key)}, ${stored(one, type.value)}`,
      );
      return typed(`map(${entries.join(', ')})`);
    }
    default:
      return typed(`'${value}'`);
  }
}

function viewOf(rows: readonly Row[]): string {
  const selects = rows.map((row, at) => {
    const columns = COLUMNS.map(
      ({ name, type }) => `${stored(row[name]!, type)} AS \`${name.replaceAll('`', '``')}\``,
    );
    return `SELECT ${at} AS __row, ${columns.join(', ')}`;
  });
  return selects.join(' UNION ALL ');
}

/** In a form that JSON carries. */
function carried(text: string, { type }: TypedExpression): string {
  switch (type.kind) {
    case 'int64':
      return `CAST(${text} AS STRING)`;
    case 'date':
      return `unix_date(${text})`;
    case 'timestamp':
      return `CAST(unix_micros(${text}) AS STRING)`;
    default:
      return text;
  }
}

function received(value: SparkValue, { type }: TypedExpression): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'int64':
    case 'timestamp':
      return BigInt(value);
    case 'double':
      return doubleOfHex(value as string);
    default:
      return value;
  }
}

/** Python's `float.hex()`: `-0x1.8p+1`. */
function doubleOfHex(text: string): number {
  const match = /^(-?)0x([01])\.?([0-9a-f]*)p([+-]\d+)$/.exec(text);
  if (match === null) return Number(text === 'inf' ? Infinity : text === '-inf' ? -Infinity : NaN);
  const [, sign, whole, fraction, exponent] = match;
  const mantissa = Number(`0x${whole}${fraction}`);
  const shift = Number(exponent) - 4 * fraction!.length;
  // In two steps: 2 to the power of a subnormal's shift is no double.
  const half = Math.trunc(shift / 2);
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** half * 2 ** (shift - half);
}

const spark = sparkFolder();

test.skipIf(spark === null)(
  `Spark reads ${PARSED} expressions and gives our values of ${EVALUATED}`,
  async () => {
    const random = randomOf(Number(process.env.TESSERA_SEED ?? 2));
    // Not all at once: a job is one string.
    for (let first = 0; first < PARSED; first += PER_JOB) {
      const parse = Array.from({ length: Math.min(PER_JOB, PARSED - first) }, () =>
        sparkText(someExpression(random, true).typed),
      );
      const { refused } = await askSpark(spark!, { parse, view: '', evaluate: [], ansi: true });
      expect(refused.slice(0, 3).map(([at, said]) => `${parse[at]}\n${said}`)).toEqual([]);
    }
    const rows = Array.from({ length: ROWS }, () => {
      const row = randomRow(random, words);
      return Object.fromEntries(COLUMNS.map(({ name, type }) => [name, tame(row[name]!, type)]));
    });
    const evaluated = Array.from({ length: EVALUATED }, () => someExpression(random, false));
    const texts = evaluated.map(({ typed }) => carried(sparkText(typed), typed));
    const evaluate = Array.from({ length: EVALUATED / PER_QUERY }, (_, at) =>
      texts.slice(at * PER_QUERY, (at + 1) * PER_QUERY),
    );
    for (const ansi of [true, false]) {
      const job = { parse: [], view: viewOf(rows), evaluate, ansi };
      const { answers } = await askSpark(spark!, job);
      const wrong = answers.flatMap((answer, at) => {
        const { expression, typed } = evaluated[at]!;
        const text = `${formatExpression(expression)}\n${texts[at]}`;
        if ('error' in answer) return [`${text}\n${answer.error}`];
        const row = rows.findIndex(
          (one, rowAt) => !Object.is(received(answer[rowAt]!, typed), evaluateRow(typed, one)),
        );
        if (row < 0) return [];
        const used = Object.entries(rows[row]!).filter(([name]) => text.includes(name));
        return [
          `${text}\n${used.map(([name, value]) => `${name} = ${String(value)}`).join(', ')}\nours ${String(evaluateRow(typed, rows[row]!))}, Spark ${String(answer[row])}, ANSI ${ansi}`,
        ];
      });
      expect(`${wrong.length} wrong\n${wrong.slice(0, 6).join('\n\n')}`).toBe('0 wrong\n');
    }
  },
);
