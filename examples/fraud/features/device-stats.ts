import { count, groupBy, last, max, sum, uniqueCount } from '@tessera/api';
import { transactions } from '../sources.js';

export const deviceStats = groupBy({
  name: 'device_stats',
  owner: 'fraud-team',
  description: 'Who else pays with this device, and how fast.',
  source: transactions,
  keys: ['device_id'],
  aggregations: [
    count({ windows: ['1h', '1d'] }),
    uniqueCount('user_id', { windows: ['7d'] }),
    sum('amount', { windows: ['1d'], where: "channel in ('web', 'app')", as: 'online_amount' }),
    max('ts', { windows: ['30d'], as: 'seen_at' }),
    last('currency'),
  ],
  online: true,
});
