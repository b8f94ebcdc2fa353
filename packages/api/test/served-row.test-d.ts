import {
  ahead,
  count,
  type FetchKeys,
  type FetchRequest,
  groupBy,
  join,
  part,
  type ServedRow,
  sum,
} from '@tessera/api';
import { expectTypeOf, test } from 'vitest';
import { deviceStats, type fraudV2, transactions } from './fraud.js';

const spend = groupBy({
  name: 'spend',
  source: transactions,
  keys: ['user_id'],
  aggregations: [count({ windows: ['7d'] }), sum('amount', { windows: ['1d'] })],
  derive: { mean: 'amount_sum_1d / count_7d' },
  online: true,
});

const served = join({
  name: 'served',
  left: transactions,
  parts: [part(spend), part(deviceStats, { prefix: 'x' })],
  request: { amount: 'double' },
  derive: { ratio: 'amount / spend_amount_sum_1d' },
  labels: [ahead('is_fraud', { operation: 'max', windows: ['7d'], keys: ['user_id'] })],
});

test('a served row has keys, what requests bring, features and derived columns, exactly', () => {
  expectTypeOf<ServedRow<typeof served>>().toEqualTypeOf<{
    user_id: string | null;
    device_id: string | null;
    amount: number | null;
    spend_count_7d: number | null;
    spend_amount_sum_1d: number | null;
    spend_mean: number | null;
    x_device_stats_count_1d: number | null;
    ratio: number | null;
  }>();
});

test('what is asked for', () => {
  expectTypeOf<FetchKeys<typeof served>>().toEqualTypeOf<{
    readonly user_id: string | null;
    readonly device_id: string | null;
  }>();
  expectTypeOf<FetchRequest<typeof served>>().toEqualTypeOf<{ readonly amount: number | null }>();
  expectTypeOf<keyof FetchRequest<typeof fraudV2>>().toEqualTypeOf<never>();
});

test('of a groupBy by itself', () => {
  expectTypeOf<FetchKeys<typeof spend>>().toEqualTypeOf<{ readonly user_id: string | null }>();
  expectTypeOf<ServedRow<typeof spend>>().toEqualTypeOf<{
    user_id: string | null;
    spend_count_7d: number | null;
    spend_amount_sum_1d: number | null;
    spend_mean: number | null;
  }>();
});

test('only what `only` names is left', () => {
  const few = join({
    name: 'few',
    left: transactions,
    parts: [part(spend)],
    only: ['spend_count_7d'],
  });
  expectTypeOf<ServedRow<typeof few>>().toEqualTypeOf<{
    user_id: string | null;
    spend_count_7d: number | null;
  }>();
});
