/** Plain data that stands for calls of builders; `{ ref }` names another definition, as an import would. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const ref = (name: string): JsonObject => ({ ref: name });

/** The definitions of the fraud example, as data that can be corrupted anywhere. */
export const FRAUD_DRAFT: JsonObject = {
  sources: {
    transactions: {
      make: 'events',
      name: 'payments.transactions',
      path: 'transactions',
      columns: {
        transaction_id: 'string!',
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
    },
    fraudLabels: {
      make: 'events',
      name: 'payments.fraud_labels',
      path: 'fraud_labels',
      columns: {
        label_id: 'string!',
        merchant_id: 'string',
        amount: 'double',
        reason: 'string',
        is_fraud: 'boolean',
        confirmed_at: 'timestamp',
      },
      time: 'confirmed_at',
      tieBreaker: 'label_id',
    },
    deviceReputation: {
      make: 'events',
      name: 'vendor.device_reputation',
      path: 'device_reputation',
      columns: {
        report_id: 'string!',
        device_id: 'string',
        reputation: 'int64',
        vpn: 'boolean',
        seen_at: 'timestamp',
      },
      time: 'seen_at',
      tieBreaker: 'report_id',
    },
    merchantProfiles: {
      make: 'entities',
      name: 'merchants.profiles',
      path: 'merchant_profiles',
      keys: ['merchant_id'],
      columns: {
        merchant_id: 'string!',
        category: 'string',
        age_days: 'int64',
        chargeback_rate: 'double',
      },
    },
  },
  groupBys: {
    userSpend: {
      name: 'user_spend',
      source: ref('transactions'),
      keys: ['user_id'],
      aggregations: [
        { make: 'count', windows: ['1h', '1d', '7d'] },
        { make: 'sum', column: 'amount', windows: ['1d', '7d', '30d'] },
        { make: 'average', column: 'amount', windows: ['7d', '30d'] },
        {
          make: 'sum',
          column: 'amount',
          windows: ['7d'],
          where: "currency <> 'USD'",
          as: 'foreign_amount',
        },
        { make: 'count', windows: ['7d'], by: 'channel' },
        { make: 'approxUniqueCount', column: 'merchant_id', windows: ['1d', '7d'] },
        { make: 'last', column: 'device_id' },
      ],
      online: true,
    },
    userHabits: {
      name: 'user_habits',
      source: ref('transactions'),
      keys: ['user_id'],
      aggregations: [
        { make: 'stddev', column: 'amount', windows: ['30d'] },
        {
          make: 'approxPercentile',
          column: 'amount',
          percentiles: [50, 99],
          windows: ['30d'],
        },
        { make: 'histogram', column: 'channel', windows: ['7d'] },
        { make: 'topKFrequent', column: 'merchant_id', k: 3, windows: ['30d'] },
        { make: 'lastK', column: 'merchant_id', k: 3 },
      ],
      online: true,
    },
    merchantRisk: {
      name: 'merchant_risk',
      source: ref('fraudLabels'),
      keys: ['merchant_id'],
      aggregations: [
        { make: 'count', windows: ['30d'], where: 'is_fraud', as: 'confirmed_frauds' },
        { make: 'average', column: 'is_fraud', windows: ['30d'], as: 'fraud_rate' },
        {
          make: 'sum',
          column: 'amount',
          windows: ['30d'],
          where: 'is_fraud',
          as: 'fraud_amount',
        },
      ],
    },
    deviceTrust: {
      name: 'device_trust',
      source: ref('deviceReputation'),
      keys: ['device_id'],
      aggregations: [
        { make: 'last', column: 'reputation' },
        { make: 'min', column: 'reputation', windows: ['30d'] },
        { make: 'average', column: 'vpn', windows: ['30d'], as: 'vpn_share' },
      ],
      accuracy: 'snapshot',
    },
  },
  joins: {
    fraudV2: {
      name: 'fraud_v2',
      left: ref('transactions'),
      parts: [
        { of: ref('userSpend') },
        { of: ref('userHabits'), prefix: 'habit' },
        { of: ref('merchantRisk'), lag: '7d' },
        { of: ref('deviceTrust'), keys: { device_id: 'device_id' } },
        { of: ref('merchantProfiles'), missing: 'null' },
      ],
      derive: { amount_vs_week: 'amount / user_spend_amount_average_7d' },
      labels: [{ column: 'is_fraud', operation: 'max', windows: ['30d'], keys: ['user_id'] }],
    },
  },
};
