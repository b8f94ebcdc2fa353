import { entities, events } from '@tessera/api';

/**
 * Every payment, also the training rows of `fraud_v2`. `is_fraud` is filled in weeks after the payment, so it is a label of
 * the left row and never an input of a feature: features learn about fraud from `fraudLabels`, when it was confirmed.
 */
export const transactions = events({
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
});

/** What an investigation found, at the instant it found it: days to weeks after the payment. */
export const fraudLabels = events({
  name: 'payments.fraud_labels',
  path: 'fraud_labels',
  columns: {
    label_id: 'string!',
    transaction_id: 'string',
    user_id: 'string',
    merchant_id: 'string',
    amount: 'double',
    reason: 'string',
    is_fraud: 'boolean',
    confirmed_at: 'timestamp',
  },
  time: 'confirmed_at',
  tieBreaker: 'label_id',
});

/** A vendor's opinion of a merchant, sent whenever it changes. */
export const merchantRiskScores = events({
  name: 'vendor.merchant_risk_scores',
  path: 'merchant_risk_scores',
  columns: {
    score_id: 'string!',
    merchant_id: 'string',
    score: 'double',
    model_version: 'string',
    scored_at: 'timestamp',
  },
  time: 'scored_at',
  tieBreaker: 'score_id',
});

/** What is known about a device, sent when it is seen. Whole points, 0 (bad) to 100 (good). */
export const deviceReputation = events({
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
});

/** All merchants at the end of each day; the first dump is of the day before the first payment. */
export const merchantProfiles = entities({
  name: 'merchants.profiles',
  path: 'merchant_profiles',
  keys: ['merchant_id'],
  columns: {
    merchant_id: 'string!',
    category: 'string',
    country: 'string',
    age_days: 'int64',
    chargeback_rate: 'double',
  },
});
