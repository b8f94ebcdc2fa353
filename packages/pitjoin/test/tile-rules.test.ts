import { canonicalExpansion, entropyOf, percentileBucket, percentileValue } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type Batch, type Column, gatherBatch } from '@tessera/columnar';
import { describe, expect, test } from 'vitest';
import { type FeatureSpec, type SweepOutput, sweep } from '../src/index.js';
import { batch, code, DOUBLE, f64, feature, INT64, i64, list } from './build.js';
import { type Value, valuesOf } from './values.js';

const HOUR = 3_600_000;

/** Three rows of key 0: a tile of hour 0, a tile of hour 1, an event at 2 h. */
function timeline(lanes: Record<string, Column>): { events: Batch; tiles: Batch } {
  const all = batch({ code: code([0, 0, 0]), timeMs: f64([0, HOUR, 2 * HOUR]), ...lanes });
  const of = (rows: number[]) => gatherBatch(all, Int32Array.from(rows));
  return { events: of([2]), tiles: of([0, 1]) };
}

/** A query at 3 h. */
function run(lanes: Record<string, Column>, ...features: FeatureSpec[]): SweepOutput {
  return sweep({
    ...timeline(lanes),
    left: batch({ code: code([0]), q: f64([3 * HOUR]) }),
    features,
    strict: false,
  });
}

function check(
  lanes: Record<string, Column>,
  spec: FeatureSpec,
  want: Value,
  type: DataType = DOUBLE,
) {
  const { columns, problem } = run(lanes, spec);
  expect(valuesOf(columns[spec.name]!, type)).toStrictEqual([want]);
  expect(problem).toBeNull();
}

const x = f64([null, null, 5]);
const LIST: DataType = { kind: 'list', element: DOUBLE };

describe('states of tiles', () => {
  test('COUNT adds counts, 64-bit ones too; a tile of nothing has 0 or null', () => {
    const states = { kind: 'count', n: 'n' } as const;
    const spec = feature('COUNT', { input: null, inputType: null, states });
    check({ n: f64([3, 0, null]) }, spec, 4);
    check({ n: i64([3n, null, null]) }, spec, 4);
  });

  test('counts beyond 32 bits', () => {
    const n = list<number>([[3e9], [2e9, 1], null], f64);
    const value = list<number>([[5], [5, 6], null], f64);
    const states = { kind: 'distinct', value: 'v', n: 'n' } as const;
    const map: DataType = { kind: 'map', key: DOUBLE, value: DOUBLE };
    const more = { states, k: 1 };
    check(
      { x, n, v: value },
      feature('HISTOGRAM', more),
      [
        [5, 5e9 + 1],
        [6, 1],
      ],
      map,
    );
    check({ x, n, v: value }, feature('TOP_K_FREQUENT', more), [5], LIST);
    const sketch = { kind: 'percentile', bucket: 'v', n: 'n' } as const;
    const buckets = list<number>([[0], [0, 7], null], f64);
    const spec = feature('APPROX_PERCENTILE', { percentiles: [50], states: sketch });
    check({ x, n, v: buckets }, spec, 0);
  });

  test('S5.2 a sum beyond a double comes back when the rest is taken away', () => {
    const terms = list<number>(
      [canonicalExpansion([1e308, 1e308, 3]), canonicalExpansion([-1e308]), null],
      f64,
    );
    const states = { kind: 'sum', n: 'n', terms: 'terms' } as const;
    const n = f64([3, 1, null]);
    const rest = f64([null, null, -1e308]);
    check({ x: rest, n, terms }, feature('SUM', { states }), 3);
    check({ x: f64([null, null, 1e308]), n, terms }, feature('SUM', { states }), null);
    check({ x: rest, n, terms }, feature('AVERAGE', { states }), 3 / 5);
  });

  test('S5.4 events of two tiles of one hop are in the order of their own times', () => {
    const lanes = {
      timeMs: f64([0, 0, 2 * HOUR]),
      x,
      t: list<number>([[7, 30], [8, 40], null], f64),
      v: list<number>([[1, 3], [2, 4], null], f64),
    };
    const spec = (operation: 'FIRST_K' | 'LAST_K', kind: 'first' | 'last') =>
      feature(operation, { k: 4, states: { kind, t: 't', value: 'v' } });
    check(lanes, spec('LAST_K', 'last'), [5, 4, 3, 2], LIST);
    check(lanes, spec('FIRST_K', 'first'), [1, 2, 3, 4], LIST);
  });

  test('RATE_OF_CHANGE: a lone event in a tile counts once', () => {
    const one = list<number>([[9], null, null], f64);
    const events = { t: 't', value: 'v' };
    const states = { kind: 'rate', n: 'n', first: events, last: events } as const;
    const spec = feature('RATE_OF_CHANGE', { states });
    const lanes = { n: f64([1, 0, null]), t: one, v: one };
    check({ ...lanes, x: f64([null, null, null]) }, spec, null);
    check({ ...lanes, x: f64([null, null, 18]) }, spec, 1);
  });

  test('vectors: faults of a tile are problems of every window that holds it', () => {
    const vectors = list<number>([null, null, [1, 2]], f64);
    const type: DataType = LIST;
    const states = { kind: 'vector', n: 'n', length: 'length', terms: 'terms' } as const;
    const spec = feature('VECTOR_SUM', { inputType: type, states });
    const lanes = (length: number) => ({
      x: vectors,
      n: f64([2, 0, null]),
      length: f64([length, null, null]),
      terms: list<readonly number[]>([length < 0 ? [] : [[1, 2 ** 60], []], [], null], (all) =>
        list(all, f64),
      ),
    });
    check(lanes(2), spec, [2 ** 60, 2], type);
    expect(run(lanes(-1), spec).problem?.kind).toBe('VECTOR_LENGTH');
    expect(run(lanes(-2), spec).problem?.kind).toBe('VECTOR_NULL');
  });

  test('S5.6 by: a bucket that only tiles hold, one that only events hold', () => {
    const lanes = {
      x,
      channel: code([null, null, 2]),
      buckets: list<number>([[1], [0, 1], null], code),
      n: list<number>([[4], [1, 2], null], f64),
    };
    const by = { lane: 'channel', type: { kind: 'string' } } as const;
    const states = { kind: 'count', n: 'n', buckets: 'buckets' } as const;
    const map: DataType = { kind: 'map', key: by.type, value: INT64 };
    check(
      lanes,
      feature('COUNT', { by, states }),
      [
        [0, 1n],
        [1, 6n],
        [2, 1n],
      ],
      map,
    );
  });
});

/** Queries at 2, 3 and 4 h over two hours: both tiles; the second and the event; the event. */
function slide(lanes: Record<string, Column>, spec: FeatureSpec): SweepOutput {
  return sweep({
    ...timeline(lanes),
    left: batch({ code: code([0, 0, 0]), q: f64([2 * HOUR, 3 * HOUR, 4 * HOUR]) }),
    features: [{ ...spec, windowMs: 2 * HOUR }],
    strict: false,
  });
}

describe('windows that leave a tile behind', () => {
  const n = list<number>([[3], [1, 2], null], f64);
  const value = list<number>([[5], [5, 6], null], f64);
  const distinct = { kind: 'distinct', value: 'v', n: 'n' } as const;
  const after = (lanes: Record<string, Column>, spec: FeatureSpec, type = DOUBLE) =>
    valuesOf(slide(lanes, spec).columns[spec.name]!, type);

  test('take its counts away: HISTOGRAM, DIVERSITY', () => {
    const lanes = { x, n, v: value };
    const map: DataType = { kind: 'map', key: DOUBLE, value: DOUBLE };
    expect(after(lanes, feature('HISTOGRAM', { states: distinct }), map)).toStrictEqual([
      [
        [5, 4],
        [6, 2],
      ],
      [
        [5, 2],
        [6, 2],
      ],
      [[5, 1]],
    ]);
    expect(after(lanes, feature('DIVERSITY', { states: distinct }))).toStrictEqual([
      entropyOf([2, 4], 6),
      entropyOf([2, 2], 4),
      0,
    ]);
  });

  test('take its counts away: APPROX_PERCENTILE', () => {
    const bucket = list<number>(
      [[5], [5, 6], null].map((b) => b?.map(percentileBucket) ?? null),
      f64,
    );
    const states = { kind: 'percentile', bucket: 'v', n: 'n' } as const;
    const spec = feature('APPROX_PERCENTILE', { percentiles: [67], states });
    const [five, six] = [5, 6].map((v) => percentileValue(percentileBucket(v)));
    expect(after({ x, n, v: bucket }, spec)).toStrictEqual([five, six, five]);
  });

  test('have no problem with it: vectors of two lengths are one where nothing else is seen', () => {
    const states = { kind: 'vector', n: 'n', length: 'length', terms: 'terms' } as const;
    const spec = feature('VECTOR_SUM', { inputType: LIST, states });
    const lanes = {
      x: list<number>([null, null, [1, 2]], f64),
      n: f64([2, 0, null]),
      length: f64([-1, null, null]),
      terms: list<readonly number[]>([[], [], null], (all) => list(all, f64)),
    };
    expect(slide(lanes, spec).problem?.kind).toBe('VECTOR_LENGTH');
    expect(after(lanes, spec, LIST)).toStrictEqual([null, [1, 2], [1, 2]]);
  });
});

describe('a timeline that does not fit is refused', () => {
  const n = f64([1, 1, null]);

  test('a tile in the window of a feature without states', () => {
    const unbounded = feature('COUNT', { name: 'all', input: null, inputType: null });
    expect(() => run({}, unbounded)).toThrow('all has no states, and a tile is in its window');
    check({}, { ...unbounded, windowMs: HOUR }, 1);
  });

  test('states of another operation, or of fewer powers', () => {
    const count = { kind: 'count', n: 'n' } as const;
    expect(() => run({ x, n }, feature('SUM', { states: count }))).toThrow(
      'SUM cannot be answered',
    );
    const sums = ['n', 'n'];
    const moments = { kind: 'moments', n: 'n', overflows: 'n', sums } as const;
    expect(() => run({ x, n }, feature('SKEW', { states: moments }))).toThrow(TypeError);
  });

  test('by without buckets, lists that do not stand beside one another', () => {
    const by = { lane: 'x', type: DOUBLE };
    const states = { kind: 'count', n: 'n' } as const;
    expect(() => run({ x, n }, feature('COUNT', { by, states }))).toThrow('go together');
    const uneven = { kind: 'distinct', value: 'v', n: 'n' } as const;
    const lanes = {
      x,
      v: list<number>([[1], [], null], f64),
      n: list<number>([[], [1], null], f64),
    };
    const spec = feature('UNIQUE_COUNT', { states: uneven });
    expect(() => run(lanes, spec)).toThrow('other lengths');
  });

  test('terms that are not finite', () => {
    const terms = list<number>([[Infinity], [], null], f64);
    const states = { kind: 'sum', n: 'n', terms: 'terms' } as const;
    expect(() => run({ x, n, terms }, feature('SUM', { states }))).toThrow('no term of a sum');
  });

  test('a tieBreaker in states alone', () => {
    const one = list<number>([[1], null, null], f64);
    const states = { kind: 'last', t: 't', tie: 't', value: 't' } as const;
    expect(() => run({ x, t: one }, feature('LAST', { states }))).toThrow('tieBreaker');
  });
});

test.each([undefined, 0])('where there are no tiles, lanes of states are not read: %s', (rows) => {
  const states = { kind: 'count', n: 'absent' } as const;
  const { columns } = sweep({
    events: timeline({}).events,
    ...(rows === undefined ? {} : { tiles: { rows, columns: {} } }),
    left: batch({ code: code([0]), q: f64([3 * HOUR]) }),
    features: [feature('COUNT', { input: null, inputType: null, states })],
    strict: false,
  });
  expect(valuesOf(columns.count!, INT64)).toStrictEqual([1n]);
});
