import { average, count, groupBy, last, max, min, sum } from '@tessera/api';
import { arrivals } from '../sources.js';

export const carrierArrivals = groupBy({
  name: 'carrier_arrivals',
  description: 'How punctually a carrier arrives.',
  source: arrivals,
  keys: ['carrier'],
  aggregations: [
    count({ windows: ['7d'] }),
    sum('arr_delay', { windows: ['1d', '7d', '30d'] }),
    average('arr_delay', { windows: ['30d'] }),
  ],
});

export const tailArrivals = groupBy({
  name: 'tail_arrivals',
  description: 'How an aircraft has done of late.',
  source: arrivals,
  keys: ['tail_num'],
  aggregations: [
    sum('arr_delay', { windows: ['1d', '7d'] }),
    max('arr_delay', { windows: ['7d'] }),
    average('arr_delay', { windows: ['30d'] }),
    last('arr_delay'),
  ],
});

export const routeArrivals = groupBy({
  name: 'route_arrivals',
  description: 'How late a route usually is.',
  source: arrivals,
  keys: ['origin', 'dest'],
  aggregations: [
    count({ windows: ['30d'] }),
    average('arr_delay', { windows: ['30d'] }),
    min('arr_delay', { windows: ['30d'] }),
    max('arr_delay', { windows: ['30d'] }),
    count({ windows: ['7d'], where: 'arr_delay > 15', as: 'late_count' }),
  ],
});
