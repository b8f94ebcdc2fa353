import {
  type AggregateState,
  aggregateState,
  bigintToExpansion,
  bucketed,
  type Operation,
  type Value,
  type ValueKind,
} from '@tessera/algebra';
import type { AggregationSpec, DataType, SourceSpec } from '@tessera/api';
import { type Column, isNull, readInt128, writeInt128 } from '@tessera/columnar';
import fc from 'fast-check';
import {
  NULL_ELEMENT,
  type StateColumns,
  type StateFamily,
  statesOf,
  UNEQUAL_LENGTHS,
  valueType,
} from '../src/index.js';

const long = process.env.TESSERA_LONG === '1';
const seed = process.env.TESSERA_SEED === undefined ? Date.now() : Number(process.env.TESSERA_SEED);

/** Runs a property; a failure prints the seed, TESSERA_SEED repeats it, TESSERA_LONG=1 searches longer. */
export function law<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>, runs = 5): void {
  fc.assert(property, { numRuns: long ? 1000 : runs, seed });
}

/** In the order of their UTF-8 bytes; a code is a position. */
export const DICTIONARY = ['', '\0', 'a', 'ab', 'b', 'é', '\ue000', '\uffff', '\u{10000}', '😀'];
const stringCode = new Map(DICTIONARY.map((text, code) => [text, code]));

export interface TypeCase {
  readonly type: DataType;
  readonly kind: ValueKind;
  readonly value: fc.Arbitrary<Value>;
}

const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1e17, 1, -1e17, 0.1, 1.1, 5e-324, -5e-324, 1e308, -1e308, 1e300, 2 ** 53, 0),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 1000, 2 ** -1074 * 3),
  fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
);
const wide = (digits: number) =>
  fc.oneof(
    fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }),
    fc.constantFrom(0n, 1n, -1n, 10n ** BigInt(digits) - 1n),
  );
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n, 1n, -1n, 2n ** 53n),
  fc.bigInt({ min: -3n, max: 3n }),
);
const decimal = (precision: number, scale: number): TypeCase => ({
  type: { kind: 'decimal', precision, scale },
  kind: 'decimal',
  value: wide(precision),
});
const listOf = ({ type, kind, value }: TypeCase): TypeCase => ({
  type: { kind: 'list', element: type },
  kind: { list: kind },
  value: fc.array(fc.option(value, { freq: 8 }), { maxLength: 3 }),
});

const DOUBLE: TypeCase = {
  type: { kind: 'double' },
  kind: 'number',
  value: double.map((x) => x + 0),
};
const INT64: TypeCase = { type: { kind: 'int64' }, kind: 'bigint', value: int64 };
const STRING: TypeCase = {
  type: { kind: 'string' },
  kind: 'string',
  value: fc.constantFrom(...DICTIONARY),
};
const DATE: TypeCase = {
  type: { kind: 'date' },
  kind: 'int',
  value: fc.integer({ min: -40_000, max: 40_000 }),
};

export const TYPES: Readonly<Record<string, TypeCase>> = {
  double: DOUBLE,
  float: {
    ...DOUBLE,
    type: { kind: 'float' },
    value: fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  },
  int32: {
    type: { kind: 'int32' },
    kind: 'int',
    value: fc.oneof(fc.integer(), fc.integer({ min: -2, max: 2 })),
  },
  int64: INT64,
  timestamp: { ...INT64, type: { kind: 'timestamp' } },
  epoch_us: { ...INT64, type: { kind: 'epoch_us' } },
  date: DATE,
  boolean: { type: { kind: 'boolean' }, kind: 'boolean', value: fc.boolean() },
  string: STRING,
  'decimal(9,2)': decimal(9, 2),
  'decimal(24,3)': decimal(24, 3),
  'decimal(38,6)': decimal(38, 6),
  'list<double>': listOf(DOUBLE),
  'list<int64>': listOf(INT64),
  'list<string>': listOf(STRING),
  'list<date>': listOf(DATE),
};

/** @param narrow integers as doubles, where they all fit */
export function toColumn(type: DataType, values: readonly Value[], narrow = false): Column {
  switch (type.kind) {
    case 'list': {
      const offsets = new Int32Array(values.length + 1);
      const children: Value[] = [];
      values.forEach((value, i) => {
        children.push(...((value as readonly Value[] | null) ?? []));
        offsets[i + 1] = children.length;
      });
      return {
        kind: 'list',
        offsets,
        valid: validOf(values),
        child: toColumn(type.element, children, narrow),
      };
    }
    case 'string':
      return {
        kind: 'code',
        values: Int32Array.from(values, (v) =>
          v === null ? -1 : (stringCode.get(v as string) ?? -1),
        ),
      };
    case 'int32':
    case 'float':
    case 'double':
    case 'date':
    case 'boolean':
      return {
        kind: 'f64',
        values: Float64Array.from(values, (v) => (v === null ? Number.NaN : Number(v))),
      };
    default: {
      const safe = values.every((v) => v === null || Number.isSafeInteger(Number(v)));
      if (narrow && safe) return toColumn({ kind: 'double' }, values);
      const valid = validOf(values);
      if (type.kind === 'decimal' && type.precision > 18) {
        const out = new BigInt64Array(2 * values.length);
        values.forEach((v, i) => {
          writeInt128(out, i, (v as bigint | null) ?? 99n);
        });
        return { kind: 'i128', values: out, valid };
      }
      return {
        kind: 'i64',
        values: BigInt64Array.from(values, (v) => (v as bigint | null) ?? 99n),
        valid,
      };
    }
  }
}

function validOf(values: readonly Value[]): Uint8Array | null {
  return values.includes(null) ? Uint8Array.from(values, (v) => (v === null ? 0 : 1)) : null;
}

export function valueAt(column: Column, type: DataType, row: number): Value {
  if (isNull(column, row)) return null;
  switch (column.kind) {
    case 'f64':
      return type.kind === 'boolean' ? column.values[row] === 1 : column.values[row]!;
    case 'code':
      return DICTIONARY[column.values[row]!]!;
    case 'i64':
      return column.values[row]!;
    case 'i128':
      return readInt128(column.values, row);
    default:
      return listAt(column, row, type.kind === 'list' ? type.element : type);
  }
}

function listAt(column: Column, row: number, type: DataType): Value[] {
  if (column.kind !== 'list') throw new TypeError(column.kind);
  const out: Value[] = [];
  for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
    out.push(valueAt(column.child, type, i));
  }
  return out;
}

const NUMBER: DataType = { kind: 'double' };
const LIST: DataType = { kind: 'list', element: NUMBER };
const LISTS: DataType = { kind: 'list', element: LIST };

type Row = Readonly<Record<string, Value>>;

/** One tile's state as plain values. */
function rowsOf({ family, columns }: StateColumns, row: number): Row {
  const type = valueType(family) ?? NUMBER;
  const typeOf: Record<string, DataType> = {
    n: ['distinct', 'percentile'].includes(family.kind) ? LIST : NUMBER,
    overflows: NUMBER,
    length: NUMBER,
    terms: family.kind === 'vector' ? LISTS : LIST,
    sum: { kind: 'decimal', precision: 38, scale: 0 },
    tie: { kind: 'list', element: family.tie?.type ?? NUMBER },
    value: family.kind === 'min' || family.kind === 'max' ? type : { kind: 'list', element: type },
  };
  const deeper = (t: DataType): DataType =>
    family.by === undefined ? t : { kind: 'list', element: t };
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      name === 'buckets'
        ? valueAt(column, { kind: 'list', element: family.by!.type }, row)
        : valueAt(column, deeper(typeOf[name] ?? LIST), row),
    ]),
  );
}

/** The state that algebra has for an operation, read from the tile columns that answer it. */
export function algebraStateOf(
  operation: Operation,
  states: readonly StateColumns[],
  row: number,
): unknown {
  const parts = states.map((state) => rowsOf(state, row));
  if (states[0]!.family.by === undefined) return innerState(operation, states, parts);
  const buckets = parts[0]!.buckets as readonly Value[];
  for (const part of parts) {
    if (JSON.stringify(part.buckets, String) !== JSON.stringify(buckets, String))
      throw new Error('buckets differ');
  }
  return new Map(
    buckets.map((bucket, i) => [
      bucket,
      innerState(
        operation,
        states,
        parts.map((part) =>
          Object.fromEntries(
            Object.entries(part).map(([name, v]) => [name, (v as readonly Value[])[i]!]),
          ),
        ),
      ),
    ]),
  );
}

function innerState(
  operation: Operation,
  states: readonly StateColumns[],
  parts: readonly Row[],
): unknown {
  const [row] = parts as readonly [Row];
  const timed = ({ t, tie, value }: Row) =>
    (t as number[]).map((at, i) => ({
      t: at,
      tie: tie === undefined ? null : (tie as Value[])[i]!,
      value: (value as Value[])[i]!,
    }));
  const zip = (keys: Value | undefined, counts: Value | undefined) =>
    new Map((keys as Value[]).map((key, i) => [key, (counts as number[])[i]!]));
  if (operation === 'RATE_OF_CHANGE') {
    const [first, last, count] = parts as readonly [Row, Row, Row];
    return { n: count.n, first: timed(first)[0] ?? null, last: timed(last)[0] ?? null };
  }
  switch (states[0]!.family.kind) {
    case 'count':
      return { n: row.n };
    case 'sum':
      return { n: row.n, sum: row.terms };
    case 'isum':
      return { n: row.n, sum: bigintToExpansion(row.sum as bigint) };
    case 'moments':
      return {
        n: row.n,
        overflowed: row.overflows,
        sums: ['s1', 's2', 's3', 's4'].flatMap((s) => (row[s] === undefined ? [] : [row[s]])),
      };
    case 'wsum':
      return { ...row, overflowed: row.overflows };
    case 'min':
    case 'max':
      return { value: row.value };
    case 'first':
    case 'last':
      return { kept: timed(row) };
    case 'top':
    case 'bottom':
      return { kept: row.value };
    case 'distinct':
      return zip(row.value, row.n);
    case 'percentile':
      return zip(row.bucket, row.n);
    case 'hll':
      return { slots: row.slots, ranks: null };
    case 'vector': {
      // What algebra tells problems from: of which lengths the vectors were is not kept.
      const length = row.length as number | null;
      if (length === NULL_ELEMENT) return { withNull: row.n, byLength: new Map() };
      if (length === UNEQUAL_LENGTHS)
        return { withNull: 0, byLength: new Map([-1, -2].map((l) => [l, { n: 1, sums: [] }])) };
      const byLength = length === null ? [] : [[length, { n: row.n, sums: row.terms }] as const];
      return { withNull: 0, byLength: new Map(byLength) };
    }
  }
}

/** Algebra's state machine for an aggregation; vectors are of doubles, as their results are. */
export function oracleOf(
  operation: Operation,
  kind: ValueKind,
  family: StateFamily,
): AggregateState<unknown> {
  const scalar = family.exploded && typeof kind === 'object' ? kind.list : kind;
  const type = valueType(family);
  const inner = aggregateState(operation, {
    kind: family.kind === 'vector' ? { list: 'number' } : scalar,
    k: 3,
    percentiles: [0, 50, 99],
    maxDistinct: 6,
    tieKind: 'string',
    ...(type?.kind === 'decimal' && { scale: type.scale }),
  });
  if (family.by === undefined) return inner;
  return bucketed(
    inner,
    family.by.type.kind === 'string' ? 'string' : 'bigint',
  ) as AggregateState<unknown>;
}

export function sourceOf(type: DataType): SourceSpec {
  const columns: Record<string, DataType> = {
    x: type,
    w: NUMBER,
    b: { kind: 'string' },
    bi: { kind: 'int64' },
    tie: { kind: 'string' },
    user: { kind: 'string' },
    ts: { kind: 'timestamp' },
  };
  return {
    kind: 'events',
    name: 'events',
    path: 'events',
    format: 'parquet',
    time: 'ts',
    tieBreaker: 'tie',
    columns: Object.entries(columns).map(([name, t]) => ({ name, type: t, nullable: true })),
  };
}

export function aggregation(
  operation: Operation,
  more: Partial<AggregationSpec> = {},
): AggregationSpec {
  return {
    operation,
    input: 'x',
    windows: ['7d'],
    ...(operation === 'WEIGHTED_AVERAGE' && { weight: 'w' }),
    ...(operation.endsWith('_K') && { k: 3 }),
    ...more,
  };
}

export function families(
  aggregations: readonly AggregationSpec[],
  source: SourceSpec,
): readonly StateFamily[] {
  const all = aggregations.flatMap((a) => statesOf(a, source));
  return [...new Map(all.map((family) => [family.hash, family])).values()];
}
