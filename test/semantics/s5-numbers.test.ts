import {
  approxPercentile,
  average,
  diversity,
  kurtosis,
  rateOfChange,
  skew,
  stddev,
  stddevSample,
  sum,
  variance,
  varianceSample,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { describe, expect, test } from 'vitest';
import { type Asked, at, errorOf, log, type Rows, rowsOf, valuesOf } from './support.js';

/** Values of `x` one hour apart, from 2025-01-01T00:00. */
function hourly(values: readonly number[], more: Readonly<Record<string, number>> = {}): Rows {
  return values.map((x, idx) => ({
    k: 'a',
    t: new Date(Date.UTC(2025, 0, 1, idx)).toISOString(),
    x,
    ...more,
  }));
}

/** One feature over all of some values. */
async function over(aggregation: Asked, values: readonly number[]): Promise<unknown> {
  const [found] = await valuesOf(aggregation, {
    log: hourly(values),
    asks: at('2025-02-01T00:00:00Z'),
  });
  return found;
}

describe('S5.1 moments', () => {
  test('S5.1 VARIANCE and STDDEV divide by n, the samples by n - 1', async () => {
    // mean 3, m₂ = 8
    const values = [1, 3, 5];
    expect(await over(variance('x'), values)).toBe(8 / 3);
    expect(await over(stddev('x'), values)).toBe(Math.sqrt(8 / 3));
    expect(await over(varianceSample('x'), values)).toBe(4);
    expect(await over(stddevSample('x'), values)).toBe(2);
  });

  test('S5.1 one value has a variance of 0 and no sample variance', async () => {
    expect(await over(variance('x'), [7])).toBe(0);
    expect(await over(stddev('x'), [7])).toBe(0);
    expect(await over(varianceSample('x'), [7])).toBe(null);
    expect(await over(stddevSample('x'), [7])).toBe(null);
  });

  test('S5.1 SKEW is null below 3 values, KURTOSIS below 4', async () => {
    expect(await over(skew('x'), [1, 2])).toBe(null);
    expect(await over(skew('x'), [1, 2, 3])).toBe(0);
    expect(await over(kurtosis('x'), [1, 2, 3])).toBe(null);
    // mean 1, m₂ = 4, m₄ = 4: 4·4/16 - 3
    expect(await over(kurtosis('x'), [0, 2, 0, 2])).toBe(-2);
  });

  test('S5.1 SKEW is √n·m₃/m₂^1.5, with the sign of the longer tail', async () => {
    // 0, 0, 0, 4: mean 1, m₂ = 12, m₃ = 24; 2·24/12^1.5 = 2/√3
    expect(await over(skew('x'), [0, 0, 0, 4])).toBeCloseTo(2 / Math.sqrt(3), 14);
    expect(await over(skew('x'), [4, 4, 4, 0])).toBeCloseTo(-2 / Math.sqrt(3), 14);
  });

  test('S5.1 both are null where all values are equal', async () => {
    expect(await over(skew('x'), [1.1, 1.1, 1.1, 1.1])).toBe(null);
    expect(await over(kurtosis('x'), [1.1, 1.1, 1.1, 1.1])).toBe(null);
  });
});

describe('S5.2 exact sums', () => {
  test('S5.2 1e17 and 1, then 1e17 evicted, gives 1', async () => {
    const question = {
      log: hourly([1e17, 1]),
      asks: at('2025-01-01T01:00:01Z', '2025-01-01T01:30:00Z', '2025-01-01T03:00:00Z'),
    };
    expect(await valuesOf(sum('x', { windows: ['1h'] }), question)).toEqual([1e17, 1, null]);
  });

  test('S5.2 100 times 1.1 has a variance of 0, exactly', async () => {
    const values = Array.from({ length: 100 }, () => 1.1);
    expect(await over(variance('x'), values)).toBe(0);
    expect(await over(stddevSample('x'), values)).toBe(0);
  });

  test('S5.2 the exact sum is rounded once: ten times 0.1 is 1', async () => {
    const values = Array.from({ length: 10 }, () => 0.1);
    expect(values.reduce((a, b) => a + b)).not.toBe(1);
    expect(await over(sum('x'), values)).toBe(1);
    expect(await over(average('x'), values)).toBe(0.1);
  });

  test.each([
    [[1e16, 1, -1e16], 1],
    [[1, 1e100, 1, -1e100], 2],
    [[1e300, 1, 1e-300, -1e300, -1], 1e-300],
    [[5e-324, 1e308, -1e308], 5e-324],
    // Halfway to the next double, and a little more: rounding twice would lose it.
    [[1, 2 ** -53, 2 ** -106], 1 + 2 ** -52],
    [[1, 2 ** -53, -(2 ** -106)], 1],
    [[1, 2 ** -53], 1],
  ])('S5.2 the sum of %j is %d, in any order', async (values, total) => {
    expect(await over(sum('x'), values)).toBe(total);
    expect(await over(sum('x'), [...values].reverse())).toBe(total);
  });

  test('S5.2 what passes the largest double on the way comes back', async () => {
    expect(await over(sum('x'), [1e308, 1e308, -1e308])).toBe(1e308);
    expect(await over(sum('x'), [1e308, 1e308, -1e308, -1e308])).toBe(0);
  });

  test('S5.2 a variance of small differences on large numbers is exact', async () => {
    expect(await over(variance('x'), [1e9, 1e9 + 1, 1e9 + 2])).toBe(2 / 3);
    expect(await over(variance('x'), [1e15, 1e15 + 1])).toBe(0.25);
  });

  test('S5.2 moments do not depend on the order of values', async () => {
    const values = [0.1, 1e5, -3.7, 2e-5, 77.7, -1e5];
    for (const aggregation of [variance('x'), skew('x'), kurtosis('x')]) {
      expect(await over(aggregation, [...values].reverse())).toBe(await over(aggregation, values));
    }
  });

  test('S5.2 moments after eviction are those of what is left', async () => {
    const rest = [1, 2, 3, 5];
    for (const operation of [variance, skew, kurtosis]) {
      const question = { log: hourly([1e8, ...rest]), asks: at('2025-01-01T04:30:00Z') };
      expect(await valuesOf(operation('x', { windows: ['4h'] }), question)).toEqual([
        await over(operation('x'), rest),
      ]);
    }
  });

  test('S5.2 a weighted average is one of exact sums', async () => {
    const given = [1e17, 0.5, -1e17].map((x, idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      x,
      w: 2,
    }));
    expect(
      await valuesOf(weightedAverage('x', { weight: 'w' }), {
        log: given,
        asks: at('2025-01-02T00:00:00Z'),
      }),
    ).toEqual([1 / 6]);
  });

  test('S5.2 w·x is an exact product', async () => {
    // (2^27 + 1)² = 2^54 + 2^28 + 1 is no double; less 2^54 + 2^28 it is 1.
    const given = [
      { x: 2 ** 27 + 1, w: 2 ** 27 + 1 },
      { x: -(2 ** 54 + 2 ** 28), w: 1 },
    ].map((row, idx) => ({ k: 'a', t: `2025-01-01T00:00:0${idx}Z`, ...row }));
    const question = { log: given, asks: at('2025-01-02T00:00:00Z') };
    const aggregation = weightedAverage('x', { weight: 'w' });
    expect(await valuesOf(aggregation, question)).toEqual([1 / (2 ** 27 + 2)]);
  });

  test('S5.2 a term that overflows makes the result null until it is evicted', async () => {
    const given = hourly([1e200, 1, 3, 5, 7]);
    const question = { log: given, asks: at('2025-01-01T04:00:01Z', '2025-01-01T04:30:00Z') };
    expect(await valuesOf(variance('x', { windows: ['4h'] }), question)).toEqual([null, 5]);
    expect(await valuesOf(kurtosis('x', { windows: ['4h'] }), question)).toEqual([
      null,
      (4 * 164) / 400 - 3,
    ]);
    // Σx itself does not overflow.
    expect(await valuesOf(sum('x', { windows: ['4h'] }), question)).toEqual([1e200, 16]);
  });

  test('S5.2 each power overflows for itself: 1e100 has a variance and no kurtosis', async () => {
    expect(await over(variance('x'), [1e100, 1e100, 1e100, 1e100])).toBe(0);
    expect(await over(kurtosis('x'), [1e100, 0, 0, 0])).toBe(null);
  });

  test('S5.2 a weighted term that overflows gives null', async () => {
    const given = [{ k: 'a', t: '2025-01-01T00:00:00Z', x: 1e200, w: 1e200 }];
    expect(
      await valuesOf(weightedAverage('x', { weight: 'w' }), {
        log: given,
        asks: at('2025-01-02T00:00:00Z'),
      }),
    ).toEqual([null]);
  });
});

describe('S5.3 integer sums', () => {
  const most = 2n ** 63n - 1n;
  const integers = (...values: readonly bigint[]): Rows =>
    values.map((n, idx) => ({ k: 'a', t: `2025-01-01T0${idx}:00:00Z`, n }));
  const asked = at('2025-01-01T09:00:00Z');

  test('S5.3 sums up to the ends of int64 are exact', async () => {
    expect(await valuesOf(sum('n'), { log: integers(most - 1n, 1n), asks: asked })).toEqual([most]);
    expect(await valuesOf(sum('n'), { log: integers(-most, -1n), asks: asked })).toEqual([
      -(2n ** 63n),
    ]);
    expect(await valuesOf(sum('n'), { log: integers(2n ** 53n, 1n), asks: asked })).toEqual([
      2n ** 53n + 1n,
    ]);
  });

  test('S5.3 states are wider: only the final value must fit', async () => {
    expect(
      await valuesOf(sum('n'), { log: integers(most, most, most, -most, -most), asks: asked }),
    ).toEqual([most]);
  });

  test.each([
    ['above', [most, 1n], 9223372036854775808n],
    ['below', [-most, -2n], -9223372036854775809n],
  ] as const)('S5.3 a sum %s int64 is an error naming key and column', async (_, values, total) => {
    const error = await errorOf(() =>
      valuesOf(sum('n'), { log: integers(...values), asks: asked }),
    );
    expect(error.code).toBe('SUM_OVERFLOW');
    expect(error.message).toContain('g_n_sum');
    expect(error.message).toContain('k=a');
    expect(error.message).toContain(String(total));
  });

  test('S5.3 what no row asks for is no error', async () => {
    const question = {
      log: integers(most, 1n),
      asks: at('2025-01-01T00:30:00Z', '2025-01-01T05:00:00Z'),
    };
    expect(await valuesOf(sum('n', { windows: ['1h'] }), question)).toEqual([most, null]);
  });

  test('S5.3 the average of integers beyond int64 is still their rounded sum over n', async () => {
    expect(await valuesOf(average('n'), { log: integers(most, most), asks: asked })).toEqual([
      2 ** 63,
    ]);
  });

  test('S5.3 a sum of int32 is an int64', async () => {
    const given = [1, 2].map((idx) => ({ k: 'a', t: `2025-01-01T00:00:0${idx}Z`, i: 2 ** 31 - 1 }));
    expect(await valuesOf(sum('i'), { log: given, asks: asked })).toEqual([2n ** 32n - 2n]);
  });

  test('S5.3 decimal sums are decimal(38,s), wider than int64 and exact', async () => {
    const given = [1, 2].map((idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      wide: '123456789012345678901234567890.05',
    }));
    expect(await valuesOf(sum('wide'), { log: given, asks: asked })).toEqual([
      '246913578024691357802469135780.10',
    ]);
    expect(log.columns.find((column) => column.name === 'wide')?.type).toEqual({
      kind: 'decimal',
      precision: 38,
      scale: 2,
    });
  });
});

describe('S5.7 results that are not finite', () => {
  test('S5.7 are null', async () => {
    expect(await over(sum('x'), [1e308, 1e308])).toBe(null);
    expect(await over(average('x'), [1e308, 1e308])).toBe(null);
    expect(await over(rateOfChange('x'), [5e-324, 1e308])).toBe(null);
    const given = [{ k: 'a', t: '2025-01-01T00:00:00Z', x: 1, w: 0 }];
    expect(
      await valuesOf(weightedAverage('x', { weight: 'w' }), {
        log: given,
        asks: at('2025-01-02T00:00:00Z'),
      }),
    ).toEqual([null]);
  });

  test('S5.7 elements of a list too', async () => {
    const given = [1, 2].map((idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      nums: [1e308, 1],
    }));
    const [row] = await rowsOf([vectorSum('nums')], {
      log: given,
      asks: at('2025-01-02T00:00:00Z'),
    });
    expect(row?.g_nums_vector_sum).toEqual([null, 2]);
  });

  test('S5.7 the ends of what is finite are not', async () => {
    expect(await over(sum('x'), [Number.MAX_VALUE])).toBe(Number.MAX_VALUE);
    expect(await over(sum('x'), [5e-324])).toBe(5e-324);
    expect(await over(diversity('x'), [7, 7, 7])).toBe(0);
    const found = (await over(approxPercentile('x', { percentiles: [50] }), [
      Number.MAX_VALUE,
    ])) as number;
    expect(found / Number.MAX_VALUE).toBeCloseTo(1, 2);
  });
});
