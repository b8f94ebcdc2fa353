import {
  approxPercentile,
  approxUniqueCount,
  average,
  bottomK,
  count,
  diversity,
  events,
  first,
  firstK,
  groupBy,
  histogram,
  join,
  last,
  lastK,
  max,
  min,
  part,
  rateOfChange,
  sql,
  sum,
  topK,
  topKFrequent,
  uniqueCount,
  varianceSample,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { asks, at, errorOf, type Rows, rowsOf, valuesOf } from './support.js';

const later = at('2025-01-02T00:00:00Z');

describe('S5.6 where', () => {
  const rows = table`
    k | t                    | x | s    | b     | n | day
    a | 2025-01-01T00:00:00Z | 1 | web  | true  | 1 | 2025-01-01
    a | 2025-01-01T00:00:01Z | 2 | app  | false | 2 | 2025-01-02
    a | 2025-01-01T00:00:02Z | 4 |      |       |   |
    a | 2025-01-01T00:00:03Z |   | WEB  | true  | 3 | 2025-01-03`;

  test('S5.6 a predicate is for its aggregation alone', async () => {
    const [row] = await rowsOf([sum('x', { where: "s = 'web'", as: 'web' }), sum('x')], {
      log: rows,
      asks: later,
    });
    expect(row).toMatchObject({ g_web: 1, g_x_sum: 7 });
  });

  // Values of x that count: the row with nulls is only counted where the predicate itself asks for null.
  test.each([
    ["s = 'web'", 1],
    ["s <> 'web'", 2],
    ["not (s = 'web')", 2],
    ["s in ('web', 'app')", 3],
    ['s is null', 4],
    ['s is not null', 3],
    ['b', 1],
    ['not b', 2],
    ['n > 1', 2],
    ['n >= 1 and x < 2', 1],
    ["s = 'web' or x = 4", 5],
    ['x = n', 3],
    ["day >= '2025-01-02'", 2],
    ["s > 'WEC'", 3],
  ] as const)('S5.6 null is not true: where %s', async (where, total) => {
    expect(await valuesOf(sum('x', { where }), { log: rows, asks: later })).toEqual([total]);
  });

  test('S5.6 a predicate that is never true leaves nothing', async () => {
    const [row] = await rowsOf([count({ where: 'x > 100' }), max('x', { where: 'x > 100' })], {
      log: rows,
      asks: later,
    });
    expect(row).toMatchObject({ g_count: 0, g_x_max: null });
  });

  test('S5.6 COUNT without a column counts the rows where it is true', async () => {
    expect(await valuesOf(count({ where: 'b' }), { log: rows, asks: later })).toEqual([2]);
    expect(await valuesOf(count('x', { where: 'b' }), { log: rows, asks: later })).toEqual([1]);
  });

  test('S5.6 sql(…) is a predicate too', async () => {
    expect(
      await valuesOf(sum('x', { where: sql("lower(s) = 'web' AND n < 3") }), {
        log: rows,
        asks: later,
      }),
    ).toEqual([1]);
  });
});

describe('S5.6 by', () => {
  const rows = table`
    k | t                    | x | s   | n  | b     | d     | w
    a | 2025-01-01T00:00:00Z | 1 | web | 10 | true  | 1.50  | 1
    a | 2025-01-01T00:10:00Z | 2 | app | 9  | false | -1.50 | 1
    a | 2025-01-01T00:20:00Z | 4 | web | 10 | true  | 1.5   | 3
    a | 2025-01-01T00:30:00Z | 8 |     |    |       |       |
    a | 2025-01-01T00:40:00Z |   | tv  | -1 |       |       |
    b | 2025-01-01T00:00:00Z | 1 |     |    |       |       |`;
  const question = {
    log: rows,
    asks: [...later, { k: 'b', t: '2025-01-02T00:00:00Z' }, { k: 'c', t: '2025-01-02T00:00:00Z' }],
  };

  test('S5.6 one result per bucket; a null bucket is dropped; one without values is absent', async () => {
    const [found] = await valuesOf(sum('x', { by: 's' }), question);
    expect(found).toEqual(
      new Map([
        ['web', 5],
        ['app', 2],
      ]),
    );
  });

  test('S5.6 no bucket at all is null, for counts too', async () => {
    expect(await valuesOf(sum('x', { by: 's' }), question)).toEqual([expect.any(Map), null, null]);
    expect(await valuesOf(count({ by: 's' }), question)).toEqual([expect.any(Map), null, null]);
    expect(await valuesOf(uniqueCount('x', { by: 's' }), question)).toEqual([
      expect.any(Map),
      null,
      null,
    ]);
  });

  test('S5.6 COUNT of rows has a bucket wherever there is a row, COUNT of a column where there is a value', async () => {
    expect((await valuesOf(count({ by: 's' }), question))[0]).toEqual(
      new Map([
        ['app', 1],
        ['tv', 1],
        ['web', 2],
      ]),
    );
    expect((await valuesOf(count('x', { by: 's' }), question))[0]).toEqual(
      new Map([
        ['app', 1],
        ['web', 2],
      ]),
    );
  });

  test.each([
    [
      'int64',
      'n',
      [
        [-1n, 1],
        [9n, 1],
        [10n, 2],
      ],
    ],
    [
      'boolean',
      'b',
      [
        [false, 1],
        [true, 2],
      ],
    ],
    [
      'decimal',
      'd',
      [
        ['-1.50', 1],
        ['1.50', 2],
      ],
    ],
  ] as const)('S5.6 buckets of type %s', async (_, by, entries) => {
    const [found] = await valuesOf(count({ by }), question);
    expect([...(found as Map<unknown, number>)]).toEqual(entries);
  });

  test('S5.6 every kind of result', async () => {
    const of = async (aggregation: Parameters<typeof valuesOf>[0]) =>
      (await valuesOf(aggregation, question))[0];
    expect(await of(average('x', { by: 's' }))).toEqual(
      new Map([
        ['web', 2.5],
        ['app', 2],
      ]),
    );
    expect(await of(weightedAverage('x', { weight: 'w', by: 's' }))).toEqual(
      new Map([
        ['web', 13 / 4],
        ['app', 2],
      ]),
    );
    expect(await of(min('x', { by: 's' }))).toEqual(
      new Map([
        ['web', 1],
        ['app', 2],
      ]),
    );
    expect(await of(last('n', { by: 's' }))).toEqual(
      new Map([
        ['web', 10n],
        ['app', 9n],
        ['tv', -1n],
      ]),
    );
    expect(await of(firstK('s', { k: 1, by: 'n' }))).toEqual(
      new Map([
        [10n, ['web']],
        [9n, ['app']],
        [-1n, ['tv']],
      ]),
    );
    expect(await of(topK('x', { k: 2, by: 's' }))).toEqual(
      new Map([
        ['web', [4, 1]],
        ['app', [2]],
      ]),
    );
    expect(await of(histogram('n', { by: 's' }))).toEqual(
      new Map([
        ['web', new Map([[10n, 2]])],
        ['app', new Map([[9n, 1]])],
        ['tv', new Map([[-1n, 1]])],
      ]),
    );
    expect(await of(uniqueCount('n', { by: 's' }))).toEqual(
      new Map([
        ['web', 1],
        ['app', 1],
        ['tv', 1],
      ]),
    );
    expect(await of(max('s', { by: 's' }))).toEqual(
      new Map([
        ['web', 'web'],
        ['app', 'app'],
        ['tv', 'tv'],
      ]),
    );
  });

  test('S5.6 a bucket with values whose result is null is there, and null', async () => {
    const [found] = await valuesOf(varianceSample('x', { by: 's' }), question);
    expect(found).toEqual(
      new Map([
        ['web', 4.5],
        ['app', null],
      ]),
    );
  });

  test('S5.6 buckets come and go with the window', async () => {
    const asked = at(
      '2025-01-01T00:20:01Z',
      '2025-01-01T01:05:00Z',
      '2025-01-01T01:15:00Z',
      '2025-01-01T01:25:00Z',
    );
    expect(
      await valuesOf(sum('x', { by: 's', windows: ['1h'] }), { log: rows, asks: asked }),
    ).toEqual([
      new Map([
        ['web', 5],
        ['app', 2],
      ]),
      new Map([
        ['web', 4],
        ['app', 2],
      ]),
      new Map([['web', 4]]),
      null,
    ]);
  });

  test('S5.6 where and by together', async () => {
    const [found] = await valuesOf(sum('x', { by: 's', where: 'x < 3' }), question);
    expect(found).toEqual(
      new Map([
        ['web', 1],
        ['app', 2],
      ]),
    );
  });

  test("S5.6 empty: 'null' changes nothing in a map", async () => {
    const found = await valuesOf(count({ by: 's' }), { ...question, group: { empty: 'null' } });
    expect(found).toEqual([
      new Map([
        ['app', 1],
        ['tv', 1],
        ['web', 2],
      ]),
      null,
      null,
    ]);
  });

  test('S5.6 an empty string is a bucket', async () => {
    const given = [{ k: 'a', t: '2025-01-01T00:00:00Z', s: '' }];
    expect(await valuesOf(count({ by: 's' }), { log: given, asks: later })).toEqual([
      new Map([['', 1]]),
    ]);
  });

  test('S5.6 errors inside a bucket are errors', async () => {
    const given = [1n, 2n ** 63n - 1n].map((n, idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      n,
      s: 'web',
    }));
    const error = await errorOf(() => valuesOf(sum('n', { by: 's' }), { log: given, asks: later }));
    expect(error.code).toBe('SUM_OVERFLOW');
    expect(error.message).toContain('g_n_sum_by_s');
  });
});

/** FIRST, and LAST_K with k = 2, of a column of type list<list<element>>. */
async function nested(
  element: 'double' | 'string',
  values: readonly (readonly unknown[])[],
): Promise<unknown[]> {
  const source = events({
    name: 'source',
    path: 'source',
    columns: { k: 'string', t: 'timestamp', v: `list<list<${element}>>` },
    time: 't',
  });
  const g = groupBy({
    name: 'g',
    source,
    keys: ['k'],
    aggregations: [first('v'), lastK('v', { k: 2 })],
  });
  const given = values.map((v, idx) => ({ k: 'a', t: `2025-01-01T00:00:0${idx}Z`, v })) as Rows;
  const [row] = await features(join({ name: 'j', left: asks, parts: [part(g)] }))
    .given({ source: given, asks: later })
    .rows();
  return [row?.g_v_first, row?.g_v_last2];
}

describe('S5.6 lists', () => {
  const rows = table`
    k | t                    | tags            | nums         | s
    a | 2025-01-01T00:00:00Z | ["x", null, "y"] | [5, null, 1] | u
    a | 2025-01-01T00:00:01Z | []              | []           | u
    a | 2025-01-01T00:00:02Z |                 |              | v
    a | 2025-01-01T00:00:03Z | ["x", "x"]      | [2]          | v
    a | 2025-01-01T00:00:04Z | [null]          | [null]       | w`;
  const question = { log: rows, asks: later };

  test('S5.6 scalar operations see the elements, nulls skipped', async () => {
    expect(await valuesOf(count('tags'), question)).toEqual([4]);
    expect(await valuesOf(count(), question)).toEqual([5]);
    expect(await valuesOf(uniqueCount('tags'), question)).toEqual([2]);
    expect(await valuesOf(approxUniqueCount('tags'), question)).toEqual([2]);
    expect(await valuesOf(histogram('tags'), question)).toEqual([
      new Map([
        ['x', 3],
        ['y', 1],
      ]),
    ]);
    expect(await valuesOf(topKFrequent('tags', { k: 1 }), question)).toEqual([['x']]);
    expect(await valuesOf(max('tags'), question)).toEqual(['y']);
    expect(await valuesOf(sum('nums'), question)).toEqual([8]);
    expect(await valuesOf(average('nums'), question)).toEqual([8 / 3]);
    expect(await valuesOf(bottomK('nums', { k: 2 }), question)).toEqual([[1, 2]]);
    expect(await valuesOf(diversity('nums'), question)).toEqual([expect.closeTo(Math.log(3), 12)]);
    expect(await valuesOf(approxPercentile('nums', { percentiles: [100] }), question)).toEqual([
      expect.closeTo(5, 1),
    ]);
  });

  test('S5.6 elements of one list tie: RATE_OF_CHANGE goes from the least of the first to the greatest of the last', async () => {
    expect(await valuesOf(rateOfChange('nums'), question)).toEqual([1]);
  });

  test('S5.6 FIRST, LAST, FIRST_K and LAST_K take the whole list, empty ones too', async () => {
    expect(await valuesOf(first('tags'), question)).toEqual([['x', null, 'y']]);
    expect(await valuesOf(last('tags'), question)).toEqual([[null]]);
    expect(await valuesOf(firstK('tags', { k: 2 }), question)).toEqual([[['x', null, 'y'], []]]);
    expect(await valuesOf(lastK('nums', { k: 9 }), question)).toEqual([
      [[null], [2], [], [5, null, 1]],
    ]);
  });

  test('S5.6 lists of lists are whole lists', async () => {
    expect(await nested('double', [[[1], null, []], [[2, null]]])).toEqual([
      [[1], null, []],
      [[[2, null]], [[1], null, []]],
    ]);
  });

  // Strings become dictionary codes, at most one list deep.
  test('S5.6 lists of lists of strings are refused, not misread', async () => {
    await expect((async () => nested('string', [[['x']]]))()).rejects.toThrow(/OPERATION_TYPE/);
  });

  test('S5.6 a vector takes the whole list', async () => {
    const given = [
      [1, 2],
      [3, 4],
    ].map((nums, idx) => ({ k: 'a', t: `2025-01-01T00:00:0${idx}Z`, nums }));
    expect(await valuesOf(vectorSum('nums'), { log: given, asks: later })).toEqual([[4, 6]]);
  });

  test('S5.6 lists of nothing but nulls, or of nothing, are nothing to aggregate', async () => {
    const given = table`
      k | t                    | tags   | nums
      a | 2025-01-01T00:00:00Z | [null] | []
      a | 2025-01-01T00:00:01Z | []     | [null]`;
    const [row] = await rowsOf([count('tags'), max('tags'), sum('nums'), uniqueCount('nums')], {
      log: given,
      asks: later,
    });
    expect(row).toMatchObject({
      g_tags_count: 0,
      g_tags_max: null,
      g_nums_sum: null,
      g_nums_unique_count: 0,
    });
  });

  test('S5.6 by and where with lists', async () => {
    expect(await valuesOf(count('tags', { by: 's' }), question)).toEqual([
      new Map([
        ['u', 2],
        ['v', 2],
      ]),
    ]);
    expect(await valuesOf(sum('nums', { where: "s = 'u'" }), question)).toEqual([6]);
    expect(await valuesOf(last('nums', { by: 's' }), question)).toEqual([
      new Map([
        ['u', []],
        ['v', [2]],
        ['w', [null]],
      ]),
    ]);
  });
});
