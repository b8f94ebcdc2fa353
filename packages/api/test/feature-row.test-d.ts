import { ahead, count, events, type FeatureRow, groupBy, join, part, sum } from '@tessera/api';
import { expectTypeOf, test } from 'vitest';
import { deviceStats, type fraudV2, transactions } from './fraud.js';

type Row = FeatureRow<typeof fraudV2>;

test('the row of the fraud join, exactly', () => {
  expectTypeOf<Row>().toEqualTypeOf<{
    transaction_id: string | null;
    user_id: string | null;
    merchant_id: string | null;
    device_id: string | null;
    amount: number | null;
    currency: string | null;
    channel: string | null;
    ts: string | null;
    is_fraud: boolean | null;
    user_spend_count_1h: number | null;
    user_spend_count_1d: number | null;
    user_spend_count_7d: number | null;
    user_spend_amount_sum_1d: number | null;
    user_spend_amount_sum_7d: number | null;
    user_spend_amount_sum_30d: number | null;
    user_spend_amount_average_7d: number | null;
    user_spend_amount_average_30d: number | null;
    user_spend_foreign_amount_7d: number | null;
    user_spend_count_7d_by_channel: Map<string, number> | null;
    user_spend_merchant_id_approx_unique_count_1d: number | null;
    user_spend_merchant_id_approx_unique_count_7d: number | null;
    user_spend_device_id_last: string | null;
    merchant_risk_is_fraud_sum_30d: bigint | null;
    merchant_risk_count_30d: number | null;
    device_stats_count_1d: number | null;
    merchants_profiles_category: string | null;
    merchants_profiles_country: string | null;
    merchants_profiles_age_days: bigint | null;
    merchants_profiles_chargeback_rate: number | null;
  }>();
});

const chargebacks = events({
  name: 'chargebacks',
  path: 'chargebacks',
  columns: { payer: 'string', loss: 'decimal(10,2)', kind: 'string', at: 'timestamp' },
  time: 'at',
});

test('labels are the last columns of the row, exactly', () => {
  const labelled = join({
    name: 'labelled',
    left: transactions,
    parts: [part(deviceStats)],
    labels: [
      ahead('is_fraud', { operation: 'max', windows: ['7d', '30d'], keys: ['user_id'] }),
      ahead({ operation: 'count', windows: ['1d'], keys: ['user_id', 'merchant_id'] }),
      ahead('is_fraud', { operation: 'sum', windows: ['1d'], keys: ['user_id'] }),
      ahead('amount', {
        operation: 'sum',
        ...{ windows: ['30d'], keys: ['user_id'], by: 'channel', as: 'spent' },
      }),
      ahead('device_id', { operation: 'lastK', k: 2, windows: ['30d'], keys: ['user_id'] }),
      ahead('amount', {
        operation: 'approxPercentile',
        ...{ percentiles: [50, 99], windows: ['30d'], keys: ['user_id'] },
      }),
      ahead('loss', {
        operation: 'max',
        ...{ windows: ['90d'], source: chargebacks, keys: { user_id: 'payer' } },
      }),
    ],
  });
  type LabelledRow = FeatureRow<typeof labelled>;
  type Labels = Omit<LabelledRow, keyof Row>;
  expectTypeOf<Labels>().toEqualTypeOf<{
    label_is_fraud_max_7d: boolean | null;
    label_is_fraud_max_30d: boolean | null;
    label_count_1d: number | null;
    label_is_fraud_sum_1d: bigint | null;
    label_spent_30d_by_channel: Map<string, number | null> | null;
    label_device_id_last2_30d: string[] | null;
    label_amount_p50_p99_30d: number[] | null;
    label_loss_max_90d: string | null;
  }>();
  expectTypeOf<LabelledRow['device_stats_count_1d']>().toEqualTypeOf<number | null>();
});

test('derived columns of parts, and what `only` leaves of them, exactly', () => {
  const ratios = groupBy({
    name: 'Ratios',
    source: transactions,
    keys: ['device_id'],
    aggregations: [count({ windows: ['1d', '7d'] }), sum('amount', { windows: ['7d'] })],
    derive: {
      mean: 'amount_sum_7d / count_7d',
      device: { expression: 'upper(device_id)', type: 'string' },
    },
    only: ['mean', 'device', 'count_1d'],
  });
  const derived = join({
    name: 'derived',
    left: chargebacks,
    parts: [part(ratios, { keys: { payer: 'device_id' }, prefix: 'of' })],
    derive: { above: { expression: 'of_ratios_mean > 3', type: 'boolean' }, half: 'loss / 2' },
  });
  expectTypeOf<FeatureRow<typeof derived>>().toEqualTypeOf<{
    payer: string | null;
    loss: string | null;
    kind: string | null;
    at: string | null;
    of_ratios_count_1d: number | null;
    of_ratios_mean: number | null;
    of_ratios_device: string | null;
    above: boolean | null;
    half: number | null;
  }>();
});
