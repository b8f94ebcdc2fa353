import { describe, expect, it } from 'vitest';
import {
  aggregateState,
  bucketed,
  exploded,
  isProblem,
  type Operation,
  type Result,
  type StateConfig,
  type Value,
} from '../src/index.js';

type Timed = readonly [value: Value, t: number, tie?: Value];

function over(
  operation: Operation,
  config: StateConfig,
  events: readonly (Value | Timed)[],
  timed = false,
): Result {
  const state = aggregateState(operation, config);
  const s = state.init();
  events.forEach((event, i) => {
    if (timed) {
      const [value, t, tie] = event as Timed;
      state.update(s, value, t, tie ?? null);
    } else state.update(s, event as Value, i);
  });
  return state.finalize(s);
}
const at = (operation: Operation, config: StateConfig, events: readonly Timed[]): Result =>
  over(operation, config, events, true);
const number = { kind: 'number' } as const;

describe('operations by the line (S5)', () => {
  it('with nothing to aggregate: 0 for counts, null for all others', () => {
    expect(over('COUNT', number, [])).toBe(0);
    expect(over('UNIQUE_COUNT', number, [])).toBe(0);
    expect(over('APPROX_UNIQUE_COUNT', number, [])).toBe(0);
    const others: Operation[] = [
      'SUM',
      'AVERAGE',
      'WEIGHTED_AVERAGE',
      'VARIANCE',
      'STDDEV',
      'VARIANCE_SAMPLE',
      'STDDEV_SAMPLE',
      'SKEW',
      'KURTOSIS',
      'MIN',
      'MAX',
      'FIRST',
      'LAST',
      'FIRST_K',
      'LAST_K',
      'TOP_K',
      'BOTTOM_K',
      'HISTOGRAM',
      'TOP_K_FREQUENT',
      'DIVERSITY',
      'APPROX_PERCENTILE',
      'RATE_OF_CHANGE',
    ];
    for (const operation of others) expect(over(operation, number, []), operation).toBeNull();
    expect(over('VECTOR_SUM', { kind: { list: 'number' } }, [])).toBeNull();
    expect(over('VECTOR_AVERAGE', { kind: { list: 'number' } }, [])).toBeNull();
    // Of a vector the element that overflows (S5.7).
    const large = [
      [1e308, 1],
      [1e308, 2],
    ];
    expect(over('VECTOR_SUM', { kind: { list: 'number' } }, large)).toEqual([null, 3]);
  });

  it('SUM: float → double, integer and boolean → int64, decimal → unscaled', () => {
    expect(over('SUM', number, [0.1, 0.2, -0.3])).toBe(2.7755575615628914e-17);
    expect(over('SUM', { kind: 'int' }, [1, 2])).toBe(3n);
    expect(over('SUM', { kind: 'boolean' }, [true, false, true])).toBe(2n);
    expect(over('SUM', { kind: 'decimal', scale: 2 }, [10n ** 36n, 1n])).toBe(10n ** 36n + 1n);
    expect(over('SUM', number, [1e308, 1e308])).toBeNull();
    expect(over('SUM', number, [1e308, 1e308, -1e308])).toBe(1e308);
  });

  it('SUM beyond int64 is a problem, never wrapped, and only the final value counts (S5.3)', () => {
    const max = 2n ** 63n - 1n;
    expect(over('SUM', { kind: 'bigint' }, [max, 1n])).toEqual({
      problem: 'SUM_OVERFLOW',
      detail: 'the sum 9223372036854775808 is beyond int64',
    });
    expect(over('SUM', { kind: 'bigint' }, [max, 1n, -1n])).toBe(max);
    expect(over('SUM', { kind: 'bigint' }, [-max, -1n])).toBe(-(2n ** 63n));
    const decimal = over('SUM', { kind: 'decimal', scale: 0 }, [10n ** 38n - 1n, 1n]);
    expect(isProblem(decimal) && decimal.problem).toBe('SUM_OVERFLOW');
  });

  it('AVERAGE: the rounded sum divided by n', () => {
    expect(over('AVERAGE', { kind: 'int' }, [1, 2])).toBe(1.5);
    expect(over('AVERAGE', { kind: 'boolean' }, [true, false, false])).toBe(1 / 3);
    expect(over('AVERAGE', { kind: 'decimal', scale: 2 }, [150n, 250n])).toBe(2);
    expect(over('AVERAGE', { kind: 'bigint' }, [2n ** 62n, 2n ** 62n])).toBe(2 ** 62);
  });

  it('WEIGHTED_AVERAGE: null where the weights add up to 0 or a product overflows', () => {
    expect(
      over('WEIGHTED_AVERAGE', number, [
        [1, 1],
        [4, 2],
      ]),
    ).toBe(3);
    expect(
      over('WEIGHTED_AVERAGE', number, [
        [1, 1],
        [4, -1],
      ]),
    ).toBeNull();
    expect(
      over('WEIGHTED_AVERAGE', number, [
        [1e300, 1e300],
        [1, 1],
      ]),
    ).toBeNull();
  });

  it('100 × 1.1 has variance exactly 0 (S5.2)', () => {
    const equal = Array.from({ length: 100 }, () => 1.1);
    expect(over('VARIANCE', number, equal)).toBe(0);
    expect(over('SKEW', number, equal)).toBeNull();
    expect(over('KURTOSIS', number, equal)).toBeNull();
  });

  it('a power that overflows makes the result null until it is retracted (S5.2)', () => {
    const state = aggregateState('VARIANCE', number);
    const s = state.init();
    for (const x of [1, 2, 1e200]) state.update(s, x, 0);
    expect(state.finalize(s)).toBeNull();
    state.retract?.(s, 1e200);
    expect(state.finalize(s)).toBe(0.25);
    expect(over('KURTOSIS', number, [1, 2, 3, 1e80])).toBeNull();
  });

  it('samples need two values (S5.1)', () => {
    expect(over('VARIANCE', number, [5])).toBe(0);
    expect(over('VARIANCE_SAMPLE', number, [5])).toBeNull();
    expect(over('STDDEV_SAMPLE', number, [1, 3])).toBe(Math.SQRT2);
    expect(over('STDDEV', number, [1, 3])).toBe(1);
  });

  it('MIN, MAX: strings by code point, false before true (S5.5)', () => {
    expect(over('MAX', { kind: 'string' }, ['\uffff', '\u{10000}', 'z'])).toBe('\u{10000}');
    expect(over('MIN', { kind: 'boolean' }, [true, false])).toBe(false);
    expect(over('MIN', { kind: 'bigint' }, [2n ** 60n + 1n, 2n ** 60n])).toBe(2n ** 60n);
  });

  it('FIRST, LAST: by time, then tie-breaker, then value (S5.4)', () => {
    const config = { kind: 'string', tieKind: 'int' } as const;
    const tied: Timed[] = [
      ['b', 5, 1],
      ['c', 5, 1],
      ['a', 5, 2],
      ['z', 4, 9],
    ];
    expect(at('FIRST', config, tied)).toBe('z');
    expect(at('LAST', config, tied)).toBe('a');
    expect(
      at('LAST', { kind: 'string' }, [
        ['b', 5],
        ['c', 5],
        ['a', 5],
      ]),
    ).toBe('c');
    expect(
      at('FIRST', { kind: 'string' }, [
        ['b', 5],
        ['c', 5],
        ['a', 5],
      ]),
    ).toBe('a');
    expect(
      at('FIRST', { kind: { list: 'int' } }, [
        [[1, 2], 5],
        [[1], 5],
        [[null], 5],
      ]),
    ).toEqual([null]);
  });

  it('FIRST_K oldest first, LAST_K newest first, duplicates kept', () => {
    const events: Timed[] = [
      [3, 3],
      [1, 1],
      [1, 1],
      [2, 2],
    ];
    expect(at('FIRST_K', { ...number, k: 3 }, events)).toEqual([1, 1, 2]);
    expect(at('LAST_K', { ...number, k: 2 }, events)).toEqual([3, 2]);
    expect(at('LAST_K', { ...number, k: 9 }, events)).toEqual([3, 2, 1, 1]);
  });

  it('TOP_K, BOTTOM_K: best first, duplicates kept', () => {
    expect(over('TOP_K', { ...number, k: 3 }, [1, 5, 5, 2])).toEqual([5, 5, 2]);
    expect(over('BOTTOM_K', { ...number, k: 2 }, [1, 5, -5, 1])).toEqual([-5, 1]);
  });

  it('HISTOGRAM in key order; an entry at zero is gone', () => {
    const state = aggregateState('HISTOGRAM', { kind: 'string' });
    const s = state.init();
    for (const value of ['b', 'a', 'b', 'c']) state.update(s, value, 0);
    state.retract?.(s, 'c');
    expect([...(state.finalize(s) as Map<string, number>)]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(over('UNIQUE_COUNT', number, [0, -0, 1])).toBe(2);
  });

  it('TOP_K_FREQUENT: count descending, then value ascending; too many distinct values are a problem', () => {
    const config = { kind: 'string', k: 2, maxDistinct: 3 } as const;
    expect(over('TOP_K_FREQUENT', config, ['c', 'b', 'a', 'c'])).toEqual(['c', 'a']);
    expect(over('TOP_K_FREQUENT', config, ['a', 'b', 'c', 'd'])).toEqual({
      problem: 'TOO_MANY_DISTINCT',
      detail: '4 distinct values, at most 3 are allowed',
    });
  });

  it('DIVERSITY in nats', () => {
    expect(Object.is(over('DIVERSITY', { kind: 'string' }, ['a', 'a']), 0)).toBe(true);
    expect(over('DIVERSITY', { kind: 'string' }, ['a', 'b'])).toBe(Math.LN2);
  });

  it('APPROX_PERCENTILE: one number, or a list', () => {
    expect(over('APPROX_PERCENTILE', { ...number, percentiles: [50] }, [0, 0, 5])).toBe(0);
    const many = over(
      'APPROX_PERCENTILE',
      { ...number, percentiles: [0, 100] },
      [-3, 8],
    ) as number[];
    expect(many[0]! / -3).toBeCloseTo(1, 1);
    expect(many[1]! / 8).toBeCloseTo(1, 1);
  });

  it('RATE_OF_CHANGE: null for one value or a first of 0', () => {
    expect(
      at('RATE_OF_CHANGE', number, [
        [15, 2],
        [10, 1],
        [99, 1],
      ]),
    ).toBe(0.5);
    expect(at('RATE_OF_CHANGE', number, [[15, 2]])).toBeNull();
    expect(
      at('RATE_OF_CHANGE', number, [
        [0, 1],
        [15, 2],
      ]),
    ).toBeNull();
  });

  it('vectors: elements as SUM gives them; another length or a null element is a problem, until retracted', () => {
    expect(
      over('VECTOR_SUM', { kind: { list: 'bigint' } }, [
        [1n, 2n],
        [3n, 4n],
      ]),
    ).toEqual([4n, 6n]);
    expect(
      over('VECTOR_AVERAGE', { kind: { list: 'int' } }, [
        [1, 2],
        [2, 4],
      ]),
    ).toEqual([1.5, 3]);
    const state = aggregateState('VECTOR_SUM', { kind: { list: 'number' } });
    const s = state.init();
    for (const vector of [
      [1, 2],
      [1, 2, 3],
      [1, null],
      [Number.NaN, 1],
    ])
      state.update(s, vector, 0);
    expect(state.finalize(s)).toEqual({
      problem: 'VECTOR_NULL',
      detail: '2 vectors have a null element',
    });
    state.retract?.(s, [1, null]);
    state.retract?.(s, [Number.NaN, 1]);
    expect(state.finalize(s)).toEqual({
      problem: 'VECTOR_LENGTH',
      detail: 'vectors of lengths 2, 3',
    });
    state.retract?.(s, [1, 2, 3]);
    expect(state.finalize(s)).toEqual([1, 2]);
  });

  it('lists are exploded, null and NaN elements skipped (S5.6)', () => {
    const state = exploded(aggregateState('COUNT', number));
    const s = state.init();
    state.update(s, [1, null, 2, Number.NaN], 0);
    state.update(s, [], 0);
    expect(state.finalize(s)).toBe(2);
  });

  it('by bucket: a map in key order, no bucket at all is null, an emptied bucket is absent (S5.6)', () => {
    const state = bucketed(aggregateState('COUNT', number), 'string');
    const s = state.init();
    expect(state.finalize(s)).toBeNull();
    for (const pair of [
      ['b', 1],
      ['a', 2],
      ['b', 3],
    ])
      state.update(s, pair, 0);
    expect([...(state.finalize(s) as Map<Value, Value>)]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    state.retract?.(s, ['a', 2]);
    expect([...(state.finalize(s) as Map<Value, Value>)]).toEqual([['b', 2]]);
    const lists = bucketed(exploded(aggregateState('AVERAGE', number)), 'string');
    const t = lists.init();
    lists.update(t, ['a', [null]], 0);
    expect(lists.finalize(t)).toBeNull();
  });

  it('refuses kinds an operation does not take', () => {
    expect(() => aggregateState('SUM', { kind: 'string' })).toThrow(RangeError);
    expect(() => aggregateState('VARIANCE', { kind: { list: 'number' } })).toThrow(RangeError);
    expect(() => aggregateState('HISTOGRAM', { kind: { list: 'number' } })).toThrow(RangeError);
    expect(() => aggregateState('APPROX_UNIQUE_COUNT', { kind: { list: 'int' } })).toThrow(
      RangeError,
    );
    expect(() => aggregateState('VECTOR_SUM', number)).toThrow(RangeError);
    expect(() => bucketed(aggregateState('COUNT', number), { list: 'int' })).toThrow(RangeError);
  });
});
