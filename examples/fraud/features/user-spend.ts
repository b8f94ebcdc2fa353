import { approxUniqueCount, average, count, groupBy, last, sum } from '@tessera/api';
import { transactions } from '../sources.js';

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
