import { count, groupBy, sum } from '@tessera/api';
import { transactions } from '../sources.js';

export const userMerchant = groupBy({
  name: 'user_merchant',
  owner: 'fraud-team',
  description: 'Whether this user has paid this merchant before.',
  source: transactions,
  keys: ['user_id', 'merchant_id'],
  aggregations: [count(), count({ windows: ['30d'] }), sum('amount', { windows: ['30d'] })],
  online: true,
});
