import type { DataType } from '@tessera/api';
import { canonicalType, type ExprType, REGISTRY, type TypedExpression } from '@tessera/expr';
import { COLUMNS } from './compile-columns.js';

/** Numbers from a seed, 0 ≤ x < 1. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

const text = (type: ExprType): string => JSON.stringify(type);
const BOOLEAN: ExprType = { kind: 'boolean' };
const [INT64, DOUBLE, STRING]: ExprType[] = [
  { kind: 'int64' },
  { kind: 'double' },
  { kind: 'string' },
];

/** Literals of a type, in the form of typed literals. */
const LITERALS: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  boolean: [true, false],
  int64: ['0', '1', '-1', '2', '3', '7', '100', '9007199254740991', '9007199254740993'].concat([
    '-9223372036854775808',
    '9223372036854775807',
    '4611686018427387904',
  ]),
  double: [0, 1, -1, 0.5, 2.5, -2.5, 1e308, -1e-320, 1e15, 0.1],
  string: ['', 'a', 'A', 'abc', 'é', '\u{1f600}', '\uff5e', "o'x", '12', '-3.5', '2025-02-28'],
  date: [0, -1, 19000, 20000],
  timestamp: ['0', '-1', '1700000000000000', '-86400000001', '9223372036854775806'],
};

export const literal = (
  value: string | number | boolean | null,
  type: ExprType,
): TypedExpression => ({ op: 'literal', literal: value, type });

interface Signature {
  readonly name: string;
  /** A type, or the literal that has to stand there. */
  readonly args: readonly (ExprType | TypedExpression)[];
  readonly type: ExprType;
}

/** What stands for an argument while signatures are looked for. */
const PROBES: readonly (ExprType | TypedExpression)[] = [
  ...new Map(COLUMNS.map(({ type }) => [text(canonicalType(type)), canonicalType(type)])).values(),
  ...['day', 'hour', 'month', 'yyyy-MM-dd', 'minute', ','].map((unit) => literal(unit, STRING!)),
  ...['1', '2', '0', '-1', '5'].map((digits) => literal(digits, INT64!)),
];

const isType = (probe: ExprType | TypedExpression): probe is ExprType => 'kind' in probe;

function probeExpression(probe: ExprType | TypedExpression): TypedExpression {
  if (!isType(probe)) return probe;
  return { op: 'column', column: 'probe', declared: probe as DataType, type: probe };
}

/** Every way of calling a function of the registry with up to three arguments of the types of our columns. */
function signatures(): Map<string, Signature[]> {
  const found = new Map<string, Signature[]>();
  /** Whether further arguments may make it fit. */
  const add = (name: string, args: readonly (ExprType | TypedExpression)[]): boolean => {
    const answer = REGISTRY.get(name)!.check(args.map(probeExpression));
    if ('reason' in answer) return answer.argument === undefined;
    const same = args.every(
      (arg, at) => text(isType(arg) ? arg : arg.type) === text(answer.args[at]!),
    );
    if (!same) return true;
    const key = text(answer.type);
    found.set(key, [...(found.get(key) ?? []), { name, args, type: answer.type }]);
    return true;
  };
  for (const name of REGISTRY.keys()) {
    add(name, []);
    for (const a of PROBES) {
      if (!add(name, [a])) continue;
      for (const b of PROBES) {
        if (!add(name, [a, b])) continue;
        for (const c of PROBES) add(name, [a, b, c]);
      }
    }
  }
  return found;
}

let known: Map<string, Map<string, Signature[]>> | null = null;

/** By type of the result, then by name, so that a function of many signatures is not met more often. */
function byResult(type: ExprType): Map<string, Signature[]> {
  if (known === null) {
    known = new Map();
    for (const [key, all] of signatures()) {
      const names = new Map<string, Signature[]>();
      for (const one of all) names.set(one.name, [...(names.get(one.name) ?? []), one]);
      known.set(key, names);
    }
  }
  return known.get(text(type)) ?? new Map();
}

const CASTS: Readonly<Record<string, readonly string[]>> = {
  boolean: ['int64', 'double', 'string'],
  int64: ['double', 'string', 'boolean'],
  double: ['int64', 'string', 'boolean'],
  string: ['int64', 'double', 'boolean', 'date', 'timestamp'],
  date: ['timestamp', 'string'],
  timestamp: ['date', 'string'],
};

export const SCALARS = ['boolean', 'int64', 'double', 'string', 'date', 'timestamp'] as const;

const PATTERNS = ['%', '', 'a%', '%b%', '_', '%é%', '__%', 'abc', '%%x', 'A_C'];

/** A random well-typed expression; `pool` holds sub-expressions that are met again. */
export function randomExpression(
  random: () => number,
  type: ExprType,
  depth: number,
  pool: TypedExpression[] = [],
): TypedExpression {
  const shared = pool.filter((one) => text(one.type) === text(type));
  if (shared.length > 0 && random() < 0.2) return pick(random, shared);
  const made = depth <= 0 ? leaf(random, type) : operation(random, type, depth - 1, pool);
  pool.push(made);
  return made;
}

function leaf(random: () => number, type: ExprType): TypedExpression {
  const columns = COLUMNS.filter((column) => text(canonicalType(column.type)) === text(type));
  const literals = LITERALS[type.kind];
  if (columns.length === 0 || (literals !== undefined && random() < 0.25)) {
    return literal(literals === undefined || random() < 0.1 ? null : pick(random, literals), type);
  }
  const { name, type: declared } = pick(random, columns);
  return { op: 'column', column: name, declared, type };
}

function operation(
  random: () => number,
  type: ExprType,
  depth: number,
  pool: TypedExpression[],
): TypedExpression {
  const sub = (wanted: ExprType) => randomExpression(random, wanted, depth, pool);
  const some = (wanted: ExprType, most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => sub(wanted));
  const choice = random();
  if (choice < 0.12) return leaf(random, type);
  if (choice < 0.24) {
    const when = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      if: sub(BOOLEAN),
      then: sub(type),
    }));
    return { op: 'case', when, ...(random() < 0.6 && { else: sub(type) }), type };
  }
  if (choice < 0.34) {
    const from = SCALARS.filter((kind) => CASTS[kind]!.includes(type.kind));
    if (from.length > 0) return { op: 'cast', operand: sub({ kind: pick(random, from) }), type };
  }
  if (choice < 0.65) {
    const names = [...byResult(type).values()];
    if (names.length > 0) {
      const { name, args } = pick(random, pick(random, names));
      return { op: 'call', name, args: args.map((a) => (isType(a) ? sub(a) : a)), type };
    }
  }
  if (type.kind === 'int64' || type.kind === 'double') {
    const op = pick(random, ['+', '-', '*', '%', '/'] as const);
    if (op !== '/' || type.kind === 'double')
      return { op, left: sub(type), right: sub(type), type };
  }
  if (type.kind === 'boolean') return predicate(random, sub, some);
  return leaf(random, type);
}

function predicate(
  random: () => number,
  sub: (type: ExprType) => TypedExpression,
  some: (type: ExprType, most: number) => TypedExpression[],
): TypedExpression {
  const type = BOOLEAN;
  const of: ExprType = { kind: pick(random, SCALARS) };
  switch (Math.floor(random() * 6)) {
    case 0: {
      const op = pick(random, ['=', '<>', '<', '<=', '>', '>='] as const);
      return { op, left: sub(of), right: sub(of), type };
    }
    case 1:
      return { op: pick(random, ['and', 'or'] as const), args: some(BOOLEAN, 3), type };
    case 2:
      return { op: 'not', arg: sub(BOOLEAN), type };
    case 3: {
      const many = LITERALS[of.kind]!.map((one) => literal(one, of));
      return { op: 'in', operand: sub(of), values: random() < 0.5 ? many : some(of, 4), type };
    }
    case 4:
      return { op: 'is_null', operand: sub(of), type };
    default:
      return { op: 'like', operand: sub(STRING!), pattern: pick(random, PATTERNS), type };
  }
}

/** Types of results worth asking for. */
export const RESULTS: readonly ExprType[] = [
  ...SCALARS.map((kind): ExprType => ({ kind })),
  { kind: 'list', element: DOUBLE as DataType },
  { kind: 'list', element: STRING as DataType },
];
