import {
  approxPercentile,
  approxUniqueCount,
  average,
  bottomK,
  count,
  diversity,
  first,
  firstK,
  histogram,
  kurtosis,
  last,
  lastK,
  max,
  min,
  OPERATIONS,
  rateOfChange,
  skew,
  stddev,
  stddevSample,
  sum,
  topK,
  topKFrequent,
  uniqueCount,
  variance,
  varianceSample,
  vectorAverage,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { table } from '@tessera/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Asked, at, errorOf, type Row, type Rows, rowsOf, valuesOf } from './support.js';

/** x has n = 4, mean 2.5, m₂ = 9, m₃ = 12, m₄ = 44.25. Nulls stand first, last and between. */
const four = table`
  k | t                    | x | w | n  | d     | f   | b     | s  | day        | seen                        | tags       | nums
  a | 2025-01-01T00:00:00Z |   | 9 |    |       |     |       |    |            |                             |            |
  a | 2025-01-01T00:00:01Z | 5 | 1 | 7  | 1.10  | 0.1 | true  | b  | 2025-01-03 | 2025-01-01T00:00:00.000003Z | ["x", "y"] | [1, 2]
  a | 2025-01-01T00:00:02Z | 2 | 1 | -3 | -0.05 | 0.1 | false | a  | 2025-01-01 | 2025-01-01T00:00:00.000001Z | []         | [3, 4]
  a | 2025-01-01T00:00:03Z |   | 9 |    |       |     |       |    |            |                             |            |
  a | 2025-01-01T00:00:04Z | 1 | 2 | 7  | 2.00  |     | true  | '' | 1969-12-31 | 1969-12-31T23:59:59Z        | ["x", null]| [5, 6]
  a | 2025-01-01T00:00:05Z | 2 | 4 | 1  | 1.10  |     | true  | b  | 2025-01-03 | 2025-01-01T00:00:00.000002Z | [null]     | [7, 8]
  a | 2025-01-01T00:00:06Z |   | 9 |    |       |     |       |    |            |                             |            |
  z | 2025-01-01T00:00:01Z |   |   |    |       |     |       |    |            |                             |            |`;

/** [what, aggregation, its value over all of `four`, what nothing gives] */
const CASES: readonly (readonly [string, Asked, unknown, unknown])[] = [
  ['COUNT of rows', count(), 7, 0],
  ['COUNT of values', count('x'), 4, 0],
  ['SUM double', sum('x'), 10, null],
  ['SUM float', sum('f'), 2 * Math.fround(0.1), null],
  ['SUM int64', sum('n'), 12n, null],
  ['SUM boolean', sum('b'), 3n, null],
  ['SUM decimal', sum('d'), '4.15', null],
  ['AVERAGE', average('x'), 2.5, null],
  ['AVERAGE int64', average('n'), 3, null],
  ['AVERAGE boolean', average('b'), 0.75, null],
  ['AVERAGE decimal', average('d'), 4.15 / 4, null],
  ['WEIGHTED_AVERAGE', weightedAverage('x', { weight: 'w' }), 17 / 8, null],
  ['VARIANCE', variance('x'), 9 / 4, null],
  ['STDDEV', stddev('x'), 1.5, null],
  ['VARIANCE_SAMPLE', varianceSample('x'), 3, null],
  ['STDDEV_SAMPLE', stddevSample('x'), Math.sqrt(3), null],
  ['SKEW', skew('x'), (2 * 12) / 27, null],
  ['KURTOSIS', kurtosis('x'), (4 * 44.25) / 81 - 3, null],
  ['MIN', min('x'), 1, null],
  ['MIN int64', min('n'), -3n, null],
  ['MIN decimal', min('d'), '-0.05', null],
  ['MIN string', min('s'), '', null],
  ['MIN boolean', min('b'), false, null],
  ['MIN date', min('day'), '1969-12-31', null],
  ['MIN timestamp', min('seen'), '1969-12-31T23:59:59Z', null],
  ['MAX', max('x'), 5, null],
  ['MAX string', max('s'), 'b', null],
  ['MAX boolean', max('b'), true, null],
  ['MAX date', max('day'), '2025-01-03', null],
  ['MAX timestamp', max('seen'), '2025-01-01T00:00:00.000003Z', null],
  ['FIRST', first('x'), 5, null],
  ['FIRST string', first('s'), 'b', null],
  ['FIRST list', first('nums'), [1, 2], null],
  ['LAST', last('x'), 2, null],
  ['LAST decimal', last('d'), '1.10', null],
  ['LAST list', last('tags'), [null], null],
  ['FIRST_K', firstK('x', { k: 2 }), [5, 2], null],
  ['FIRST_K with fewer than k', firstK('x', { k: 9 }), [5, 2, 1, 2], null],
  ['LAST_K', lastK('x', { k: 2 }), [2, 1], null],
  [
    'LAST_K list',
    lastK('nums', { k: 2 }),
    [
      [7, 8],
      [5, 6],
    ],
    null,
  ],
  ['TOP_K', topK('x', { k: 3 }), [5, 2, 2], null],
  ['TOP_K string', topK('s', { k: 3 }), ['b', 'b', 'a'], null],
  ['TOP_K int64', topK('n', { k: 3 }), [7n, 7n, 1n], null],
  ['BOTTOM_K', bottomK('x', { k: 3 }), [1, 2, 2], null],
  ['BOTTOM_K date', bottomK('day', { k: 2 }), ['1969-12-31', '2025-01-01'], null],
  ['UNIQUE_COUNT', uniqueCount('x'), 3, 0],
  ['UNIQUE_COUNT string', uniqueCount('s'), 3, 0],
  ['UNIQUE_COUNT timestamp', uniqueCount('seen'), 4, 0],
  ['UNIQUE_COUNT list', uniqueCount('tags'), 2, 0],
  ['APPROX_UNIQUE_COUNT', approxUniqueCount('x'), 3, 0],
  ['APPROX_UNIQUE_COUNT string', approxUniqueCount('s'), 3, 0],
  ['APPROX_UNIQUE_COUNT list', approxUniqueCount('tags'), 2, 0],
  [
    'HISTOGRAM',
    histogram('x'),
    new Map([
      [1, 1],
      [2, 2],
      [5, 1],
    ]),
    null,
  ],
  [
    'HISTOGRAM string',
    histogram('s'),
    new Map([
      ['', 1],
      ['a', 1],
      ['b', 2],
    ]),
    null,
  ],
  [
    'HISTOGRAM int64',
    histogram('n'),
    new Map([
      [-3n, 1],
      [1n, 1],
      [7n, 2],
    ]),
    null,
  ],
  [
    'HISTOGRAM boolean',
    histogram('b'),
    new Map([
      [false, 1],
      [true, 3],
    ]),
    null,
  ],
  [
    'HISTOGRAM decimal',
    histogram('d'),
    new Map([
      ['-0.05', 1],
      ['1.10', 2],
      ['2.00', 1],
    ]),
    null,
  ],
  [
    'HISTOGRAM list',
    histogram('tags'),
    new Map([
      ['x', 2],
      ['y', 1],
    ]),
    null,
  ],
  ['TOP_K_FREQUENT', topKFrequent('x', { k: 2 }), [2, 1], null],
  ['TOP_K_FREQUENT with fewer than k', topKFrequent('s', { k: 9 }), ['b', '', 'a'], null],
  ['DIVERSITY', diversity('x'), expect.closeTo(1.5 * Math.LN2, 12), null],
  ['APPROX_PERCENTILE', approxPercentile('x', { percentiles: [100] }), expect.closeTo(5, 1), null],
  [
    'APPROX_PERCENTILE, several',
    approxPercentile('x', { percentiles: [100, 0] }),
    [expect.closeTo(5, 1), expect.closeTo(1, 1)],
    null,
  ],
  ['RATE_OF_CHANGE', rateOfChange('x'), -0.6, null],
  ['RATE_OF_CHANGE int64', rateOfChange('n'), -6 / 7, null],
  ['VECTOR_SUM', vectorSum('nums'), [16, 20], null],
  ['VECTOR_AVERAGE', vectorAverage('nums'), [4, 5], null],
];

describe('S5 every operation, over values and over nothing', () => {
  test('S5 no operation is left out', () => {
    expect(new Set(CASES.map(([, aggregation]) => aggregation.operation))).toEqual(
      new Set(OPERATIONS),
    );
  });

  let rows: readonly Row[] = [];
  beforeAll(async () => {
    const named = CASES.map(([, aggregation], idx): Asked => ({ ...aggregation, as: `f${idx}` }));
    rows = await rowsOf(named, {
      log: four,
      asks: [
        ...at('2025-01-01T00:00:00Z', '2025-01-01T12:00:00Z'),
        { k: 'z', t: '2025-01-01T12:00:00Z' },
        { k: 'unknown', t: '2025-01-01T12:00:00Z' },
      ],
    });
  });

  test.each(CASES.map((one, idx) => [...one, idx] as const))(
    'S5 %s',
    (what, _, value, nothing, idx) => {
      // Key z has one row, in which everything is null.
      const onlyNulls = what === 'COUNT of rows' ? 1 : nothing;
      expect(rows.map((row) => row[`g_f${idx}`])).toEqual([nothing, value, onlyNulls, nothing]);
    },
  );

  test('S5 an operation alone gives what it gives among others', async () => {
    for (const [idx, [, aggregation]] of CASES.entries()) {
      if (idx % 9 !== 0) continue;
      const asked = at('2025-01-01T00:00:00Z', '2025-01-01T12:00:00Z');
      const alone = await valuesOf(aggregation, { log: four, asks: asked });
      expect(alone).toEqual(rows.slice(0, 2).map((row) => row[`g_f${idx}`]));
    }
  });
});

describe('S5 nothing to aggregate', () => {
  const counts = [count(), count('x', { as: 'values' }), uniqueCount('x'), approxUniqueCount('x')];

  test('S5 COUNT, UNIQUE_COUNT and APPROX_UNIQUE_COUNT of a window that has emptied are 0', async () => {
    const windowed = [
      count({ windows: ['1h'] }),
      uniqueCount('x', { windows: ['1h'] }),
      approxUniqueCount('x', { windows: ['1h'] }),
      sum('x', { windows: ['1h'] }),
    ];
    const [before, after] = await rowsOf(windowed, {
      log: four,
      asks: at('2025-01-01T00:30:00Z', '2025-01-01T02:00:00Z'),
    });
    expect(before).toMatchObject({
      g_count_1h: 7,
      g_x_unique_count_1h: 3,
      g_x_approx_unique_count_1h: 3,
      g_x_sum_1h: 10,
    });
    expect(after).toMatchObject({
      g_count_1h: 0,
      g_x_unique_count_1h: 0,
      g_x_approx_unique_count_1h: 0,
      g_x_sum_1h: null,
    });
  });

  test("S5 empty: 'null' makes those null too, and leaves counts of something alone", async () => {
    const question = {
      log: four,
      asks: [
        ...at('2025-01-01T00:00:00Z', '2025-01-01T12:00:00Z'),
        { k: 'z', t: '2025-01-01T12:00:00Z' },
      ],
      group: { empty: 'null' as const },
    };
    const [nothing, something, onlyNulls] = await rowsOf(counts, question);
    expect(nothing).toMatchObject({
      g_count: null,
      g_values: null,
      g_x_unique_count: null,
      g_x_approx_unique_count: null,
    });
    expect(something).toMatchObject({
      g_count: 7,
      g_values: 4,
      g_x_unique_count: 3,
      g_x_approx_unique_count: 3,
    });
    expect(onlyNulls).toMatchObject({ g_count: 1, g_values: null, g_x_unique_count: null });
  });
});

test('S5 LAST is the last value that is not null, FIRST the first', async () => {
  const question = {
    log: table`
    k | t                    | s
    a | 2025-01-01T00:00:00Z |
    a | 2025-01-01T00:00:01Z | early
    a | 2025-01-01T00:00:02Z | late
    a | 2025-01-01T00:00:03Z |`,
    asks: at('2025-01-02T00:00:00Z'),
  };
  expect(await valuesOf(first('s'), question)).toEqual(['early']);
  expect(await valuesOf(last('s'), question)).toEqual(['late']);
});

test('S5 no result depends on the order of rows or on how keys are split', async () => {
  const everything = CASES.map(
    ([, aggregation], idx): Asked => ({
      ...aggregation,
      as: `f${idx}`,
      windows: ['1d', '1h', null],
    }),
  );
  const given = four.flatMap((row, idx) => [row, { ...row, k: `k${idx % 3}` }]);
  const asked = ['a', 'k0', 'k1', 'k2'].flatMap((k) =>
    ['2025-01-01T00:00:03Z', '2025-01-01T12:00:00Z'].map((t) => ({ k, t })),
  );
  const forward = await rowsOf(everything, { log: given, asks: asked });
  const backward = await rowsOf(everything, { log: [...given].reverse(), asks: asked, buckets: 3 });
  expect(backward).toEqual(forward);
});

describe('S5 TOP_K_FREQUENT', () => {
  test('S5 counts descend, then values ascend', async () => {
    const given = [3, 9, 1, 9, 3, 7].map((x, idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      x,
    }));
    const question = { log: given, asks: at('2025-01-02T00:00:00Z') };
    expect(await valuesOf(topKFrequent('x', { k: 3 }), question)).toEqual([[3, 9, 1]]);
  });

  const three: Rows = [1, 2, 2, 3].map((x, idx) => ({ k: 'a', t: `2025-01-01T0${idx}:00:00Z`, x }));

  test('S5 more than maxDistinct values give null; exactly as many do not', async () => {
    const question = { log: three, asks: at('2025-01-02T00:00:00Z') };
    expect(await valuesOf(topKFrequent('x', { k: 1, maxDistinct: 3 }), question)).toEqual([[2]]);
    expect(await valuesOf(topKFrequent('x', { k: 1, maxDistinct: 2 }), question)).toEqual([null]);
  });

  test('S5 what counts is the window', async () => {
    const question = { log: three, asks: at('2025-01-01T03:00:01Z') };
    expect(
      await valuesOf(topKFrequent('x', { k: 1, maxDistinct: 2, windows: ['2h'] }), question),
    ).toEqual([[2]]);
  });

  test('S5 in STRICT it is an error that names column and key', async () => {
    const asked = { log: three, asks: at('2025-01-02T00:00:00Z'), strict: true };
    const error = await errorOf(() => valuesOf(topKFrequent('x', { k: 1, maxDistinct: 2 }), asked));
    expect(error.code).toBe('TOO_MANY_DISTINCT');
    expect(error.message).toContain('g_x_top1_frequent');
    expect(error.message).toContain('k=a');
  });
});

describe('S5 approximations keep their bounds', () => {
  const thousand: Rows = Array.from({ length: 1001 }, (_, x) => ({
    k: 'a',
    t: '2025-01-01T00:00:00Z',
    x: x - 500,
    n: x,
    s: `user ${x}`,
  }));
  const question = { log: thousand, asks: at('2025-01-02T00:00:00Z') };

  test('S5 APPROX_PERCENTILE is within 1 % of the value at its rank, also below zero', async () => {
    const [found] = (await valuesOf(
      approxPercentile('x', { percentiles: [0, 10, 50, 90, 100] }),
      question,
    )) as number[][];
    for (const [idx, truth] of [-500, -400, 0, 400, 500].entries()) {
      expect(Math.abs(found![idx]! - truth)).toBeLessThanOrEqual(0.01 * Math.abs(truth));
    }
  });

  test('S5 APPROX_UNIQUE_COUNT is within its stated error, and counts what comes back once', async () => {
    for (const aggregation of [
      approxUniqueCount('n'),
      approxUniqueCount('s'),
      approxUniqueCount('x'),
    ]) {
      const [found] = (await valuesOf(aggregation, {
        ...question,
        log: [...thousand, ...thousand],
      })) as number[];
      expect(Math.abs(found! - 1001)).toBeLessThan(0.049 * 1001);
    }
  });
});

describe('S5 RATE_OF_CHANGE', () => {
  test.each([
    ['one value', [5], null],
    ['two values', [5, 7.5], 0.5],
    ['a first of 0', [0, 5], null],
    ['a first below 0', [-4, -2], 0.5],
    ['no change', [5, 5], 0],
  ] as const)('S5 RATE_OF_CHANGE of %s', async (_, values, rate) => {
    const given = values.map((x, idx) => ({ k: 'a', t: `2025-01-01T00:00:0${idx}Z`, x }));
    expect(
      await valuesOf(rateOfChange('x'), { log: given, asks: at('2025-01-02T00:00:00Z') }),
    ).toEqual([rate]);
  });
});

describe('S5 vectors', () => {
  const vectors = (...given: readonly (readonly (number | null)[] | null)[]): Rows =>
    given.map((nums, idx) => ({ k: 'a', t: `2025-01-01T0${idx}:00:00Z`, nums }));
  const asked = at('2025-01-01T09:00:00Z');

  test.each([vectorSum('nums'), vectorAverage('nums')])(
    'S5 %o: another length is an error that names column and key',
    async (aggregation) => {
      const error = await errorOf(() =>
        valuesOf(aggregation, { log: vectors([1, 2], [1, 2, 3]), asks: asked }),
      );
      expect(error.code).toBe('VECTOR_LENGTH');
      expect(error.message).toContain(`g_nums_${aggregation.operation.toLowerCase()}`);
      expect(error.message).toContain('k=a');
    },
  );

  test.each([[[1, null]], [[null]], [[1, Number.NaN]]] as const)(
    'S5 a null element is an error: %o',
    async (vector) => {
      const error = await errorOf(() =>
        valuesOf(vectorSum('nums'), {
          log: vectors([1, 2].slice(0, vector.length), vector),
          asks: asked,
        }),
      );
      expect(error.code).toBe('VECTOR_NULL');
    },
  );

  test('S5 null lists are skipped, and empty vectors are vectors of length 0', async () => {
    expect(
      await valuesOf(vectorSum('nums'), { log: vectors(null, [1, 2], null), asks: asked }),
    ).toEqual([[1, 2]]);
    expect(await valuesOf(vectorSum('nums'), { log: vectors([], []), asks: asked })).toEqual([[]]);
  });

  test('S5 element sums are exact: evicting 1e17 leaves 1', async () => {
    const question = {
      log: vectors([1e17, 0.5], [1, 0.25]),
      asks: at('2025-01-01T01:00:01Z', '2025-01-01T01:30:00Z'),
    };
    expect(await valuesOf(vectorSum('nums', { windows: ['1h'] }), question)).toEqual([
      [1e17, 0.75],
      [1, 0.25],
    ]);
  });
});
