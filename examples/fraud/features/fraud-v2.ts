import { ahead, join, part } from '@tessera/api';
import { merchantProfiles, transactions } from '../sources.js';
import { deviceStats } from './device-stats.js';
import { deviceTrust } from './device-trust.js';
import { merchantActivity } from './merchant-activity.js';
import { merchantRisk } from './merchant-risk.js';
import { merchantScores } from './merchant-scores.js';
import { userHabits } from './user-habits.js';
import { userMerchant } from './user-merchant.js';
import { userSpend } from './user-spend.js';

/**
 * One training row per payment: what was known the instant before it, and whether the user's payments of the next 30 days,
 * this one included, held a fraud.
 */
export const fraudV2 = join({
  name: 'fraud_v2',
  owner: 'fraud-team',
  description: 'Is this payment fraud?',
  left: transactions,
  parts: [
    part(userSpend),
    part(userHabits),
    part(merchantActivity),
    part(merchantRisk, { lag: '7d' }),
    part(merchantScores),
    part(deviceStats, { keys: { device_id: 'device_id' } }),
    part(deviceTrust),
    part(userMerchant),
    part(merchantProfiles),
  ],
  derive: { amount_vs_week: 'amount / user_spend_amount_average_7d' },
  // At request time the payment's amount is in nobody's store: the request brings it.
  request: { amount: 'double' },
  online: true,
  labels: [ahead('is_fraud', { operation: 'max', windows: ['30d'], keys: ['user_id'] })],
});
