import type { FeatureRow } from '@tessera/api';
import { expectTypeOf, test } from 'vitest';
import type { fraudV2 } from './fraud.js';

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
