import { createHash } from 'node:crypto';
import { INT64, STRING, type TypedExpression, type Value } from '../types.js';
import { literalValue } from '../values.js';
import type { CallType, FunctionEntry } from './function-entry.js';
import { isWhole, takes, wrongCount, wrongType } from './rules.js';
import { sparkString } from './spark-cast.js';

function digest(text: string): Buffer {
  return createHash('md5').update(text, 'utf8').digest();
}

const md5: FunctionEntry = {
  name: 'md5',
  family: 'hash',
  signature: 'md5(s: string) → string',
  summary: '32 hexadecimal digits of the MD5 of the UTF-8 text.',
  nulls: 'strict',
  check: takes([STRING], STRING),
  js: () => (s) => digest(s as string).toString('hex'),
  pushDown: true,
  duckdb: ([s]) => `md5(${s})`,
  spark: ([s]) => `md5(CAST(${s} AS BINARY))`,
  examples: [{ text: "md5('a')", gives: "'0cc175b9c0f1b6a831c399e269772661'" }],
};

const HASHED = ['string', 'int64', 'boolean'];

function hashable(args: readonly TypedExpression[], from: number): CallType | null {
  const argument = args.findIndex(
    ({ type }, at) => at >= from && !HASHED.includes(type.kind) && type.kind !== 'null',
  );
  return argument < 0
    ? null
    : {
        ...wrongType(argument, args[argument]!.type, 'string, int64 or boolean'),
        advice: 'Write CAST(… AS string) around it.',
      };
}

/** One text as it is; several each behind its number of characters, so that ('ab', 'c') and ('a', 'bc') differ. */
function hashText(values: readonly Value[]): string {
  const texts = values.map(String);
  if (texts.length === 1) return texts[0]!;
  return texts.map((text) => `${[...text].length}:${text}`).join('');
}

function hash64(values: readonly Value[]): bigint {
  return digest(hashText(values)).readBigInt64BE(0);
}

function duckText(sql: string, arg: TypedExpression): string {
  return arg.type.kind === 'string' ? sql : `CAST(${sql} AS VARCHAR)`;
}

function duckHash(sql: readonly string[], args: readonly TypedExpression[]): string {
  const texts = sql.map((one, at) => duckText(one, args[at]!));
  const text =
    texts.length === 1
      ? texts[0]
      : `(${texts.map((one) => `list_transform([${one}], lambda v: length(v) || ':' || v)[1]`).join(' || ')})`;
  return `CAST(CAST(CAST('0x' || left(md5(${text}), 16) AS UBIGINT) AS BIT) AS BIGINT)`;
}

function sparkHash(sql: readonly string[], args: readonly TypedExpression[]): string {
  const texts = sql.map((one, at) => sparkString(one, args[at]!.type));
  const text =
    texts.length === 1
      ? texts[0]
      : `concat(${texts.map((one) => `transform(array(${one}), v -> concat(CAST(length(v) AS STRING), ':', v))[0]`).join(', ')})`;
  return `CAST(conv(left(md5(CAST(${text} AS BINARY)), 16), 16, -10) AS BIGINT)`;
}

const hash: FunctionEntry = {
  name: 'hash64',
  family: 'hash',
  signature: 'hash64(x: string | int64 | boolean, …) → int64',
  summary:
    'First 8 bytes of an MD5, the most significant first: of one value its text, of several each text behind its length and a colon.',
  nulls: 'strict',
  check: (args) => {
    if (args.length === 0) return wrongCount(0, 1, Infinity);
    return (
      hashable(args, 0) ?? {
        args: args.map(({ type }) => (type.kind === 'null' ? STRING : type)),
        type: INT64,
      }
    );
  },
  js:
    () =>
    (...values) =>
      hash64(values),
  pushDown: true,
  duckdb: duckHash,
  spark: sparkHash,
  examples: [
    { text: "hash64('a')", gives: '919145239626757800' },
    { text: "hash64('u1', 7)", gives: '9007316124017302493' },
  ],
};

const bucket: FunctionEntry = {
  name: 'bucket',
  family: 'hash',
  signature: 'bucket(x: string | int64 | boolean, n: literal) → int64',
  summary: 'hash64(x) modulo n, from 0 to n - 1; n from 1 to 1,000,000.',
  nulls: 'strict',
  check: (args) => {
    if (args.length !== 2) return wrongCount(args.length, 2, 2);
    const problem = hashable(args.slice(0, 1), 0);
    if (problem !== null) return problem;
    if (!isWhole(args[1], 1, 1e6)) {
      return { reason: 'takes a literal from 1 to 1000000', argument: 1 };
    }
    const { type } = args[0]!;
    return { args: [type.kind === 'null' ? STRING : type, INT64], type: INT64 };
  },
  js: (args) => {
    const n = args[1]!.op === 'literal' ? (literalValue(args[1]!) as bigint) : 1n;
    return (x) => ((hash64([x!]) % n) + n) % n;
  },
  pushDown: true,
  duckdb: ([x, n], args) => `((${duckHash([x!], args.slice(0, 1))} % ${n} + ${n}) % ${n})`,
  spark: ([x, n], args) => `pmod(${sparkHash([x!], args.slice(0, 1))}, ${n})`,
  examples: [{ text: "bucket('a', 100)", gives: '0' }],
};

export const HASHES: readonly FunctionEntry[] = [md5, hash, bucket];
