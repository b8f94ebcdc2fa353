import {
  count,
  entities,
  events,
  groupBy,
  histogram,
  join,
  last,
  lastK,
  max,
  min,
  part,
  sum,
  uniqueCount,
  weightedAverage,
} from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import {
  asks,
  at,
  codesOf,
  errorOf,
  featureValues,
  log,
  type Rows,
  rowsOf,
  valuesOf,
} from './support.js';

const pairs = events({
  name: 'pairs',
  path: 'pairs',
  columns: { p: 'string', q: 'string', t: 'timestamp', x: 'double' },
  time: 't',
});
const byPair = groupBy({
  name: 'g',
  source: pairs,
  keys: ['p', 'q'],
  aggregations: [count(), sum('x')],
});
const pairAsks = events({
  name: 'asks',
  path: 'asks',
  columns: { p: 'string', q: 'string', t: 'timestamp' },
  time: 't',
});
const pairJoin = join({ name: 'j', left: pairAsks, parts: [part(byPair)] });

describe('S4.1 keys are typed tuples', () => {
  test('S4.1 ("ab", "c") is not ("a", "bc"), nor ("abc", "")', async () => {
    const rows = await features(pairJoin)
      .given({
        pairs: table`
        p  | q  | t                    | x
        ab | c  | 2025-01-01T00:00:00Z | 1
        a  | bc | 2025-01-01T00:00:00Z | 2
        abc| '' | 2025-01-01T00:00:00Z | 4`,
        asks: table`
        p   | q   | t
        ab  | c   | 2025-01-02T00:00:00Z
        a   | bc  | 2025-01-02T00:00:00Z
        abc | ''  | 2025-01-02T00:00:00Z
        ''  | abc | 2025-01-02T00:00:00Z`,
      })
      .rows();
    expect(rows.map((row) => [row.g_count, row.g_x_sum])).toEqual([
      [1, 1],
      [1, 2],
      [1, 4],
      [0, null],
    ]);
  });

  test('S4.1 the order of keys counts, and separators in values do not', async () => {
    const given: Rows = [
      { p: 'a|b', q: 'c', t: '2025-01-01T00:00:00Z', x: 1 },
      { p: 'a', q: 'b|c', t: '2025-01-01T00:00:00Z', x: 2 },
      { p: 'c', q: 'a|b', t: '2025-01-01T00:00:00Z', x: 4 },
    ];
    const rows = await features(pairJoin)
      .given({ pairs: given, asks: [{ p: 'a|b', q: 'c', t: '2025-01-02T00:00:00Z' }] })
      .rows();
    expect(rows[0]?.g_x_sum).toBe(1);
  });

  test('S4.1 keys are compared to the letter: case, spaces, accents and leading zeros', async () => {
    const names = ['a', 'A', 'a ', 'á', 'a\u0301', '1', '01', ''];
    const given = names.map((k, idx) => ({ k, t: '2025-01-01T00:00:00Z', x: 2 ** idx }));
    const asked = names.map((k) => ({ k, t: '2025-01-02T00:00:00Z' }));
    expect(await valuesOf(sum('x'), { log: given, asks: asked })).toEqual(
      names.map((_, idx) => 2 ** idx),
    );
  });

  test.each([
    ['int64', 'string'],
    ['int32', 'int64'],
    ['date', 'timestamp'],
    ['decimal(10,2)', 'decimal(10,3)'],
  ] as const)(
    'S4.1 a left key %s and a right key %s do not compile',
    async (leftType, rightType) => {
      const left = events({
        name: 'l',
        path: 'l',
        columns: { key: leftType as 'int64', t: 'timestamp' },
        time: 't',
      });
      const right = events({
        name: 'r',
        path: 'r',
        columns: { key: rightType as 'int64', t: 'timestamp' },
        time: 't',
      });
      const g = groupBy({ name: 'g', source: right, keys: ['key'], aggregations: [count()] });
      expect(await codesOf(() => join({ name: 'j', left, parts: [part(g)] }))).toEqual([
        'KEY_TYPE_MISMATCH',
      ]);
    },
  );

  test.each([
    ['int64', ['9007199254740993', '9007199254740992']],
    ['int32', ['-1', '1']],
    ['boolean', ['true', 'false']],
    ['date', ['2025-01-01', '2025-01-02']],
    ['timestamp', ['2025-01-01T00:00:00.000001Z', '2025-01-01T00:00:00.000002Z']],
    ['decimal(20,2)', ['123456789012345678.01', '123456789012345678.02']],
    ['double', ['0.1', '0.10000000000000002']],
  ] as const)(
    'S4.1 %s keys that differ in their last digit are two keys',
    async (type, [one, two]) => {
      const columns = { key: type as 'int64', t: 'timestamp' } as const;
      const left = events({ name: 'l', path: 'l', columns, time: 't' });
      const right = events({
        name: 'r',
        path: 'r',
        columns: { ...columns, x: 'double' },
        time: 't',
      });
      const g = groupBy({ name: 'g', source: right, keys: ['key'], aggregations: [sum('x')] });
      const rows = await features(join({ name: 'j', left, parts: [part(g)] }))
        .given({
          r: [
            { key: one, t: '2025-01-01T00:00:00Z', x: 1 },
            { key: two, t: '2025-01-01T00:00:00Z', x: 2 },
          ],
          l: [
            { key: one, t: '2025-02-01T00:00:00Z' },
            { key: two, t: '2025-02-01T00:00:00Z' },
          ],
        })
        .rows();
      expect(featureValues(rows)).toEqual([1, 2]);
    },
  );
});

describe('S4.2 null keys', () => {
  test('S4.2 a left row with any null key keeps its row, all features of that part null, counts too', async () => {
    const byP = groupBy({ name: 'single', source: pairs, keys: ['p'], aggregations: [count()] });
    const asked = join({ name: 'j', left: pairAsks, parts: [part(byPair), part(byP)] });
    const rows = await features(asked)
      .given({
        pairs: table`
        p | q | t                    | x
        a | b | 2025-01-01T00:00:00Z | 1`,
        asks: table`
        p | q | t
        a |   | 2025-01-02T00:00:00Z
          | b | 2025-01-02T00:00:00Z
          |   | 2025-01-02T00:00:00Z
        a | b | 2025-01-02T00:00:00Z`,
      })
      .rows();
    expect(rows.map((row) => [row.g_count, row.g_x_sum, row.single_count])).toEqual([
      [null, null, 1],
      [null, null, null],
      [null, null, null],
      [1, 1, 1],
    ]);
  });

  test('S4.2 a right row with any null key is dropped: null does not equal null', async () => {
    const rows = await features(pairJoin)
      .given({
        pairs: table`
        p | q | t                    | x
        a |   | 2025-01-01T00:00:00Z | 1
          | b | 2025-01-01T00:00:00Z | 2
          |   | 2025-01-01T00:00:00Z | 4
        a | b | 2025-01-01T00:00:00Z | 8`,
        asks: table`
        p | q | t
        a | b | 2025-01-02T00:00:00Z
        a |   | 2025-01-02T00:00:00Z`,
      })
      .rows();
    expect(rows.map((row) => row.g_x_sum)).toEqual([8, null]);
  });

  test('S4.2 an empty string is a key', async () => {
    const question = {
      log: table`
      k  | t                    | x
      '' | 2025-01-01T00:00:00Z | 1
         | 2025-01-01T00:00:00Z | 2`,
      asks: table`
      k  | t
      '' | 2025-01-02T00:00:00Z`,
    };
    expect(await valuesOf(sum('x'), question)).toEqual([1]);
  });
});

describe('S4.3 left rows', () => {
  test('S4.3 every left row comes out once, duplicates included, in order, whatever the buckets', async () => {
    const ids = Array.from({ length: 40 }, (_, idx) => `u${(idx * 7) % 11}`);
    const given = Array.from({ length: 11 }, (_, idx) => ({
      k: `u${idx}`,
      t: '2025-01-01T00:00:00Z',
      x: idx,
    }));
    const asked = ids.map((k) => ({ k, t: '2025-01-02T00:00:00Z' }));
    const one = await rowsOf([sum('x')], { log: given, asks: asked });
    expect(one.map((row) => row.k)).toEqual(ids);
    expect(featureValues(one)).toEqual(ids.map((k) => Number(k.slice(1))));
    expect(await rowsOf([sum('x')], { log: given, asks: asked, buckets: 5 })).toEqual(one);
  });

  test('S4.3 the order is that of partitions, then of rows inside one', async () => {
    const left = events({
      name: 'asks',
      path: 'asks',
      columns: { id: 'string', k: 'string', t: 'timestamp' },
      time: 't',
    });
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const rows = await features(join({ name: 'j', left, parts: [part(g)] }))
      .given({
        asks: table`
      ds         | id | k | t
      2025-01-03 | 1  | a | 2025-01-01T00:00:00Z
      2025-01-02 | 2  | a | 2025-01-02T09:00:00Z
      2025-01-02 | 3  | b | 2025-01-02T08:00:00Z
      2025-01-03 | 4  |   |
      2025-01-02 | 5  | a | 2025-01-02T08:00:00Z`,
      })
      .rows();
    expect(rows.map((row) => row.id)).toEqual(['2', '3', '5', '1', '4']);
  });

  test('S4.3 two equal (key, q) rows get equal values, also across partitions', async () => {
    const rows = await rowsOf([count(), sum('x', { windows: ['1h'] })], {
      log: table`
      k | t                    | x
      a | 2025-01-01T09:30:00Z | 1
      a | 2025-01-01T09:45:00Z | 2`,
      asks: table`
      ds         | k | t
      2025-01-01 | a | 2025-01-01T10:00:00Z
      2025-01-01 | a | 2025-01-01T10:00:00Z
      2025-01-07 | a | 2025-01-01T10:00:00Z`,
    });
    expect(rows.map((row) => [row.g_count, row.g_x_sum_1h])).toEqual([
      [2, 3],
      [2, 3],
      [2, 3],
    ]);
  });

  test('S4.3 left columns come out as they went in', async () => {
    const columns = {
      id: 'int64',
      k: 'string',
      t: 'timestamp',
      d: 'decimal(5,2)',
      tags: 'list<string>',
      x: 'double',
    } as const;
    const left = events({ name: 'asks', path: 'asks', columns, time: 't' });
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const [row] = await features(join({ name: 'j', left, parts: [part(g)] }))
      .given({
        asks: table`
      id               | k | t                           | d    | tags        | x
      9007199254740993 |   | 2025-01-01T00:00:00.000001Z | -1.5 | ["a", null] |`,
      })
      .rows();
    expect(row).toEqual({
      id: 9007199254740993n,
      k: null,
      t: '2025-01-01T00:00:00.000001Z',
      d: '-1.50',
      tags: ['a', null],
      x: null,
      g_count: null,
    });
  });
});

describe('S4.4 NaN, -0 and ±Infinity', () => {
  const odd = table`
    k | t                    | x         | w
    a | 2025-01-01T00:00:00Z | 3         | 1
    a | 2025-01-01T00:00:01Z | NaN       | 1
    a | 2025-01-01T00:00:02Z | ${-0}     | NaN`;

  test('S4.4 NaN is null: not counted, skipped, and null for a where', async () => {
    const question = { log: odd, asks: at('2025-01-02T00:00:00Z') };
    expect(await valuesOf(count('x'), question)).toEqual([2]);
    expect(await valuesOf(count(), question)).toEqual([3]);
    expect(await valuesOf(sum('x'), question)).toEqual([3]);
    expect(await valuesOf(count({ where: 'x is null' }), question)).toEqual([1]);
    expect(await valuesOf(weightedAverage('x', { weight: 'w' }), question)).toEqual([3]);
  });

  test('S4.4 NaN inside a list is null too', async () => {
    const question = {
      log: [{ k: 'a', t: '2025-01-01T00:00:00Z', nums: [1, Number.NaN, 2] }],
      asks: at('2025-01-02T00:00:00Z'),
    };
    expect(await valuesOf(count('nums'), question)).toEqual([2]);
    expect(await valuesOf(last('nums'), question)).toEqual([[1, null, 2]]);
  });

  test('S4.4 -0 is read as 0: one value with 0, and 0 when it comes out', async () => {
    const given = [{ x: -0 }, { x: 0 }].map((row, idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      nums: [-0],
      ...row,
    }));
    const question = { log: given, asks: at('2025-01-02T00:00:00Z') };
    expect(await valuesOf(uniqueCount('x'), question)).toEqual([1]);
    expect(await valuesOf(histogram('x'), question)).toEqual([new Map([[0, 2]])]);
    expect(await valuesOf(lastK('x', { k: 2 }), question)).toEqual([[0, 0]]);
    expect(await valuesOf(min('x'), question)).toEqual([0]);
    expect(await valuesOf(last('nums'), question)).toEqual([[0]]);
  });

  test('S4.4 as keys, -0 is 0 and NaN is null', async () => {
    const columns = { key: 'double', t: 'timestamp' } as const;
    const left = events({ name: 'l', path: 'l', columns, time: 't' });
    const right = events({ name: 'r', path: 'r', columns, time: 't' });
    const g = groupBy({ name: 'g', source: right, keys: ['key'], aggregations: [count()] });
    const rows = await features(join({ name: 'j', left, parts: [part(g)] }))
      .given({
        r: [-0, 0, Number.NaN].map((key) => ({ key, t: '2025-01-01T00:00:00Z' })),
        l: [0, -0, Number.NaN].map((key) => ({ key, t: '2025-01-02T00:00:00Z' })),
      })
      .rows();
    expect(rows.map((row) => row.g_count)).toEqual([2, 2, null]);
  });

  const infinite = table`
    k | t                    | x         | w        | nums
    a | 2025-01-01T00:00:00Z | 3         | 1        | [1]
    a | 2025-01-01T00:00:01Z | Infinity  | 1        | ${[2, Number.POSITIVE_INFINITY]}
    a | 2025-01-01T00:00:02Z | -Infinity | Infinity | [3]
    b | 2025-01-01T00:00:00Z | 1         | 1        | [4]`;

  test('S4.4 ±Infinity is null when not STRICT', async () => {
    const question = { log: infinite, asks: at('2025-01-02T00:00:00Z') };
    expect(await valuesOf(sum('x'), question)).toEqual([3]);
    expect(await valuesOf(count('x'), question)).toEqual([1]);
    expect(await valuesOf(max('x'), question)).toEqual([3]);
    expect(await valuesOf(last('x'), question)).toEqual([3]);
    expect(await valuesOf(uniqueCount('x'), question)).toEqual([1]);
    expect(await valuesOf(weightedAverage('x', { weight: 'w' }), question)).toEqual([3]);
    expect(await valuesOf(count('nums'), question)).toEqual([3]);
  });

  test.each([
    ['an input', sum('x')],
    ['a counted input', count('x')],
    ['a weight', weightedAverage('i', { weight: 'w' })],
    ['an element of a list', count('nums')],
  ] as const)(
    'S4.4 ±Infinity as %s is an error in STRICT, naming column and key',
    async (_, aggregation) => {
      const error = await errorOf(() =>
        rowsOf([aggregation], { log: infinite, asks: at('2025-01-02T00:00:00Z'), strict: true }),
      );
      expect(error.code).toBe('INFINITE_INPUT');
      expect(error.message).toContain('k=a');
    },
  );

  test('S4.4 in STRICT a column that no feature reads may hold anything', async () => {
    const question = { log: infinite, asks: at('2025-01-02T00:00:00Z'), strict: true };
    expect(await valuesOf(count(), question)).toEqual([3]);
  });

  test('S4.4 NaN is no error in STRICT', async () => {
    expect(
      await valuesOf(sum('x'), { log: odd, asks: at('2025-01-02T00:00:00Z'), strict: true }),
    ).toEqual([3]);
  });

  test('S4.4 a passed-through NaN is null', async () => {
    const sizes = entities({
      name: 'sizes',
      path: 'sizes',
      columns: { k: 'string', size: 'double' },
      keys: ['k'],
    });
    const rows = await features(join({ name: 'j', left: asks, parts: [part(sizes)] }))
      .given({
        sizes: table`
      ds         | k | size
      2025-01-01 | a | NaN`,
        asks: at('2025-01-02T00:00:00Z'),
      })
      .rows();
    expect(featureValues(rows)).toEqual([null]);
  });
});
