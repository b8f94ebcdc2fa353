import {
  bottomK,
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
  topK,
  topKFrequent,
} from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { type Asked, asks, at, type Rows, valuesOf } from './support.js';

const later = at('2025-02-01T00:00:00Z');

/** Rows of key `a` at one instant. */
function tied(...rows: readonly Readonly<Record<string, unknown>>[]): Rows {
  return rows.map((row) => ({ k: 'a', t: '2025-01-01T00:00:00Z', ...row })) as Rows;
}

/** The feature's value, which must not change when rows are given in another order. */
async function anyOrder(aggregation: Asked, rows: Rows): Promise<unknown> {
  const [forward] = await valuesOf(aggregation, { log: rows, asks: later });
  const [backward] = await valuesOf(aggregation, { log: [...rows].reverse(), asks: later });
  expect(backward).toEqual(forward);
  return forward;
}

describe('S5.4 ties in time', () => {
  test('S5.4 without a tieBreaker the values decide: FIRST the least, LAST the greatest', async () => {
    const rows = tied({ x: 2 }, { x: -3 }, { x: 10 });
    expect(await anyOrder(first('x'), rows)).toBe(-3);
    expect(await anyOrder(last('x'), rows)).toBe(10);
    expect(await anyOrder(firstK('x', { k: 2 }), rows)).toEqual([-3, 2]);
    expect(await anyOrder(lastK('x', { k: 2 }), rows)).toEqual([10, 2]);
    expect(await anyOrder(rateOfChange('x'), rows)).toBe(13 / 3);
  });

  test.each([
    ['string', 's', ['b', 'a', 'B', ''], '', 'b'],
    ['int64', 'n', [10n, 9n, -1n], -1n, 10n],
    ['decimal', 'd', ['1.50', '-2.00', '-0.01'], '-2.00', '1.50'],
    [
      'wide decimal',
      'wide',
      ['12345678901234567890.00', '-12345678901234567890.00', '0.00'],
      '-12345678901234567890.00',
      '12345678901234567890.00',
    ],
    ['boolean', 'b', [true, false], false, true],
    ['date', 'day', ['2025-01-01', '1969-12-31'], '1969-12-31', '2025-01-01'],
    [
      'timestamp',
      'seen',
      ['2025-01-01T00:00:00.000002Z', '2025-01-01T00:00:00.000001Z'],
      '2025-01-01T00:00:00.000001Z',
      '2025-01-01T00:00:00.000002Z',
    ],
    ['list', 'nums', [[2], [1, 5], [1], []], [], [2]],
    ['list of strings', 'tags', [['b'], ['a', 'z'], [null], ['a']], [null], ['b']],
  ] as const)('S5.4 tied values of type %s', async (_, column, values, least, greatest) => {
    const rows = tied(...values.map((value) => ({ [column]: value })));
    expect(await anyOrder(first(column), rows)).toEqual(least);
    expect(await anyOrder(last(column), rows)).toEqual(greatest);
  });

  test('S5.4 time goes before values', async () => {
    const rows = table`
      k | t                        | x
      a | 2025-01-01T00:00:00.001Z | 1
      a | 2025-01-01T00:00:00.000Z | 9
      a | 2025-01-01T00:00:00.001Z | 2`;
    expect(await anyOrder(first('x'), rows)).toBe(9);
    expect(await anyOrder(firstK('x', { k: 3 }), rows)).toEqual([9, 1, 2]);
    expect(await anyOrder(lastK('x', { k: 3 }), rows)).toEqual([2, 1, 9]);
  });

  test('S5.4 a null is no value of a tie', async () => {
    const rows = tied({ x: null }, { x: 1 }, { x: 2 });
    expect(await anyOrder(first('x'), rows)).toBe(1);
    expect(await anyOrder(last('x'), rows)).toBe(2);
  });

  describe('with a tieBreaker', () => {
    const columns = {
      k: 'string',
      t: 'timestamp',
      x: 'double',
      b: 'string',
      rank: 'int64',
      tag: 'string',
    } as const;
    const ask = async (tieBreaker: 'rank' | 'tag' | 'x', rows: Rows) => {
      const source = events({ name: 'log', path: 'log', columns, time: 't', tieBreaker });
      const aggregations = [
        first('x'),
        last('x'),
        firstK('x', { k: 3 }),
        lastK('x', { k: 3 }),
        rateOfChange('x'),
        last('x', { by: 'b', as: 'bucketed' }),
        max('x'),
      ] as const;
      const g = groupBy({ name: 'g', source, keys: ['k'], aggregations });
      const asked = features(join({ name: 'j', left: asks, parts: [part(g)] }));
      const [forward] = await asked.given({ log: rows, asks: later }).rows();
      const [backward] = await asked.given({ log: [...rows].reverse(), asks: later }).rows();
      expect(backward).toEqual(forward);
      return forward;
    };

    test('S5.4 it goes before the value, as a number', async () => {
      const row = await ask(
        'rank',
        tied({ x: 5, rank: 10, b: 'u' }, { x: 8, rank: 2, b: 'u' }, { x: 1, rank: 9, b: 'u' }),
      );
      expect(row).toMatchObject({
        g_x_first: 8,
        g_x_last: 5,
        g_x_first3: [8, 1, 5],
        g_x_last3: [5, 1, 8],
        g_x_rate_of_change: -3 / 8,
        g_x_max: 8,
      });
      expect([...(row?.g_bucketed_by_b ?? [])]).toEqual([['u', 5]]);
    });

    test('S5.4 it goes before the value, as a string by code point', async () => {
      const row = await ask(
        'tag',
        tied({ x: 1, tag: '\u{10000}' }, { x: 2, tag: '\uffff' }, { x: 3, tag: 'Z' }),
      );
      expect(row?.g_x_first3).toEqual([3, 2, 1]);
    });

    test('S5.4 where it ties too the value decides', async () => {
      const row = await ask('rank', tied({ x: 5, rank: 1 }, { x: 3, rank: 1 }, { x: 9, rank: 0 }));
      expect(row).toMatchObject({ g_x_first3: [9, 3, 5], g_x_last3: [5, 3, 9] });
    });

    test('S5.4 time goes before it', async () => {
      const row = await ask(
        'rank',
        table`
        k | t                        | x | rank
        a | 2025-01-01T00:00:00.000Z | 1 | 9
        a | 2025-01-01T00:00:00.001Z | 2 | 1`,
      );
      expect(row).toMatchObject({ g_x_first: 1, g_x_last: 2 });
    });

    test('S5.4 the greatest may hold no value: then the next one is last', async () => {
      const row = await ask('rank', tied({ x: 5, rank: 1 }, { x: null, rank: 2 }));
      expect(row).toMatchObject({ g_x_first: 5, g_x_last: 5 });
    });

    test('S5.4 the aggregated column may be the tieBreaker itself', async () => {
      expect(await ask('x', tied({ x: 5 }, { x: -7 }, { x: 6 }))).toMatchObject({
        g_x_first3: [-7, 5, 6],
      });
    });
  });
});

describe('S5.5 order of strings and booleans', () => {
  // By UTF-16 units U+10000 (D800 DC00) would come before U+FFFF; by a locale é before Z, and a before B.
  const ascending = ['', '10', '9', 'B', 'Z', 'a', 'a\u0301', 'b', '\u00e9', '\uffff', '\u{10000}'];
  const rows = tied(...[...ascending].reverse().map((s) => ({ s, tags: [s, s] })));

  test('S5.5 strings compare by code point', async () => {
    expect(await anyOrder(bottomK('s', { k: 99 }), rows)).toEqual(ascending);
    expect(await anyOrder(topK('s', { k: 2 }), rows)).toEqual(['\u{10000}', '\uffff']);
    expect(await anyOrder(min('s'), rows)).toBe('');
    expect(await anyOrder(max('s'), rows)).toBe('\u{10000}');
  });

  test('S5.5 for FIRST and LAST, and equal counts, too', async () => {
    expect(await anyOrder(firstK('s', { k: 99 }), rows)).toEqual(ascending);
    expect(await anyOrder(last('tags'), rows)).toEqual(['\u{10000}', '\u{10000}']);
    expect(await anyOrder(topKFrequent('s', { k: 99 }), rows)).toEqual(ascending);
    expect([...((await anyOrder(histogram('s'), rows)) as Map<string, number>).keys()]).toEqual(
      ascending,
    );
  });

  test('S5.5 false is less than true', async () => {
    const flags = tied({ b: true }, { b: false }, { b: true });
    expect(await anyOrder(min('b'), flags)).toBe(false);
    expect(await anyOrder(max('b'), flags)).toBe(true);
    expect(await anyOrder(topK('b', { k: 3 }), flags)).toEqual([true, true, false]);
    expect(await anyOrder(bottomK('b', { k: 3 }), flags)).toEqual([false, true, true]);
  });
});
