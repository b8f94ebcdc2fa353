import {
  approxUniqueCount,
  average,
  count,
  entities,
  events,
  groupBy,
  join,
  last,
  part,
  sum,
} from '@tessera/api';

/** The feature repository of the README, minus what is served. */
export const transactions = events({
  name: 'payments.transactions',
  path: 'data/transactions',
  columns: {
    transaction_id: 'string',
    user_id: 'string',
    merchant_id: 'string',
    device_id: 'string',
    amount: 'double',
    currency: 'string',
    channel: 'string',
    ts: 'timestamp',
    is_fraud: 'boolean',
  },
  time: 'ts',
  tieBreaker: 'transaction_id',
});

export const merchantProfiles = entities({
  name: 'merchants.profiles',
  path: 'data/merchant_profiles',
  keys: ['merchant_id'],
  columns: {
    merchant_id: 'string',
    category: 'string',
    country: 'string',
    age_days: 'int64',
    chargeback_rate: 'double',
  },
});

export const userSpend = groupBy({
  name: 'user_spend',
  owner: 'fraud-team',
  description: 'How much, how often and where a user pays.',
  source: transactions,
  keys: ['user_id'],
  aggregations: [
    count({ windows: ['1h', '1d', '7d'] }),
    sum('amount', { windows: ['1d', '7d', '30d'] }),
    average('amount', { windows: ['7d', '30d'] }),
    sum('amount', { windows: ['7d'], where: "currency <> 'USD'", as: 'foreign_amount' }),
    count({ windows: ['7d'], by: 'channel' }),
    approxUniqueCount('merchant_id', { windows: ['1d', '7d'] }),
    last('device_id'),
  ],
  online: true,
});

export const merchantRisk = groupBy({
  name: 'merchant_risk',
  source: transactions,
  keys: ['merchant_id'],
  aggregations: [sum('is_fraud', { windows: ['30d'] }), count({ windows: ['30d'] })],
});

export const deviceStats = groupBy({
  name: 'device_stats',
  source: transactions,
  keys: ['device_id'],
  aggregations: [count({ windows: ['1d'] })],
});

export const fraudV2 = join({
  name: 'fraud_v2',
  left: transactions,
  parts: [
    part(userSpend),
    part(merchantRisk, { lag: '7d' }),
    part(deviceStats, { keys: { device_id: 'device_id' } }),
    part(merchantProfiles),
  ],
});
