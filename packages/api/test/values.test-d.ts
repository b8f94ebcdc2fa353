import {
  approxPercentile,
  average,
  bottomK,
  count,
  diversity,
  entities,
  events,
  type FeatureRow,
  first,
  firstK,
  groupBy,
  histogram,
  join,
  kurtosis,
  lastK,
  max,
  min,
  part,
  rateOfChange,
  sum,
  topK,
  topKFrequent,
  uniqueCount,
  varianceSample,
  vectorAverage,
  vectorSum,
  weightedAverage,
} from '@tessera/api';
import { expectTypeOf, test } from 'vitest';

const left = events({
  name: 'left',
  path: 'left',
  columns: {
    id: 'int64!',
    ok: 'boolean!',
    i: 'int32',
    f: 'float',
    d: 'double!',
    money: 'decimal(10,2)',
    day: 'date',
    at: 'timestamptz!',
    ms: 'epoch_ms',
    tags: 'list<string>!',
    grid: 'list<list<int64>>',
    named: 'map<string,int64>',
    priced: 'map<decimal(10,2), list<double>>',
    ds: 'string',
  },
  time: 'at',
});

const g = groupBy({
  name: 'G.x-Y',
  source: left,
  keys: ['id'],
  aggregations: [
    count('tags', { windows: ['7d', null] }),
    sum('ok'),
    sum('i'),
    sum('f'),
    sum('money'),
    sum('ms'),
    average('ok'),
    weightedAverage('i', { weight: 'd' }),
    varianceSample('money'),
    kurtosis('d'),
    min('day'),
    max('ms', { by: 'ok' }),
    max('tags'),
    first('tags'),
    firstK('i', { k: 2 }),
    lastK('tags', { k: 10, windows: ['1h'] }),
    topK('money', { k: 3 }),
    bottomK('tags', { k: 3 }),
    uniqueCount('tags', { by: 'i' }),
    histogram('tags'),
    histogram('i', { by: 'day', windows: ['2d'], as: 'Spread %' }),
    topKFrequent('ok', { k: 5 }),
    diversity('tags'),
    approxPercentile('d', { percentiles: [50] }),
    approxPercentile('i', { percentiles: [50, 99.9] }),
    rateOfChange('f'),
  ],
});

const vectors = groupBy({
  name: 'v',
  source: events({
    name: 'v',
    path: 'v',
    columns: { id: 'int64', e: 'list<float>', t: 'epoch_s' },
    time: 't',
  }),
  keys: ['id'],
  aggregations: [vectorAverage('e'), vectorSum('e'), average('e', { by: 'id' })],
});

const profiles = entities({
  name: 'the profiles',
  path: 'p',
  keys: ['key'],
  columns: { key: 'int64', 'Home Town': 'string!', since: 'date', ds: 'string' },
});

const all = join({
  name: 'all',
  left,
  parts: [
    part(g),
    part(vectors, { prefix: 'P' }),
    part(profiles, { keys: { id: 'key' }, prefix: 'left_' }),
  ],
});

test('every value kind, nullable or not, and names by S6', () => {
  expectTypeOf<FeatureRow<typeof all>>().toEqualTypeOf<{
    id: bigint;
    ok: boolean;
    i: number | null;
    f: number | null;
    d: number;
    money: string | null;
    day: string | null;
    at: string;
    ms: bigint | null;
    tags: (string | null)[];
    grid: ((bigint | null)[] | null)[] | null;
    named: Map<string, bigint | null> | null;
    priced: Map<string, (number | null)[] | null> | null;
    g_x_y_tags_count_7d: number | null;
    g_x_y_tags_count: number | null;
    g_x_y_ok_sum: bigint | null;
    g_x_y_i_sum: bigint | null;
    g_x_y_f_sum: number | null;
    g_x_y_money_sum: string | null;
    g_x_y_ms_sum: bigint | null;
    g_x_y_ok_average: number | null;
    g_x_y_i_weighted_average: number | null;
    g_x_y_money_variance_sample: number | null;
    g_x_y_d_kurtosis: number | null;
    g_x_y_day_min: string | null;
    g_x_y_ms_max_by_ok: Map<boolean, bigint> | null;
    g_x_y_tags_max: string | null;
    g_x_y_tags_first: (string | null)[] | null;
    g_x_y_i_first2: number[] | null;
    g_x_y_tags_last10_1h: (string | null)[][] | null;
    g_x_y_money_top3: string[] | null;
    g_x_y_tags_bottom3: string[] | null;
    g_x_y_tags_unique_count_by_i: Map<number, number> | null;
    g_x_y_tags_histogram: Map<string, number> | null;
    g_x_y_spread_2d_by_day: Map<string, Map<number, number>> | null;
    g_x_y_ok_top5_frequent: boolean[] | null;
    g_x_y_tags_diversity: number | null;
    g_x_y_d_p50: number | null;
    g_x_y_i_p50_p99_9: number[] | null;
    g_x_y_f_rate_of_change: number | null;
    p_v_e_vector_average: number[] | null;
    p_v_e_vector_sum: number[] | null;
    p_v_e_average_by_id: Map<bigint, number | null> | null;
    left_the_profiles_home_town: string | null;
    left_the_profiles_since: string | null;
  }>();
});
