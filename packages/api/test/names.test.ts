import {
  type AggregationSpec,
  featureName,
  groupByColumns,
  leftColumns,
  outputColumns,
  passedThroughName,
  sanitizeName,
} from '@tessera/api';
import { expect, test } from 'vitest';
import { fraudV2, merchantRisk } from './fraud.js';

function check(
  expected: string,
  aggregation: Partial<AggregationSpec>,
  window: string | null = null,
): void {
  const whole = { operation: 'COUNT', windows: [window], ...aggregation } as const;
  expect(featureName({ groupBy: 'g', aggregation: whole, window })).toBe(expected);
}

test('S6: names, one by one', () => {
  check('g_count', {});
  check('g_count_7d', {}, '7d');
  check('g_x_count', { input: 'x' });
  check('g_x_sum_30d', { operation: 'SUM', input: 'x' }, '30d');
  check('g_x_weighted_average', { operation: 'WEIGHTED_AVERAGE', input: 'x', weight: 'w' });
  check('g_x_variance_sample', { operation: 'VARIANCE_SAMPLE', input: 'x' });
  check('g_x_approx_unique_count', { operation: 'APPROX_UNIQUE_COUNT', input: 'x' });
  check('g_x_first2', { operation: 'FIRST_K', input: 'x', k: 2 });
  check('g_x_last10_1h', { operation: 'LAST_K', input: 'x', k: 10 }, '1h');
  check('g_x_top3', { operation: 'TOP_K', input: 'x', k: 3 });
  check('g_x_bottom3', { operation: 'BOTTOM_K', input: 'x', k: 3 });
  check('g_x_top3_frequent', { operation: 'TOP_K_FREQUENT', input: 'x', k: 3 });
  check('g_x_p50', { operation: 'APPROX_PERCENTILE', input: 'x', percentiles: [50] });
  check('g_x_p50_p99_9', { operation: 'APPROX_PERCENTILE', input: 'x', percentiles: [50, 99.9] });
  check('g_foreign_amount_7d', { operation: 'SUM', input: 'x', as: 'foreign_amount' }, '7d');
  check('g_count_7d_by_channel', { by: 'Channel' }, '7d');
  check('g_foreign_7d_by_c', { by: 'c', as: 'foreign' }, '7d');
});

test('S6: lower case, every run of other characters is one _', () => {
  expect(sanitizeName('Payments.Transactions')).toBe('payments_transactions');
  expect(sanitizeName('a - / : b')).toBe('a_b');
  expect(sanitizeName('a__b')).toBe('a_b');
  expect(sanitizeName('_a_')).toBe('_a_');
  expect(sanitizeName('Größe €/m²')).toBe('größe_m_');
  expect(sanitizeName('顧客.数')).toBe('顧客_数');
  expect(sanitizeName('٣x')).toBe('٣x');
  check('g_x_sum', { operation: 'SUM', input: '_x' });
  expect(
    passedThroughName({ prefix: 'left_', groupBy: 'Merchants.Profiles', column: 'Home Town' }),
  ).toBe('left_merchants_profiles_home_town');
});

test('S6, S8: the columns of a join in order', () => {
  expect(leftColumns(fraudV2).map((column) => column.name)).toEqual(
    fraudV2.left.columns.map((column) => column.name),
  );
  const columns = outputColumns(fraudV2);
  expect(columns.map((column) => column.name)).toEqual([
    'user_spend_count_1h',
    'user_spend_count_1d',
    'user_spend_count_7d',
    'user_spend_amount_sum_1d',
    'user_spend_amount_sum_7d',
    'user_spend_amount_sum_30d',
    'user_spend_amount_average_7d',
    'user_spend_amount_average_30d',
    'user_spend_foreign_amount_7d',
    'user_spend_count_7d_by_channel',
    'user_spend_merchant_id_approx_unique_count_1d',
    'user_spend_merchant_id_approx_unique_count_7d',
    'user_spend_device_id_last',
    'merchant_risk_is_fraud_sum_30d',
    'merchant_risk_count_30d',
    'device_stats_count_1d',
    'merchants_profiles_category',
    'merchants_profiles_country',
    'merchants_profiles_age_days',
    'merchants_profiles_chargeback_rate',
  ]);
  const { hash, ...bucketed } = columns[9]!;
  expect(hash).toMatch(/^[0-9a-f]{32}$/);
  expect(bucketed).toEqual({
    name: 'user_spend_count_7d_by_channel',
    type: { kind: 'map', key: { kind: 'string' }, value: { kind: 'int64' } },
    partIdx: 0,
    aggregationIdx: 4,
    window: '7d',
  });
  const { hash: _, ...passed } = columns[18]!;
  expect(passed).toEqual({
    name: 'merchants_profiles_age_days',
    type: { kind: 'int64' },
    partIdx: 3,
    aggregationIdx: -1,
    input: 'age_days',
    window: null,
  });
});

test('S6: a groupBy on its own has the same names', () => {
  expect(groupByColumns(merchantRisk).map((column) => column.name)).toEqual([
    'merchant_risk_is_fraud_sum_30d',
    'merchant_risk_count_30d',
  ]);
});
