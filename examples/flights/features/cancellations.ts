import { count, groupBy } from '@tessera/api';
import { cancellations } from '../sources.js';

export const carrierCancellations = groupBy({
  name: 'carrier_cancellations',
  description: 'How often a carrier cancels.',
  source: cancellations,
  keys: ['carrier'],
  aggregations: [
    count({ windows: ['7d', '30d'] }),
    count({ windows: ['7d'], where: "code = 'B'", as: 'weather_count' }),
  ],
});

export const originCancellations = groupBy({
  name: 'origin_cancellations',
  description: 'How often flights from an airport are cancelled.',
  source: cancellations,
  keys: ['origin'],
  aggregations: [count({ windows: ['1d', '7d', '30d'] })],
});
