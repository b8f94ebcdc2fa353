import { average, col, count, events, groupBy, join, last, part, sum } from '@tessera/api';
import { features, table } from '@tessera/testing';
import { expect, test } from 'vitest';

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'string', user: 'string', amount: 'double', country: 'string', at: 'timestamp' },
  time: 'at',
  tieBreaker: 'id',
});
const spend = groupBy({
  name: 'spend',
  source: payments,
  keys: ['user'],
  aggregations: [
    sum('amount', { windows: ['1d'] }),
    average('amount', { windows: ['7d'] }),
    count(),
    last('country'),
  ],
  derive: {
    mean: 'amount_sum_1d / count',
    home: { expression: "coalesce(country_last, 'none') || '/' || user", type: 'string' },
  },
});

const ROWS = table`
  id | user | amount | country | at
  a  | u    | 1      | DE      | 2025-01-01T10:00:00Z
  b  | u    | 2      | FR      | 2025-01-01T11:00:00Z
  c  | u    | 30     | FR      | 2025-01-02T10:30:00Z
  d  |      | 30     | FR      | 2025-01-02T10:30:00Z
  e  | v    | 0      |         | 2025-01-03T10:30:00Z`;

test('S7: of a join, of its parts, of each other, in the order declared', async () => {
  const asked = join({
    name: 'asked',
    left: payments,
    parts: [part(spend, { prefix: 'p' })],
    derive: {
      double_ratio: 'ratio * 2',
      ratio: 'amount / p_spend_amount_average_7d',
      abroad: { expression: col('country').ne(col('p_spend_country_last')), type: 'boolean' },
      day: { expression: "ds || ' ' || id", type: 'string' },
      again: 'p_spend_mean + 1',
    },
  });
  const rows = await features(asked).given({ payments: ROWS }).rows();
  expect(Object.keys(rows[0] ?? {})).toEqual([
    'id',
    'user',
    'amount',
    'country',
    'at',
    'p_spend_amount_sum_1d',
    'p_spend_amount_average_7d',
    'p_spend_count',
    'p_spend_country_last',
    'p_spend_mean',
    'p_spend_home',
    'double_ratio',
    'ratio',
    'abroad',
    'day',
    'again',
  ]);
  const shown = rows.map((row) => [
    row.id,
    row.ratio,
    row.double_ratio,
    row.abroad,
    row.day,
    row.p_spend_mean,
    row.p_spend_home,
    row.again,
  ]);
  expect(shown).toEqual([
    ['a', null, null, null, '2025-01-01 a', null, 'none/u', null],
    ['b', 2, 4, true, '2025-01-01 b', 1, 'DE/u', 2],
    ['c', 20, 40, false, '2025-01-02 c', 1.5, 'FR/u', 2.5],
    ['d', null, null, null, '2025-01-02 d', null, null, null],
    ['e', null, null, null, '2025-01-03 e', null, 'none/v', null],
  ]);
});

test('only: what is not named is computed where it is read, and does not come out', async () => {
  const asked = join({
    name: 'asked',
    left: payments,
    parts: [part(spend)],
    derive: { ratio: 'amount / spend_amount_average_7d', unread: 'amount * 2' },
    only: ['ratio', 'spend_count'],
  });
  const rows = await features(asked).given({ payments: ROWS }).rows();
  expect(rows.map(({ id, ratio, spend_count }) => [id, ratio, spend_count])).toEqual([
    ['a', null, 0],
    ['b', 2, 1],
    ['c', 20, 2],
    ['d', null, null],
    ['e', null, 0],
  ]);
  expect(Object.keys(rows[0] ?? {})).toEqual([
    'id',
    'user',
    'amount',
    'country',
    'at',
    'spend_count',
    'ratio',
  ]);
});

test('maps are given as a Map or an object; a column not given is null', async () => {
  const baskets = events({
    name: 'baskets',
    path: 'baskets',
    columns: {
      user: 'string',
      items: 'map<string,int64>',
      ages: 'map<int64,list<string>>',
      at: 'timestamp',
    },
    time: 'at',
    select: { apples: { expression: "map_get(items, 'apple')", type: 'int64' } },
  });
  const asked = join({
    name: 'asked',
    left: baskets,
    parts: [
      part(groupBy({ name: 'g', source: baskets, keys: ['user'], aggregations: [sum('apples')] })),
    ],
    derive: {
      kinds: { expression: 'map_size(items)', type: 'int64' },
      first: { expression: 'element_at(map_get(ages, 7), 1)', type: 'string' },
    },
  });
  const at = (hour: number) => `2025-01-01T0${hour}:00:00Z`;
  const rows = await features(asked)
    .given({
      baskets: [
        {
          user: 'u',
          items: { apple: 2, pear: null },
          ages: new Map([[7n, ['a', 'b']]]),
          at: at(1),
        },
        { user: 'u', items: new Map([['apple', 3n]]), at: at(2) },
        { user: 'u', at: at(3) },
      ],
    })
    .rows();
  expect(
    rows.map((row) => [row.apples, row.g_apples_sum, row.kinds, row.first, row.items]),
  ).toEqual([
    [
      2n,
      null,
      2n,
      'a',
      new Map<string, bigint | null>([
        ['apple', 2n],
        ['pear', null],
      ]),
    ],
    [3n, 2n, 1n, null, new Map([['apple', 3n]])],
    [null, 5n, null, null, null],
  ]);
  const wrong = features(asked).given({ baskets: [{ user: 'u', items: 'apple', at: at(1) }] });
  await expect(wrong.rows()).rejects.toThrow(
    '`baskets.items` holds apple, which is not map<string,int64>',
  );
});
