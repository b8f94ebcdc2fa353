import {
  approxPercentile,
  diversity,
  first,
  groupBy,
  histogram,
  lastK,
  max,
  stddev,
  topKFrequent,
  uniqueCount,
} from '@tessera/api';
import { transactions } from '../sources.js';

export const userHabits = groupBy({
  name: 'user_habits',
  owner: 'fraud-team',
  description: 'What is usual for a user, so that the unusual shows.',
  source: transactions,
  keys: ['user_id'],
  aggregations: [
    stddev('amount', { windows: ['30d'] }),
    max('amount', { windows: ['7d', '30d'] }),
    approxPercentile('amount', { percentiles: [50, 99], windows: ['30d'] }),
    uniqueCount('currency', { windows: ['30d'] }),
    diversity('channel', { windows: ['30d'] }),
    histogram('channel', { windows: ['7d'] }),
    topKFrequent('merchant_id', { k: 3, windows: ['30d'] }),
    lastK('merchant_id', { k: 3 }),
    first('currency'),
  ],
  online: true,
});
