import { approxPercentile, approxUniqueCount, average, count, groupBy, sum } from '@tessera/api';
import { transactions } from '../sources.js';

export const merchantActivity = groupBy({
  name: 'merchant_activity',
  owner: 'merchant-team',
  description: 'How busy a merchant is, and with whom.',
  source: transactions,
  keys: ['merchant_id'],
  aggregations: [
    count({ windows: ['1h', '7d'] }),
    average('amount', { windows: ['7d'] }),
    sum('amount', { windows: ['7d'], by: 'currency' }),
    approxPercentile('amount', { percentiles: [50], windows: ['7d'] }),
    approxUniqueCount('user_id', { windows: ['7d'] }),
  ],
  online: true,
});
