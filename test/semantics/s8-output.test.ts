import { count, entities, events, groupBy, histogram, join, part, sum } from '@tessera/api';
import { features, groupByFeatures, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { type Asked, at, log, type Rows, rowsOf, valuesOf } from './support.js';

const later = at('2025-01-02T00:00:00Z');

describe('S8 columns', () => {
  test('S8 left columns as declared, then features in the order of parts, aggregations and windows', async () => {
    const left = events({
      name: 'asks',
      path: 'asks',
      columns: { z: 'string', k: 'string', t: 'timestamp', a: 'int64' },
      time: 't',
    });
    const users = entities({
      name: 'users',
      path: 'users',
      columns: { level: 'string', k: 'string', born: 'date' },
      keys: ['k'],
    });
    const two = groupBy({
      name: 'zwei',
      source: log,
      keys: ['k'],
      aggregations: [sum('x', { windows: ['7d', null, '1h'] }), count({ windows: ['1d'] })],
    });
    const one = groupBy({ name: 'eins', source: log, keys: ['k'], aggregations: [count()] });
    const [row] = await features(
      join({ name: 'j', left, parts: [part(two), part(users), part(one)] }),
    )
      .given({
        asks: table`
      z | k | t                    | a
      z | a | 2025-01-01T00:00:00Z | 1`,
      })
      .rows();
    expect(Object.keys(row ?? {})).toEqual([
      'z',
      'k',
      't',
      'a',
      'zwei_x_sum_7d',
      'zwei_x_sum',
      'zwei_x_sum_1h',
      'zwei_count_1d',
      'users_level',
      'users_born',
      'eins_count',
    ]);
  });

  test('S8 a stand-alone groupBy: day, keys, features; days and then keys ascend', async () => {
    const g = groupBy({
      name: 'g',
      source: log,
      keys: ['s', 'n'],
      aggregations: [count(), sum('x')],
    });
    const rows = await groupByFeatures(g, { start: '2025-01-01', end: '2025-01-02' })
      .given({
        log: table`
      t                    | s | n  | x
      2025-01-02T00:00:00Z | a | 1  | 1
      2025-01-01T00:00:00Z | b | 9  | 1
      2025-01-01T00:00:00Z | b | 10 | 1
      2025-01-01T00:00:00Z | a | -2 | 1`,
      })
      .rows();
    expect(Object.keys(rows[0] ?? {})).toEqual(['ds', 's', 'n', 'g_count', 'g_x_sum']);
    expect(rows.map((row) => [row.ds, row.s, row.n])).toEqual([
      ['2025-01-01', 'a', -2n],
      ['2025-01-01', 'b', 9n],
      ['2025-01-01', 'b', 10n],
      ['2025-01-02', 'a', -2n],
      ['2025-01-02', 'a', 1n],
      ['2025-01-02', 'b', 9n],
      ['2025-01-02', 'b', 10n],
    ]);
  });
});

describe('S8 map entries are in key order (S5.5)', () => {
  const cases: readonly (readonly [string, string, readonly unknown[], readonly unknown[]])[] = [
    [
      'strings by code point',
      's',
      ['\u{10000}', '\uffff', 'é', 'a', 'Z', ''],
      ['', 'Z', 'a', 'é', '\uffff', '\u{10000}'],
    ],
    ['integers by value', 'n', [10n, 9n, -1n, 2n ** 60n], [-1n, 9n, 10n, 2n ** 60n]],
    ['decimals by value', 'd', ['10.00', '9.00', '-0.01'], ['-0.01', '9.00', '10.00']],
    [
      'wide decimals by value',
      'wide',
      ['12345678901234567890.00', '9.00', '-12345678901234567890.00'],
      ['-12345678901234567890.00', '9.00', '12345678901234567890.00'],
    ],
    ['booleans', 'b', [true, false], [false, true]],
    ['doubles', 'x', [0.5, -1e300, 1e300, -0.5], [-1e300, -0.5, 0.5, 1e300]],
    [
      'dates',
      'day',
      ['2025-01-01', '1969-12-31', '1970-01-01'],
      ['1969-12-31', '1970-01-01', '2025-01-01'],
    ],
    [
      'timestamps',
      'seen',
      ['2025-01-01T00:00:00Z', '1969-12-31T23:59:59.999999Z'],
      ['1969-12-31T23:59:59.999999Z', '2025-01-01T00:00:00Z'],
    ],
  ];

  test.each(cases)('S8 %s, in histograms and buckets', async (_, column, given, sorted) => {
    const rows = given.map((value, idx) => ({
      k: 'a',
      t: `2025-01-01T00:00:0${idx}Z`,
      [column]: value,
    })) as Rows;
    // Each column name of the table above is one of `log`.
    const by = column as 's';
    for (const aggregation of [histogram(by), count({ by })]) {
      for (const order of [rows, [...rows].reverse()]) {
        const [found] = await valuesOf(aggregation, { log: order, asks: later });
        expect([...(found as Map<unknown, number>).keys()]).toEqual(sorted);
      }
    }
  });
});

describe('S8 partitions', () => {
  test('S8 a left without ds gets the day of its time, `__none__` (last) where that is null', async () => {
    const left = events({
      name: 'asks',
      path: 'asks',
      columns: { id: 'int64', k: 'string', t: 'timestamp' },
      time: 't',
    });
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const rows = await features(join({ name: 'j', left, parts: [part(g)] }))
      .given({
        asks: table`
      id | k | t
      1  | a |
      2  | a | 2025-01-02T00:00:00.000Z
      3  | a | 2025-01-01T23:59:59.999Z
      4  | a |
      5  | a | 2025-01-01T00:00:00.000Z`,
      })
      .rows();
    expect(rows.map((row) => Number(row.id))).toEqual([3, 5, 2, 1, 4]);
  });

  test('S8 a left without rows gives none', async () => {
    expect(await valuesOf(count(), { log: [], asks: [] })).toEqual([]);
    expect(
      await valuesOf(count(), {
        log: table`
      k | t
      a | 2025-01-01T00:00:00Z`,
        asks: [],
      }),
    ).toEqual([]);
  });
});

test('S8 the same definition over the same input gives the same values, whatever the buckets or earlier runs', async () => {
  const given: Rows = Array.from({ length: 60 }, (_, idx) => ({
    k: `u${idx % 7}`,
    t: new Date(Date.UTC(2025, 0, 1) + ((idx * 7919) % 5000) * 60_000).toISOString(),
    x: ((idx * 31) % 17) / 7,
    s: ['web', 'app', null][idx % 3] ?? null,
    tags: idx % 4 === 0 ? null : [`t${idx % 5}`, null, 'x'],
  }));
  const asked = Array.from({ length: 30 }, (_, idx) => ({
    k: `u${(idx * 3) % 8}`,
    t: new Date(Date.UTC(2025, 0, 2) + idx * 7_200_000).toISOString(),
  }));
  const aggregations: readonly Asked[] = [
    sum('x', { windows: ['1h', '1d', '12d'] }),
    histogram('tags', { windows: ['1d'] }),
    sum('x', { by: 's' }),
  ];
  const once = await rowsOf(aggregations, { log: given, asks: asked });
  // A run in between, over other rows, leaves nothing behind.
  await rowsOf([histogram('tags'), sum('x', { by: 's' })], {
    log: given.slice(0, 9).map((row) => ({ ...row, s: 'other' })),
    asks: asked,
  });
  for (const buckets of [1, 2, 7])
    expect(await rowsOf(aggregations, { log: given, asks: asked, buckets })).toEqual(once);
});
