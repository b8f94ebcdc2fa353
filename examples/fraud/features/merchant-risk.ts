import { average, count, groupBy, histogram, sum } from '@tessera/api';
import { fraudLabels } from '../sources.js';

/**
 * Counted when fraud was confirmed, never when it was paid. Joined a week late: an investigation closed today reaches the
 * label table up to a week after, so a model served today knows only what was confirmed a week ago.
 */
export const merchantRisk = groupBy({
  name: 'merchant_risk',
  owner: 'fraud-team',
  description: 'Investigations of payments to a merchant, and how they ended.',
  source: fraudLabels,
  keys: ['merchant_id'],
  aggregations: [
    count({ windows: ['30d'] }),
    count({ windows: ['30d'], where: 'is_fraud', as: 'confirmed_frauds' }),
    average('is_fraud', { windows: ['30d'], as: 'fraud_rate' }),
    sum('amount', { windows: ['30d'], where: 'is_fraud', as: 'fraud_amount' }),
    histogram('reason', { windows: ['30d'] }),
  ],
  online: true,
});
