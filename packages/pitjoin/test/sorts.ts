import type { DataType, Operation } from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import type { FeatureSpec } from '../src/index.js';
import { batch, code, f64, feature, i64, i128, list } from './build.js';
import type { Random } from './random.js';
import type { Value } from './values.js';

/** A kind of input: its type and a column of random values with nulls, ties and extremes. */
export interface Sort {
  readonly type: DataType;
  readonly column: (r: Random, rows: number) => Column;
  readonly operations: readonly Operation[];
}

const ORDERED: readonly Operation[] = ['COUNT', 'MIN', 'MAX', 'TOP_K', 'BOTTOM_K'];
const DISTINCT: readonly Operation[] = ['UNIQUE_COUNT', 'HISTOGRAM', 'TOP_K_FREQUENT', 'DIVERSITY'];
const EDGES: readonly Operation[] = ['FIRST', 'LAST', 'FIRST_K', 'LAST_K'];
const SUMS: readonly Operation[] = ['SUM', 'AVERAGE'];
const NUMERIC: readonly Operation[] = [
  'WEIGHTED_AVERAGE',
  'VARIANCE',
  'STDDEV',
  'VARIANCE_SAMPLE',
  'STDDEV_SAMPLE',
  'SKEW',
  'KURTOSIS',
  'APPROX_PERCENTILE',
  'RATE_OF_CHANGE',
];
const SCALAR = [...ORDERED, ...DISTINCT, ...EDGES, 'APPROX_UNIQUE_COUNT'] as const;
const NUMBER = [...SCALAR, ...SUMS, ...NUMERIC] as const;

export const many = <T>(r: Random, rows: number, nulls: number, make: () => T): (T | null)[] =>
  Array.from({ length: rows }, () => (r.chance(nulls) ? null : make()));

const money = (r: Random) => Math.round(r.next() * 1e6) / 100;
const huge = (r: Random) =>
  r.pick([1e17, -1e17, 1, 1e308, -1e308, 1e-300, 5e-324, -0, 0, 0.1, Infinity, -Infinity, 3e200]);
const mild = (r: Random) => (r.next() - 0.5) * 10 ** (r.below(40) - 20);
const bigInt = (r: Random) => r.pick([1n, -1n]) * (2n ** 62n - BigInt(r.below(3)));
const tiny = (r: Random) => r.below(5) - 2;

export const SORTS: Readonly<Record<string, Sort>> = {
  money: {
    type: { kind: 'double' },
    column: (r, n) => f64(many(r, n, 0.2, () => money(r))),
    operations: NUMBER,
  },
  'huge doubles': {
    type: { kind: 'double' },
    column: (r, n) => f64(many(r, n, 0.1, () => huge(r))),
    operations: NUMBER,
  },
  'doubles of many magnitudes': {
    type: { kind: 'float' },
    column: (r, n) => f64(many(r, n, 0, () => mild(r))),
    operations: NUMBER,
  },
  'small integers': {
    type: { kind: 'int32' },
    column: (r, n) => f64(many(r, n, 0.1, () => tiny(r) + 0)),
    operations: NUMBER,
  },
  'int64 below 2^53': {
    type: { kind: 'int64' },
    column: (r, n) => i64(many(r, n, 0.1, () => BigInt(tiny(r)) * 3_000_000_000_000_000n)),
    operations: NUMBER,
  },
  'wide int64': {
    type: { kind: 'int64' },
    column: (r, n) => i64(many(r, n, 0.1, () => (r.chance(0.5) ? bigInt(r) : BigInt(tiny(r))))),
    operations: NUMBER,
  },
  'decimal(12,2)': {
    type: { kind: 'decimal', precision: 12, scale: 2 },
    column: (r, n) => f64(many(r, n, 0.1, () => Math.round(money(r) * 100))),
    operations: NUMBER,
  },
  'decimal(38,30)': {
    type: { kind: 'decimal', precision: 38, scale: 30 },
    column: (r, n) =>
      i128(many(r, n, 0.1, () => r.pick([1n, -1n, 5n, 6n]) * 10n ** BigInt(r.below(38)) - 7n)),
    operations: NUMBER,
  },
  booleans: {
    type: { kind: 'boolean' },
    column: (r, n) => f64(many(r, n, 0.3, () => r.below(2))),
    operations: [...SCALAR, ...SUMS],
  },
  'timestamps in ns': {
    type: { kind: 'timestamp_ns' },
    column: (r, n) => i64(many(r, n, 0.1, () => 1_700_000_000_000_000_000n + BigInt(r.below(9)))),
    operations: SCALAR,
  },
  strings: {
    type: { kind: 'string' },
    column: (r, n) => code(many(r, n, 0.2, () => r.below(6) * 1000)),
    operations: [...ORDERED, ...DISTINCT, ...EDGES],
  },
  'slots of strings': {
    type: { kind: 'string' },
    column: (r, n) => f64(many(r, n, 0.2, () => r.below(4096) * 64 + 1 + r.below(53))),
    operations: ['APPROX_UNIQUE_COUNT'],
  },
  'lists of doubles': {
    type: { kind: 'list', element: { kind: 'double' } },
    column: (r, n) =>
      list(
        many(r, n, 0.2, () =>
          many(r, r.below(4), 0.2, () => r.pick([money(r), tiny(r), Infinity])),
        ),
        f64,
      ),
    operations: NUMBER,
  },
  'lists of wide integers': {
    type: { kind: 'list', element: { kind: 'int64' } },
    column: (r, n) =>
      list(
        many(r, n, 0.2, () => many(r, r.below(3), 0.2, () => bigInt(r))),
        i64,
      ),
    operations: [...SCALAR, ...SUMS],
  },
  vectors: {
    type: { kind: 'list', element: { kind: 'double' } },
    column: (r, n) =>
      list(
        many(r, n, 0.2, () => many(r, 3, 0, () => mild(r))),
        f64,
      ),
    operations: ['VECTOR_SUM', 'VECTOR_AVERAGE'],
  },
  'ragged vectors': {
    type: { kind: 'list', element: { kind: 'int32' } },
    column: (r, n) =>
      list(
        many(r, n, 0.2, () => many(r, r.chance(0.9) ? 2 : 1, 0.02, () => tiny(r) + 0)),
        f64,
      ),
    operations: ['VECTOR_SUM', 'VECTOR_AVERAGE'],
  },
};

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function randomEvents(r: Random, sort: Sort, rows: number, keys: number): Batch {
  const times = Array.from({ length: rows }, () => randomTime(r));
  // Mostly in time order, as days are scanned.
  if (r.chance(0.7)) times.sort((a, b) => a - b);
  return batch({
    code: code(times.map(() => r.below(keys) * 3)),
    timeMs: f64(times),
    ...(r.chance(0.5) ? { tie: r.pick([code, f64])(many(r, rows, 0.2, () => r.below(3))) } : {}),
    x: sort.column(r, rows),
    w: f64(many(r, rows, 0.1, () => r.pick([money(r), 0, 1, -1, 1e300]))),
    cond: f64(many(r, rows, 0.2, () => r.below(2))),
    channel: code(many(r, rows, 0.2, () => r.below(4))),
    size: f64(many(r, rows, 0.2, () => r.pick([0, -0, 1.5, -2]))),
  });
}

/** Around an hour grid line, before 1970 as well, with many ties and exact window edges. */
function randomTime(r: Random): number {
  return r.pick([-DAY, 0, 5 * DAY]) + r.below(30) * HOUR + r.pick([0, 0, 1, -1, 5 * 60_000]);
}

export function randomLeft(r: Random, rows: number, keys: number): Batch {
  return batch({
    code: code(
      Array.from({ length: rows }, () => r.below(keys + 2) * 3 - 3).map((c) => (c < 0 ? -1 : c)),
    ),
    q: f64(many(r, rows, 0.1, () => randomTime(r))),
    lagged: f64(many(r, rows, 0.1, () => randomTime(r))),
  });
}

export const WINDOWS = [null, 5 * 60_000, HOUR, 7 * HOUR, DAY, 3 * DAY, 20 * DAY];

export function randomFeatures(r: Random, sort: Sort): FeatureSpec[] {
  return sort.operations.flatMap((operation, at) =>
    [0, 1].map((copy) => {
      const by = r.pick([
        null,
        null,
        { lane: 'channel', type: { kind: 'string' } as const },
        { lane: 'size', type: { kind: 'double' } as const },
      ]);
      return feature(operation, {
        name: `f${at}_${copy}_${operation}`,
        inputType: operation === 'COUNT' && copy === 1 ? null : sort.type,
        input: operation === 'COUNT' && copy === 1 ? null : 'x',
        windowMs: r.pick(WINDOWS),
        tail: r.pick(['sawtooth', 'exact']),
        query: r.pick(['q', 'lagged']),
        empty: r.pick(['zero', 'null']),
        k: 1 + r.below(4),
        percentiles: r.pick([[50], [0, 29, 100], [99, 1]]),
        ...(operation === 'TOP_K_FREQUENT' ? { maxDistinct: r.pick([3, 1000]) } : {}),
        ...(operation === 'WEIGHTED_AVERAGE' ? { weight: 'w' } : {}),
        ...(r.chance(0.3) ? { where: 'cond' } : {}),
        ...(by === null ? {} : { by }),
      });
    }),
  );
}

/** The type to read a feature's column with. */
export function typeOf({ operation, inputType, by, percentiles }: FeatureSpec): DataType {
  const whole = ['FIRST', 'LAST', 'FIRST_K', 'LAST_K'].includes(operation);
  const element =
    inputType?.kind === 'list' && !whole ? inputType.element : (inputType ?? { kind: 'int64' });
  const value = ((): DataType => {
    switch (operation) {
      case 'COUNT':
      case 'UNIQUE_COUNT':
      case 'APPROX_UNIQUE_COUNT':
        return { kind: 'int64' };
      case 'SUM':
      case 'MIN':
      case 'MAX':
      case 'FIRST':
      case 'LAST':
        return element;
      case 'FIRST_K':
      case 'LAST_K':
      case 'TOP_K':
      case 'BOTTOM_K':
      case 'TOP_K_FREQUENT':
        return { kind: 'list', element };
      case 'HISTOGRAM':
        return { kind: 'map', key: element, value: { kind: 'int64' } };
      case 'APPROX_PERCENTILE':
        return percentiles!.length === 1
          ? { kind: 'double' }
          : { kind: 'list', element: { kind: 'double' } };
      case 'VECTOR_SUM':
      case 'VECTOR_AVERAGE':
        return { kind: 'list', element: { kind: 'double' } };
      default:
        return { kind: 'double' };
    }
  })();
  return by === undefined ? value : { kind: 'map', key: by.type, value };
}

/** A fault in the oracle is null in the column, and a problem of the sweep. */
export function withoutFaults(value: Value | string): Value {
  if (typeof value === 'string') return null;
  return Array.isArray(value) ? value.map((v) => withoutFaults(v as Value | string)) : value;
}

export function hasFault(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.some(hasFault));
}

export function shuffle(r: Random, n: number): Int32Array {
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = r.below(i + 1);
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
  return rows;
}
