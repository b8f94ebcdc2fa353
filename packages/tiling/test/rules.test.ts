import type { Value } from '@tessera/algebra';
import { events, groupBy, last, sum } from '@tessera/api';
import type { Batch, Column } from '@tessera/columnar';
import { expect, test } from 'vitest';
import {
  buildTiles,
  LEVELS,
  type Level,
  levelMs,
  levelOfWindow,
  mergeTiles,
  type StateFamily,
  stateOfTiles,
  statesOf,
  tileSetHash,
  tileStartMs,
} from '../src/index.js';
import { aggregation, sourceOf, valueAt } from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DOUBLE = { kind: 'double' } as const;

test('S2.2: hops begin on the UTC epoch grid, also before 1970', () => {
  for (const level of LEVELS) {
    const length = levelMs(level);
    for (const t of [
      0,
      1,
      length - 1,
      length,
      -1,
      -length,
      -length - 1,
      1.7e12,
      -1.7e12,
      -1e15,
      2 ** 53 - 1,
      1 - 2 ** 53,
    ]) {
      const expected = Number(floorDiv(BigInt(t), BigInt(length)) * BigInt(length));
      expect(tileStartMs(t, level)).toBe(expected);
    }
  }
});

function floorDiv(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}

test('S2.2: each window’s level', () => {
  const levels = [5 * 60_000, 12 * HOUR - 1, 12 * HOUR, 12 * DAY - 1, 12 * DAY, 365 * DAY].map(
    levelOfWindow,
  );
  expect(levels).toEqual(['5m', '5m', '1h', '1h', '1d', '1d'] satisfies Level[]);
});

const source = sourceOf(DOUBLE);
const hashes = (...args: Parameters<typeof aggregation>) =>
  statesOf(aggregation(...args), source).map(({ hash }) => hash);

test('a state’s hash is over what the state holds and nothing else', () => {
  const base = hashes('SUM');
  expect(base[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(hashes('SUM', { windows: [null, '30d'], tail: 'exact', as: 'other' })).toEqual(base);
  expect(hashes('AVERAGE')).toEqual(base);
  expect(hashes('VARIANCE_SAMPLE')).toEqual(hashes('STDDEV'));
  expect(hashes('TOP_K_FREQUENT', { k: 3, maxDistinct: 9 })).toEqual(hashes('HISTOGRAM'));
  expect(hashes('APPROX_PERCENTILE', { percentiles: [1] })).toEqual(
    hashes('APPROX_PERCENTILE', { percentiles: [50, 99] }),
  );
  expect(hashes('FIRST_K', { k: 1 })).toEqual(hashes('FIRST'));
  expect(hashes('RATE_OF_CHANGE')).toEqual([
    ...hashes('FIRST'),
    ...hashes('LAST'),
    ...hashes('COUNT'),
  ]);
  const where = { op: 'column', column: 'flag' } as const;
  const all = [
    base,
    hashes('SUM', { where }),
    hashes('SUM', { by: 'b' }),
    hashes('SUM', { by: 'bi' }),
    hashes('SUM', { input: 'w' }),
    hashes('VARIANCE'),
    hashes('SKEW'),
    hashes('KURTOSIS'),
    hashes('COUNT'),
    hashes('COUNT', { input: undefined }),
    hashes('TOP_K', { k: 3 }),
    hashes('TOP_K', { k: 4 }),
    hashes('WEIGHTED_AVERAGE'),
    hashes('WEIGHTED_AVERAGE', { weight: 'x' }),
    statesOf(aggregation('SUM'), sourceOf({ kind: 'float' })).map(({ hash }) => hash),
    statesOf(aggregation('LAST'), source).map(({ hash }) => hash),
    statesOf(aggregation('LAST'), { ...source, tieBreaker: 'b' }).map(({ hash }) => hash),
  ].flat();
  expect(new Set(all).size).toBe(all.length);
});

test('a tile set’s hash is over the rows and their keys', () => {
  const base = tileSetHash(source, ['user']);
  expect(base).toMatch(/^[0-9a-f]{32}$/);
  const same = [
    { ...source, name: 'renamed' },
    { ...source, tieBreaker: undefined },
    { ...source, columns: [...source.columns].reverse() },
    { ...source, columns: source.columns.filter(({ name }) => name !== 'x') },
  ];
  for (const other of same) expect(tileSetHash(other, ['user'])).toBe(base);
  const different = [
    tileSetHash(source, ['b']),
    tileSetHash(source, ['user', 'b']),
    tileSetHash(source, ['b', 'user']),
    tileSetHash({ ...source, path: 'elsewhere' }, ['user']),
    tileSetHash({ ...source, where: { op: 'column', column: 'b' } }, ['user']),
    tileSetHash({ ...source, eventId: 'tie' }, ['user']),
    tileSetHash({ ...source, dedupe: { orderBy: 'w' } }, ['user']),
    tileSetHash({ ...source, allowPre1970: true }, ['user']),
  ];
  expect(new Set([base, ...different]).size).toBe(1 + different.length);
});

test('states of a definition as users write it', () => {
  const payments = events({
    name: 'payments',
    path: 'payments',
    columns: { user: 'string', amount: 'decimal(12,2)', wide: 'decimal(38,2)', ts: 'timestamp' },
    time: 'ts',
  });
  const spend = groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [
      sum('amount', { windows: ['7d'] }),
      sum('wide', { windows: ['7d'] }),
      last('amount', { windows: [null] }),
    ],
  });
  const states = spend.aggregations.flatMap((a) => statesOf(a, spend.source));
  expect(states.map(({ kind, k, tie }) => ({ kind, k, tie }))).toEqual([
    { kind: 'isum' },
    { kind: 'sum' },
    { kind: 'last', k: 1 },
  ]);
});

const f64 = (...values: number[]): Column => ({ kind: 'f64', values: Float64Array.from(values) });

function batch(columns: Record<string, Column>, rows: number): Batch {
  return {
    rows,
    columns: {
      code: { kind: 'code', values: new Int32Array(rows) },
      timeMs: f64(...Array.from({ length: rows }, () => 0)),
      ...columns,
    },
  };
}

function one(
  family: StateFamily,
  columns: Record<string, Column>,
  rows: number,
  extra: object = {},
) {
  const states = [{ family, input: 'x', ...extra }];
  return buildTiles({ level: '5m', events: batch(columns, rows), states });
}

test('S5.2: sums are exact, beyond a double too, and canonical', () => {
  const [family] = statesOf(aggregation('SUM'), source);
  const terms = (...values: number[]): readonly Value[] => {
    const tiles = one(family!, { x: f64(...values) }, values.length);
    const column = stateOfTiles(tiles, family!.hash).columns.terms!;
    return valueAt(column, { kind: 'list', element: DOUBLE }, 0) as readonly Value[];
  };
  expect(terms(1e17, 1, -1e17)).toEqual([1]);
  expect(terms(1e308, 1e308, -1e308)).toEqual([1e308]);
  expect(terms(1e308, 1e308, 1).at(-1)).toBe(Infinity);
  expect(terms(1, 1e100, 1e-100)).toEqual([1e-100, 1, 1e100]);
  expect(terms(1, -1)).toEqual([]);
  expect(terms(5e-324, 1)).toEqual([5e-324, 1]);
  expect(terms(Number.NaN, 2)).toEqual([2]);
});

test('S5.2: sums beyond a double merge back', () => {
  const [family] = statesOf(aggregation('SUM'), source);
  const up = one(family!, { x: f64(1e308, 1e308, 1) }, 3);
  const down = one(family!, { x: f64(-1e308, -1e308) }, 2);
  const merged = mergeTiles([up, down], '1d', [family!]);
  expect(stateOfTiles(merged, family!.hash).columns.terms).toEqual({
    kind: 'list',
    offsets: Int32Array.of(0, 1),
    valid: null,
    child: f64(1),
  });
});

test('S5.3: integer sums are wider than what they add', () => {
  const type = { kind: 'int64' } as const;
  const [family] = statesOf(aggregation('SUM'), sourceOf(type));
  const least = -(2n ** 63n);
  const x: Column = { kind: 'i64', values: BigInt64Array.of(least, least, -1n), valid: null };
  const tiles = one(family!, { x }, 3);
  const merged = mergeTiles([tiles, tiles], '1h', [family!]);
  const column = stateOfTiles(merged, family!.hash).columns.sum!;
  expect(valueAt(column, type, 0)).toBe(4n * least - 2n);
});

test('S5.4: ties are ordered by tie-breaker, then value', () => {
  const tie: Column = { kind: 'code', values: Int32Array.of(1, 0, 1, -1) };
  const at = (operation: 'FIRST_K' | 'LAST_K', k: number) => {
    const [family] = statesOf(aggregation(operation, { k }), source);
    const tiles = one(family!, { x: f64(5, 9, 4, 7), tie }, 4, { tie: 'tie' });
    const { value } = stateOfTiles(tiles, family!.hash).columns;
    return valueAt(value!, { kind: 'list', element: DOUBLE }, 0);
  };
  expect(at('FIRST_K', 4)).toEqual([7, 9, 4, 5]);
  expect(at('LAST_K', 2)).toEqual([5, 4]);
  expect(at('LAST_K', 9)).toEqual([5, 4, 9, 7]);
});

test('rows without a key or a time are in no tile', () => {
  const [family] = statesOf(aggregation('COUNT', { input: undefined }), source);
  const tiles = buildTiles({
    level: '1d',
    events: {
      rows: 3,
      columns: {
        code: { kind: 'code', values: Int32Array.of(-1, 0, 0) },
        timeMs: f64(5, Number.NaN, -5),
      },
    },
    states: [{ family: family!, input: null }],
  });
  expect(tiles).toMatchObject({ rows: 1, startMs: Float64Array.of(-DAY), n: Float64Array.of(1) });
});

test('what is missing is told', () => {
  const [family] = statesOf(aggregation('SUM'), source);
  expect(() => one(family!, {}, 1)).toThrow('no lane x');
  const tiles = one(family!, { x: f64(1) }, 1);
  const [other] = statesOf(aggregation('MIN'), source);
  expect(() => mergeTiles([tiles], '1h', [other!])).toThrow('no state');
  const day = mergeTiles([tiles], '1d', [family!]);
  expect(() => mergeTiles([day], '1h', [family!])).toThrow('1d tiles cannot make 1h tiles');
});

test('S2.2: the instant before a hop is in the hop before, however far', () => {
  for (const level of LEVELS) {
    const length = levelMs(level);
    const hops = Math.floor(Number.MAX_SAFE_INTEGER / length);
    for (const hop of [1, 2, 3, hops - 1, hops, -hops + 1, -hops]) {
      expect(tileStartMs(hop * length - 1, level)).toBe((hop - 1) * length);
      expect(tileStartMs(hop * length, level)).toBe(hop * length);
      expect(tileStartMs(hop * length + 1, level)).toBe(hop * length);
    }
  }
});
