import {
  approxPercentile,
  approxUniqueCount,
  bottomK,
  count,
  entities,
  events,
  firstK,
  groupBy,
  groupByColumns,
  join,
  lastK,
  outputColumns,
  part,
  stddevSample,
  sum,
  topK,
  topKFrequent,
  weightedAverage,
} from '@tessera/api';
import { features, table } from '@tessera/testing';
import { describe, expect, test } from 'vitest';
import { type Asked, asks, at, errorOf, log, rowsOf } from './support.js';

/** The one column name that an aggregation gets in a groupBy. */
function nameOf(aggregation: Asked, group = 'user_spend'): string | undefined {
  return groupByColumns(
    groupBy({ name: group, source: log, keys: ['k'], aggregations: [aggregation] }),
  )[0]?.name;
}

describe('S6 {group_by}_{input}_{operation}_{window}_by_{bucket}', () => {
  test.each([
    [sum('x', { windows: ['7d'] }), 'user_spend_x_sum_7d'],
    [sum('x'), 'user_spend_x_sum'],
    [sum('x', { windows: ['30m'], by: 's' }), 'user_spend_x_sum_30m_by_s'],
    [sum('x', { by: 's' }), 'user_spend_x_sum_by_s'],
    [count({ windows: ['7d'] }), 'user_spend_count_7d'],
    [count(), 'user_spend_count'],
    [count('x', { windows: ['7d'] }), 'user_spend_x_count_7d'],
    [lastK('x', { k: 10 }), 'user_spend_x_last10'],
    [firstK('x', { k: 2, windows: ['1h'] }), 'user_spend_x_first2_1h'],
    [topK('x', { k: 3 }), 'user_spend_x_top3'],
    [bottomK('x', { k: 3 }), 'user_spend_x_bottom3'],
    [topKFrequent('s', { k: 3, windows: ['1d'] }), 'user_spend_s_top3_frequent_1d'],
    [approxPercentile('x', { percentiles: [50], windows: ['1d'] }), 'user_spend_x_p50_1d'],
    [approxPercentile('x', { percentiles: [50, 99] }), 'user_spend_x_p50_p99'],
    [approxPercentile('x', { percentiles: [99.9] }), 'user_spend_x_p99_9'],
    [approxUniqueCount('s'), 'user_spend_s_approx_unique_count'],
    [stddevSample('x'), 'user_spend_x_stddev_sample'],
    [weightedAverage('x', { weight: 'w' }), 'user_spend_x_weighted_average'],
    [sum('x', { as: 'total', windows: ['7d'] }), 'user_spend_total_7d'],
    [count({ as: 'visits', windows: ['7d'], by: 's' }), 'user_spend_visits_7d_by_s'],
    [sum('x', { where: 'x > 1' }), 'user_spend_x_sum'],
  ] as const)('S6 %o', (aggregation, name) => {
    expect(nameOf(aggregation)).toBe(name);
  });

  test('S6 the rows that come out have these names', async () => {
    const [row] = await rowsOf(
      [sum('x', { windows: ['7d', null] }), count({ as: 'Big Ones', where: 'x > 1' })],
      {
        log: table`
      k | t                    | x
      a | 2025-01-01T00:00:00Z | 2`,
        asks: at('2025-01-02T00:00:00Z'),
      },
    );
    expect(row).toEqual({
      k: 'a',
      t: '2025-01-02T00:00:00Z',
      g_x_sum_7d: 2,
      g_x_sum: 2,
      g_big_ones: 1,
    });
  });
});

describe('S6 characters', () => {
  test.each([
    ['User.Spend', 'user_spend_x_sum'],
    ['user--spend  (v2)', 'user_spend_v2_x_sum'],
    ['user__spend', 'user_spend_x_sum'],
    ['ÜBER größe', 'über_größe_x_sum'],
    ['数量 3', '数量_3_x_sum'],
    ['Σ٣', 'σ٣_x_sum'],
    ['a🙂b', 'a_b_x_sum'],
  ])('S6 %s', (group, name) => {
    expect(nameOf(sum('x'), group)).toBe(name);
  });

  test('S6 input, bucket, as and prefix are sanitised with the rest', () => {
    const source = events({
      name: 'odd',
      path: 'odd',
      columns: { k: 'string', t: 'timestamp', 'Total (€)': 'double', 'Sales-Channel': 'string' },
      time: 't',
    });
    const g = groupBy({
      name: 'g',
      source,
      keys: ['k'],
      aggregations: [
        sum('Total (€)', { by: 'Sales-Channel', windows: ['1d'] }),
        count({ as: 'How many?' }),
      ],
    });
    const asked = join({ name: 'j', left: asks, parts: [part(g, { prefix: 'Home/Page' })] });
    expect(outputColumns(asked).map((column) => column.name)).toEqual([
      'home_page_g_total_sum_1d_by_sales_channel',
      'home_page_g_how_many_',
    ]);
  });
});

describe('S6 parts and entities', () => {
  const users = entities({
    name: 'crm.Users',
    path: 'users',
    columns: { k: 'string', 'Home Country': 'string', level: 'int64' },
    keys: ['k'],
  });

  test('S6 a passed-through column is {source}_{column}', () => {
    const asked = join({ name: 'j', left: asks, parts: [part(users)] });
    expect(outputColumns(asked).map((column) => column.name)).toEqual([
      'crm_users_home_country',
      'crm_users_level',
    ]);
  });

  test('S6 or {group_by}_{column}', () => {
    const g = groupBy({ name: 'profile', source: users, keys: ['k'], aggregations: [] });
    expect(groupByColumns(g).map((column) => column.name)).toEqual([
      'profile_home_country',
      'profile_level',
    ]);
  });

  test("S6 a part's prefix goes in front of all its columns", async () => {
    const g = groupBy({ name: 'g', source: log, keys: ['k'], aggregations: [count()] });
    const asked = join({
      name: 'j',
      left: asks,
      parts: [part(g, { prefix: 'payer' }), part(users, { prefix: 'payer' })],
    });
    const [row] = await features(asked)
      .given({ asks: at('2025-01-02T00:00:00Z') })
      .rows();
    expect(Object.keys(row ?? {})).toEqual([
      'k',
      't',
      'payer_g_count',
      'payer_crm_users_home_country',
      'payer_crm_users_level',
    ]);
  });
});

describe('S6 one name twice', () => {
  const g = groupBy({
    name: 'g',
    source: log,
    keys: ['k'],
    aggregations: [sum('x', { windows: ['7d'] })],
  });

  test('S6 is an error that shows both origins', async () => {
    const error = await errorOf(() =>
      groupBy({
        name: 'g',
        source: log,
        keys: ['k'],
        aggregations: [
          sum('x', { windows: ['7d'], where: 'b' }),
          sum('x', { windows: ['1d', '7d'] }),
        ],
      }),
    );
    expect(error.code).toBe('DUPLICATE_COLUMN_NAME');
    expect(error.message).toContain('g_x_sum_7d');
    expect(error.message).toContain("1: g › sum('x') over 7d where b");
    expect(error.message).toContain("2: g › sum('x') over 7d\n");
  });

  test('S6 across parts', async () => {
    const error = await errorOf(() =>
      join({ name: 'j', left: asks, parts: [part(g), part(g, { lag: '1d' })] }),
    );
    expect(error.code).toBe('DUPLICATE_COLUMN_NAME');
    expect(error.message.match(/g › sum\('x'\) over 7d/g)).toHaveLength(2);
  });

  test('S6 with a left column', async () => {
    const left = events({
      name: 'l',
      path: 'l',
      columns: { k: 'string', t: 'timestamp', g_x_sum_7d: 'double' },
      time: 't',
    });
    const error = await errorOf(() => join({ name: 'j', left, parts: [part(g)] }));
    expect(error.code).toBe('DUPLICATE_COLUMN_NAME');
    expect(error.message).toContain('left column `g_x_sum_7d` of l');
    expect(error.message).toContain("g › sum('x') over 7d");
  });

  test('S6 names that are made equal by sanitising are one name', async () => {
    const made = () =>
      groupBy({
        name: 'g',
        source: log,
        keys: ['k'],
        aggregations: [count({ as: 'A b' }), count({ as: 'a-B' })],
      });
    expect((await errorOf(made)).code).toBe('DUPLICATE_COLUMN_NAME');
  });

  test('S6 different windows, tails and prefixes do not clash', () => {
    const made = () =>
      join({ name: 'j', left: asks, parts: [part(g), part(g, { prefix: 'other', lag: '1d' })] });
    expect(made).not.toThrow();
  });
});
