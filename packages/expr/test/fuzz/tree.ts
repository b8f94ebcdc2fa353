import type { Expression, LiteralExpression } from '@tessera/api';
import { formatDay } from '@tessera/api';
import type { Random } from './random.js';
import { COLUMNS } from './table.js';
import { someDouble, someInstant, someInt64, someText } from './values.js';

export const SCALARS = ['boolean', 'int64', 'double', 'string', 'date', 'timestamp'] as const;
export type Scalar = (typeof SCALARS)[number];

/**
 * What functions take and give, by words: a type, `'text'` for a literal text, `1..9` for a whole literal in that range, `?`
 * before what may be left out, and `any` for one scalar type that is the same throughout.
 */
const CALLS: readonly (readonly [name: string, type: string, ...args: string[]])[] = [
  ['coalesce', 'any', 'any', 'any', '?any'],
  ['nullif', 'any', 'any', 'any'],
  ['if', 'any', 'boolean', 'any', 'any'],
  ['greatest', 'any', 'any', 'any', '?any'],
  ['least', 'any', 'any', 'any', '?any'],
  ['abs', 'double', 'double'],
  ['abs', 'int64', 'int64'],
  ['sign', 'int64', 'double'],
  ['sign', 'int64', 'int64'],
  ['floor', 'double', 'double'],
  ['floor', 'int64', 'int64'],
  ['ceil', 'double', 'double'],
  ['trunc', 'double', 'double'],
  ['round', 'double', 'double'],
  ['round', 'double', 'double', '-15..15'],
  ['round', 'int64', 'int64', '0..3'],
  ['sqrt', 'double', 'double'],
  ...[
    'cbrt',
    'exp',
    'ln',
    'log10',
    'log2',
    'log1p',
    'expm1',
    'sin',
    'cos',
    'tan',
    'asin',
    'acos',
    'atan',
    'tanh',
  ].map((name) => [name, 'double', 'double'] as const),
  ['pow', 'double', 'double', 'double'],
  ['atan2', 'double', 'double', 'double'],
  ['concat', 'string', 'string', 'int64', '?boolean'],
  ['concat', 'string', 'date', 'string'],
  ['length', 'int64', 'string'],
  ['upper', 'string', 'string'],
  ['lower', 'string', 'string'],
  ['trim', 'string', 'string'],
  ['ltrim', 'string', 'string'],
  ['rtrim', 'string', 'string'],
  ['substring', 'string', 'string', '1..5', '?0..4'],
  ['substring', 'string', 'string', '-5..-1', '?0..4'],
  ['substring', 'string', 'string', 'int64', 'int64'],
  ['left', 'string', 'string', '0..5'],
  ['right', 'string', 'string', '0..5'],
  ['left', 'string', 'string', 'int64'],
  ['replace', 'string', 'string', 'string', 'string'],
  ['starts_with', 'boolean', 'string', 'string'],
  ['ends_with', 'boolean', 'string', 'string'],
  ['contains', 'boolean', 'string', 'string'],
  ['instr', 'int64', 'string', 'string'],
  ['split_part', 'string', 'string', "',' 'a' 'é' '😀'", '1..3'],
  ['split_part', 'string', 'string', "',' 'a' 'aa'", '-3..-1'],
  ['split_part', 'string', 'string', 'string', 'int64'],
  ['lpad', 'string', 'string', '0..8', "?'x' 'é😀'"],
  ['rpad', 'string', 'string', '0..8', "?'x' 'é😀'"],
  ['lpad', 'string', 'string', 'int64', 'string'],
  ['reverse', 'string', 'string'],
  ...[
    'year',
    'quarter',
    'month',
    'week',
    'day',
    'day_of_year',
    'day_of_week',
    'hour',
    'minute',
    'second',
  ].flatMap((name) => [[name, 'int64', 'timestamp'] as const, [name, 'int64', 'date'] as const]),
  ['is_weekend', 'boolean', 'timestamp'],
  ['is_weekend', 'boolean', 'date'],
  [
    'date_trunc',
    'timestamp',
    "'second' 'minute' 'hour' 'day' 'week' 'month' 'quarter' 'year'",
    'timestamp',
  ],
  ['date_trunc', 'date', "'day' 'week' 'month' 'quarter' 'year'", 'date'],
  ['date_add', 'timestamp', "'second' 'minute' 'hour' 'day' 'week'", 'int64', 'timestamp'],
  ['date_add', 'date', "'day' 'week'", 'int64', 'date'],
  [
    'date_diff',
    'int64',
    "'second' 'minute' 'hour' 'day' 'week' 'month' 'year'",
    'timestamp',
    'timestamp',
  ],
  ['date_diff', 'int64', "'day' 'week' 'quarter'", 'date', 'date'],
  ['to_date', 'date', 'timestamp'],
  ['to_date', 'date', 'date'],
  ['ceil', 'int64', 'int64'],
  ['trunc', 'int64', 'int64'],
  ['format_time', 'string', 'date', "'dd.MM.yyyy'"],
  ['element_at', 'date', 'list:date', '-3..3'],
  ['list_contains', 'boolean', 'list:date', 'date'],
  ['list_min', 'int64', 'list:int64'],
  ['list_max', 'double', 'list:double'],
  ['hash64', 'int64', 'boolean', 'string'],
  ['date_diff', 'int64', "'day' 'hour' 'month'", 'date', 'timestamp'],
  ['epoch_ms', 'int64', 'timestamp'],
  ['timestamp_ms', 'timestamp', 'int64'],
  ['format_time', 'string', 'timestamp', "'yyyy-MM-dd HH:mm:ss.SSS' 'HH'"],
  ['from_unixtime', 'string', 'double', "'yyyy-MM-dd'"],
  ['list_length', 'int64', 'list'],
  ['element_at', 'int64', 'list:int64', 'int64'],
  ['element_at', 'double', 'list:double', '-3..3'],
  ['element_at', 'string', 'list:string', '-3..3'],
  ['list_contains', 'boolean', 'list:int64', 'int64'],
  ['list_contains', 'boolean', 'list:double', 'double'],
  ['list_contains', 'boolean', 'list:string', 'string'],
  ['list_sum', 'int64', 'list:int64'],
  ['list_sum', 'double', 'list:double'],
  ['list_average', 'double', 'list:double'],
  ['list_average', 'double', 'list:int64'],
  ['list_min', 'double', 'list:double'],
  ['list_min', 'string', 'list:string'],
  ['list_max', 'int64', 'list:int64'],
  ['list_max', 'date', 'list:date'],
  ['map_get', 'double', 'map:string', 'string'],
  ['map_get', 'string', 'map:int64', 'int64'],
  ['map_size', 'int64', 'map'],
  ['md5', 'string', 'string'],
  ['hash64', 'int64', 'string', '?int64', '?boolean'],
  ['hash64', 'int64', 'int64'],
  ['bucket', 'int64', 'string', '1..1000'],
  ['bucket', 'int64', 'int64', '1..3'],
];

/** Calls whose result is a list: they stand inside of these. */
const LIST_CALLS = ['map_keys', 'map_values'];

/** Names of functions that random expressions may hold. */
export const FUZZED: ReadonlySet<string> = new Set([...CALLS.map(([name]) => name), ...LIST_CALLS]);

const CASTS: Readonly<Record<Scalar, readonly Scalar[]>> = {
  boolean: ['int64', 'double', 'string'],
  int64: ['boolean', 'double', 'string'],
  double: ['boolean', 'int64', 'string', 'int64'],
  string: ['boolean', 'int64', 'double', 'date', 'timestamp'],
  date: ['timestamp', 'string'],
  timestamp: ['date', 'string'],
};

export interface TreeOptions {
  /** Functions that may be called. */
  readonly allowed: (name: string) => boolean;
  /** Casts that may be made, `from to`. */
  readonly casts: (from: Scalar, to: Scalar) => boolean;
}

const literal = (
  value: LiteralExpression['literal'],
  type?: LiteralExpression['type'],
): Expression => ({
  op: 'literal',
  literal: value,
  ...(type !== undefined && { type }),
});

export function randomLiteral(random: Random, type: string): Expression {
  switch (type) {
    case 'boolean':
      return literal(random.chance(0.5));
    case 'int64': {
      const value = someInt64(random);
      const number = Number(value);
      return Number.isSafeInteger(number) ? literal(number) : literal(String(value), 'int64');
    }
    case 'double': {
      const value = someDouble(random);
      if (!Number.isFinite(value)) return literal(1.5);
      return literal(value, Number.isInteger(value) ? 'double' : undefined);
    }
    case 'string':
      return literal(someText(random));
    case 'date':
      return literal(formatDay(random.below(40_000) - 10_000), 'date');
    default: {
      const us = someInstant(random);
      const safe = us > -6_000_000_000_000_000n && us < 9_000_000_000_000_000n ? us : 0n;
      return literal(new Date(Number(safe / 1000n)).toISOString(), 'timestamp');
    }
  }
}

function columnOf(random: Random, wanted: string): Expression {
  const fits = COLUMNS.filter(({ type }) => {
    if (wanted === 'list' || wanted === 'map') return type.kind === wanted;
    const [outer, inner] = wanted.split(':');
    if (inner !== undefined) {
      const of = type.kind === 'list' ? type.element : type.kind === 'map' ? type.key : undefined;
      return (
        type.kind === outer && (of!.kind === inner || (of!.kind === 'int32' && inner === 'int64'))
      );
    }
    switch (type.kind) {
      case 'int32':
        return wanted === 'int64';
      case 'float':
      case 'decimal':
        return wanted === 'double';
      case 'timestamptz':
      case 'timestamp_ns':
        return wanted === 'timestamp';
      default:
        return type.kind === wanted;
    }
  });
  return { op: 'column', column: random.pick(fits).name };
}

export function randomTree(
  random: Random,
  type: Scalar,
  depth: number,
  options: TreeOptions,
): Expression {
  const sub = (of: Scalar): Expression => randomTree(random, of, depth - 1, options);
  if (depth <= 0 || random.chance(0.12)) {
    return random.chance(0.75) ? columnOf(random, type) : randomLiteral(random, type);
  }
  const choices: (() => Expression | undefined)[] = [
    () => randomCall(random, type, sub, options),
    () => randomCall(random, type, sub, options),
    () => {
      const from = random.pick(SCALARS.filter((one) => CASTS[one].includes(type)));
      return from !== undefined && options.casts(from, type)
        ? { op: 'cast', operand: sub(from), to: type }
        : undefined;
    },
    () => ({
      op: 'case',
      when: Array.from({ length: 1 + random.below(2) }, () => ({
        if: sub('boolean'),
        then: sub(type),
      })),
      ...(random.chance(0.6) && { else: sub(type) }),
    }),
  ];
  if (type === 'int64') {
    choices.push(
      ...Array.from({ length: 4 }, () => () => ({
        op: random.pick(['+', '-', '*', '%'] as const),
        left: sub('int64'),
        right: sub('int64'),
      })),
      () => ({ op: 'negate', arg: sub('int64') }),
    );
  }
  if (type === 'double') {
    choices.push(
      ...Array.from({ length: 4 }, () => () => ({
        op: random.pick(['+', '-', '*', '/', '%'] as const),
        left: sub('double'),
        right: sub(random.chance(0.8) ? 'double' : 'int64'),
      })),
      () => ({ op: 'negate', arg: sub('double') }),
    );
  }
  if (type === 'string')
    choices.push(() => ({ op: '||', left: sub('string'), right: sub('int64') }));
  if (type === 'boolean') {
    choices.push(...Array.from({ length: 3 }, () => () => comparison(random, sub)));
    choices.push(
      () => ({
        op: random.pick(['and', 'or'] as const),
        args: Array.from({ length: 2 + random.below(2) }, () => sub('boolean')),
      }),
      () => ({ op: 'not', arg: sub('boolean') }),
      () => ({ op: 'is_null', operand: sub(random.pick(SCALARS)) }),
      () => ({ op: 'like', operand: sub('string'), pattern: randomPattern(random) }),
      () => {
        const of = random.pick(SCALARS);
        return {
          op: 'in',
          operand: sub(of),
          values: Array.from({ length: 1 + random.below(3) }, () =>
            random.chance(0.7) ? randomLiteral(random, of) : sub(of),
          ),
        };
      },
    );
  }
  for (let attempt = 0; attempt < 10; attempt++) {
    const made = random.pick(choices)();
    if (made !== undefined) return made;
  }
  return columnOf(random, type);
}

function comparison(random: Random, sub: (of: Scalar) => Expression): Expression {
  const op = random.pick(['=', '<>', '<', '<=', '>', '>='] as const);
  const of = random.pick(SCALARS);
  const other = of === 'int64' && random.chance(0.3) ? 'double' : of;
  if (of === 'timestamp' && random.chance(0.3)) {
    const text = random.pick([
      '2024-02-29',
      '1969-12-31T23:59:59.999999',
      '2024-03-01T00:00:00+02:00',
      '2024-02-29 12:00:00.0000005',
    ]);
    return { op, left: sub(of), right: literal(text) };
  }
  const right = random.chance(0.4) ? randomLiteral(random, other) : sub(other);
  // Columns against literals, as most wheres are.
  const left = random.chance(0.3) ? columnOf(random, of) : sub(of);
  return random.chance(0.8) ? { op, left, right } : { op, left: right, right: left };
}

function randomPattern(random: Random): string {
  return Array.from({ length: random.below(5) }, () =>
    random.pick(['%', '%', '_', 'a', 'b', 'é', '😀', '\\', 'A', '\n', "'"]),
  ).join('');
}

function randomCall(
  random: Random,
  type: Scalar,
  sub: (of: Scalar) => Expression,
  { allowed }: TreeOptions,
): Expression | undefined {
  const [name, , ...words] = random.pick(
    CALLS.filter(([, result]) => result === type || result === 'any'),
  );
  if (!allowed(name)) return undefined;
  const wanted: string[] = [];
  for (const word of words) {
    if (word.startsWith('?') && random.chance(0.5)) break;
    wanted.push(word.replace('?', ''));
  }
  const args = wanted.map((word): Expression => {
    if (word === 'any') return sub(type);
    if (word.startsWith("'"))
      return literal(
        random.pick(word.split(' ')[0] === word ? [word] : textsOf(word)).replaceAll("'", ''),
      );
    const range = /^(-?\d+)\.\.(-?\d+)$/.exec(word);
    if (range !== null) {
      const [least, most] = [Number(range[1]), Number(range[2])];
      return literal(least + random.below(most - least + 1));
    }
    if (word.startsWith('list') || word.startsWith('map')) return listOrMap(random, word);
    return sub(word as Scalar);
  });
  return { op: 'call', name, args };
}

/** A column, or the keys or values of a map where those make such a list. */
function listOrMap(random: Random, word: string): Expression {
  const made: Readonly<Record<string, readonly [call: string, map: string]>> = {
    'list:double': ['map_values', 'map:string'],
    'list:string': ['map_keys', 'map:string'],
    'list:int64': ['map_keys', 'map:int64'],
  };
  const from = made[word];
  if (from === undefined || random.chance(0.7)) return columnOf(random, word);
  return { op: 'call', name: from[0], args: [columnOf(random, from[1])] };
}

function textsOf(word: string): string[] {
  return [...word.matchAll(/'([^']*)'/g)].map((match) => match[1]!);
}
