import type { DataType } from '@tessera/api';
import type { Column } from '@tessera/columnar';
import { describe, expect, test } from 'vitest';
import { type FeatureSpec, type SweepOutput, sweep } from '../src/index.js';
import { batch, code, DOUBLE, f64, feature, i64, i128, list } from './build.js';
import { type Value, valuesOf } from './values.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Case {
  readonly times?: readonly number[];
  readonly codes?: readonly number[];
  readonly x?: Column;
  readonly more?: Record<string, Column>;
  readonly queries: readonly (number | null)[];
  readonly leftCodes?: readonly number[];
  readonly features: readonly FeatureSpec[];
  readonly strict?: boolean;
}

/** Events and left rows of key 0 unless said otherwise; event i has time i. */
function run(c: Case): SweepOutput {
  const times = c.times ?? [0, 1, 2, 3, 4];
  return sweep({
    events: batch({
      code: code(c.codes ?? times.map(() => 0)),
      timeMs: f64(times),
      x: c.x ?? f64(times.map((_, i) => i + 1)),
      ...c.more,
    }),
    left: batch({ code: code(c.leftCodes ?? c.queries.map(() => 0)), q: f64(c.queries) }),
    features: c.features,
    strict: c.strict ?? false,
  });
}

function check(
  c: Omit<Case, 'features'>,
  spec: FeatureSpec,
  want: Value[],
  type: DataType = DOUBLE,
) {
  const result = run({ ...c, features: [spec] });
  expect(valuesOf(result.columns[spec.name]!, type)).toStrictEqual(want);
  expect(result.problem).toBeNull();
}

describe('windows', () => {
  test('S2.1 the head is strict: an event at the query does not count', () => {
    check({ times: [9, 10, 11], queries: [9, 10, 11, 12] }, feature('COUNT'), [0, 1, 2, 3]);
  });

  test('S2.3 an exact tail is inclusive at q - W', () => {
    const spec = feature('COUNT', { windowMs: 100 });
    check({ times: [899, 900, 901], queries: [1000] }, spec, [2]);
  });

  test('S2.2 a sawtooth tail begins on the hop at or before q - W, inclusive', () => {
    const spec = feature('COUNT', { windowMs: HOUR, tail: 'sawtooth' });
    const grid = 10 * DAY;
    // q - W lies 4 minutes above a 5-minute line.
    const q = grid + HOUR + 4 * MINUTE;
    check({ times: [grid - 1, grid, grid + 1], queries: [q] }, spec, [2]);
  });

  test('S2.2 hops grow with the window: 5 minutes, 1 hour from 12 h, 1 day from 12 d', () => {
    const hops: [number, number][] = [
      [12 * HOUR - MINUTE, 5 * MINUTE],
      [12 * HOUR, HOUR],
      [12 * DAY - MINUTE, HOUR],
      [12 * DAY, DAY],
    ];
    for (const [windowMs, hop] of hops) {
      const line = 100 * DAY;
      const spec = feature('COUNT', { windowMs, tail: 'sawtooth' });
      const q = line + windowMs + hop - 1;
      check({ times: [line - 1, line], queries: [q, q + 1] }, spec, [1, 0]);
    }
  });

  test('S2.2 times before 1970: the grid is a floor', () => {
    const spec = feature('COUNT', { windowMs: HOUR, tail: 'sawtooth' });
    const q = -HOUR - MINUTE;
    const line = -2 * HOUR - 5 * MINUTE;
    check({ times: [line - 1, line, q - 1, q], queries: [q] }, spec, [2]);
  });

  test('S2.4 no window: no lower limit, within the key', () => {
    check(
      { times: [-1e12, 0, 5], codes: [0, 1, 0], queries: [6, 6], leftCodes: [0, 1] },
      feature('SUM'),
      [4, 2],
    );
  });
});

describe('keys and rows', () => {
  test('S4.2, S1.3 a null key or time gives null, counts too; a key without events gives 0', () => {
    check({ queries: [9, null, 9, 9], leftCodes: [-1, 0, 7, 0] }, feature('COUNT'), [
      null,
      null,
      0,
      5,
    ]);
  });

  test('S4.3 every left row once, in its own order, duplicates included', () => {
    check({ queries: [5, 1, 3, 1, 5] }, feature('SUM'), [15, 1, 6, 1, 15]);
  });

  test('S4.4 NaN is null, -0 is 0, ±Infinity is null and counted', () => {
    const x = f64([Number.NaN, -0, Infinity, -Infinity, 5]);
    const features = [feature('COUNT'), feature('MIN'), feature('LAST')];
    const result = run({ x, queries: [4, 5], features });
    expect(valuesOf(result.columns.count!, DOUBLE)).toStrictEqual([1, 2]);
    expect(valuesOf(result.columns.min!, DOUBLE)).toStrictEqual([0, 0]);
    expect(valuesOf(result.columns.last!, DOUBLE)).toStrictEqual([0, 5]);
    expect(result.counts.infinite).toStrictEqual({ x: 2 });
    expect(result.problem).toBeNull();
  });

  test('S4.4 STRICT: ±Infinity is an error naming the least key', () => {
    const x = f64([1, Infinity, 1, -Infinity, 1]);
    const result = run({
      x,
      codes: [5, 6, 1, 3, 3],
      queries: [9],
      features: [feature('SUM')],
      strict: true,
    });
    expect(result.problem).toMatchObject({ kind: 'INFINITE_INPUT', feature: 'sum', keyCode: 3 });
  });

  test('S4.4 an element of a list may be infinite as well', () => {
    const x = list([[1, Infinity], [2], null, [], [-Infinity]], f64);
    const type: DataType = { kind: 'list', element: DOUBLE };
    const result = run({ x, queries: [9], features: [feature('SUM', { inputType: type })] });
    expect(valuesOf(result.columns.sum!, DOUBLE)).toStrictEqual([3]);
    expect(result.counts.infinite).toStrictEqual({ x: 2 });
  });
});

describe('operations', () => {
  test('S5 nothing to aggregate is null; counts are 0 unless empty is null', () => {
    const names = ['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT', 'SUM', 'MAX', 'LAST'] as const;
    for (const empty of ['zero', 'null'] as const) {
      const features = names.map((op) => feature(op, { empty }));
      const result = run({ queries: [0], features });
      const none = empty === 'zero' ? 0 : null;
      expect(features.map((f) => valuesOf(result.columns[f.name]!, DOUBLE)[0])).toStrictEqual([
        none,
        none,
        none,
        null,
        null,
        null,
      ]);
    }
  });

  test('S5.2 eviction loses nothing: 1e17, 1, then without 1e17', () => {
    const c = { times: [0, 10], x: f64([1e17, 1]), queries: [11, 105] };
    check(c, feature('SUM', { windowMs: 100 }), [1e17, 1]);
  });

  test('S5.2 hundred times 1.1 have no variance', () => {
    const times = Array.from({ length: 100 }, (_, i) => i);
    const c = { times, x: f64(times.map(() => 1.1)), queries: [200] };
    check(c, feature('VARIANCE'), [0]);
    check(c, feature('SKEW'), [null]);
  });

  test('S5.2 while a term that overflows is inside, the result is null', () => {
    const c = { times: [0, 1, 2], x: f64([1e200, 1, 3]), queries: [3, 101] };
    check(c, feature('VARIANCE', { windowMs: 100 }), [null, 1]);
  });

  test('S5.7 a sum beyond a double is null, and comes back', () => {
    const c = { times: [0, 1, 2], x: f64([1.7e308, 1.7e308, -1.7e308]), queries: [2, 3] };
    check(c, feature('SUM'), [null, 1.7e308]);
  });

  test('S5.3 an integer sum beyond int64 is an error naming the key', () => {
    const max = 2n ** 63n - 1n;
    const spec = feature('SUM', { inputType: { kind: 'int64' } });
    const c = { x: i64([max, 1n, -2n, 0n, max]), codes: [4, 4, 4, 2, 2] };
    const fits = run({ ...c, queries: [3], leftCodes: [4], features: [spec] });
    expect(valuesOf(fits.columns.sum!, { kind: 'int64' })).toStrictEqual([max - 1n]);
    expect(fits.problem).toBeNull();
    const bad = run({ ...c, queries: [3, 2], leftCodes: [4, 4], features: [spec] });
    expect(bad.problem).toMatchObject({ kind: 'SUM_OVERFLOW', feature: 'sum', keyCode: 4 });
    expect(bad.problem!.detail).toContain(String(max + 1n));
  });

  test('S5.3 an integer sum is exact where its double is not', () => {
    const type: DataType = { kind: 'int64' };
    const c = { x: f64([2 ** 53 - 1, 2, -3, 0, 0]), queries: [1, 2, 3] };
    const want = [2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 53n - 2n];
    check(c, feature('SUM', { inputType: type }), want, type);
  });

  test('S5.3 the first problem is the least by (key, query, feature)', () => {
    const max = 2n ** 63n - 1n;
    const int64: DataType = { kind: 'int64' };
    const result = run({
      x: i64([max, max, max, max, max]),
      codes: [4, 4, 2, 2, 2],
      queries: [9, 9, 4, 5],
      leftCodes: [4, 2, 2, 2],
      features: [
        feature('SUM', { name: 'a', inputType: int64, windowMs: 2 }),
        feature('SUM', { name: 'b', inputType: int64 }),
      ],
    });
    expect(result.problem).toMatchObject({ feature: 'a', keyCode: 2 });
    expect(result.problem!.detail).toContain(String(2n * max));
  });

  test('S5 decimals: the sum keeps its scale, up to 38 digits; the average is the rounded sum over n', () => {
    const type: DataType = { kind: 'decimal', precision: 38, scale: 2 };
    const great = 10n ** 38n - 1n;
    const x = i128([great, -1n, 1n, 10n, 5n]);
    const sum = feature('SUM', { inputType: type });
    const good = run({
      x,
      queries: [2, 3],
      features: [sum, feature('AVERAGE', { inputType: type })],
    });
    expect(valuesOf(good.columns.sum!, type)).toStrictEqual([great - 1n, great]);
    expect(valuesOf(good.columns.average!, DOUBLE)).toStrictEqual([5e35, 1e36 / 3]);
    const bad = run({ x, queries: [4], features: [sum] });
    expect(bad.problem).toMatchObject({ kind: 'SUM_OVERFLOW', keyCode: 0 });
  });

  test('S5.4 ties: time, then tieBreaker, then the value; never the row number', () => {
    const c = { times: [1, 1, 1, 1], x: f64([3, 9, 1, 7]), queries: [5] };
    check(c, feature('FIRST'), [1]);
    check(c, feature('LAST'), [9]);
    const tied = { ...c, more: { tie: code([0, 1, 2, 2]) } };
    check(tied, feature('FIRST'), [3]);
    check(tied, feature('LAST'), [7]);
    check(tied, feature('LAST_K', { k: 2 }), [[7, 1]], { kind: 'list', element: DOUBLE });
  });

  test('S5.4 lists tie element by element: null element first, a prefix before its extension', () => {
    const type: DataType = { kind: 'list', element: DOUBLE };
    const x = list([[1, 2], [1], [null, 9], [], [1, null]], f64);
    const c = { times: [1, 1, 1, 1, 1], x, queries: [5] };
    const spec = feature('FIRST_K', { inputType: type, k: 9 });
    check(c, spec, [[[], [null, 9], [1], [1, null], [1, 2]]], { kind: 'list', element: type });
  });

  test('S5.6 by: buckets without an input are absent, none at all is null, also for COUNT', () => {
    const c = {
      x: f64([1, null, 3, null, 5]),
      more: { channel: code([2, 1, 0, null, 2]), cond: f64([1, 1, null, 1, 1]) },
      queries: [5, 0],
    };
    const by = { lane: 'channel', type: { kind: 'string' } } as const;
    const type: DataType = { kind: 'map', key: by.type, value: DOUBLE };
    check(
      c,
      feature('COUNT', { by }),
      [
        [
          [0, 1],
          [2, 2],
        ],
        null,
      ],
      type,
    );
    check(c, feature('SUM', { by, where: 'cond' }), [[[2, 6]], null], type);
    const rows = feature('COUNT', { by, input: null, inputType: null });
    check(
      c,
      rows,
      [
        [
          [0, 1],
          [1, 1],
          [2, 2],
        ],
        null,
      ],
      type,
    );
  });

  test('S5.6 where: null is not true', () => {
    check(
      { more: { cond: f64([1, 0, null, 1, 1]) }, queries: [9] },
      feature('SUM', { where: 'cond' }),
      [10],
    );
  });

  test('S5 a window with more than the stated distinct values: null and counted, in STRICT an error', () => {
    const spec = feature('TOP_K_FREQUENT', { k: 1, maxDistinct: 2 });
    const type: DataType = { kind: 'list', element: DOUBLE };
    const result = run({ queries: [2, 3, 4], features: [spec] });
    expect(valuesOf(result.columns[spec.name]!, type)).toStrictEqual([[1], null, null]);
    expect(result.counts.tooManyDistinct).toStrictEqual({ [spec.name]: 2 });
    expect(result.problem).toBeNull();
    const strict = run({ queries: [2, 3, 4], features: [spec], strict: true });
    expect(strict.problem).toMatchObject({
      kind: 'TOO_MANY_DISTINCT',
      detail: '3 distinct values',
    });
  });

  test('S5 vectors: another length or a null element in the window is an error', () => {
    const type: DataType = { kind: 'list', element: DOUBLE };
    const spec = feature('VECTOR_SUM', { inputType: type, windowMs: 2 });
    const rows = [[1, 2], [3, 4], [5], [null], [7]];
    const c = { x: list(rows, f64), features: [spec] };
    expect(run({ ...c, queries: [2, 5] }).problem).toMatchObject({ kind: 'VECTOR_NULL' });
    expect(run({ ...c, queries: [2, 3] }).problem).toMatchObject({ kind: 'VECTOR_LENGTH' });
    check({ x: c.x, queries: [2, 1, 0] }, spec, [[4, 6], [1, 2], null], type);
  });
});

test('one query lane per rule: features of one sweep may be evaluated at different instants', () => {
  const result = sweep({
    events: batch({ code: code([0, 0]), timeMs: f64([10, 20]), x: f64([1, 2]) }),
    left: batch({ code: code([0]), q: f64([30]), lagged: f64([15]) }),
    features: [feature('SUM', { name: 'now' }), feature('SUM', { name: 'then', query: 'lagged' })],
    strict: false,
  });
  expect(valuesOf(result.columns.now!, DOUBLE)).toStrictEqual([3]);
  expect(valuesOf(result.columns.then!, DOUBLE)).toStrictEqual([1]);
  expect(result.counts).toMatchObject({ events: 2, leftRows: 1 });
});

test('a lane that is not there is an error that names it', () => {
  expect(() => run({ queries: [1], features: [feature('SUM', { input: 'y' })] })).toThrow(
    'no lane y',
  );
});
