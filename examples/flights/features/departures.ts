import { average, count, groupBy, max, sum } from '@tessera/api';
import { departures } from '../sources.js';

/** The delay of a departure is known the moment it departs. */
export const carrierDepartures = groupBy({
  name: 'carrier_departures',
  description: 'How punctually a carrier leaves.',
  source: departures,
  keys: ['carrier'],
  aggregations: [
    count({ windows: ['1d', '7d'] }),
    sum('dep_delay', { windows: ['1d'] }),
    average('dep_delay', { windows: ['7d'] }),
    max('dep_delay', { windows: ['1d'] }),
  ],
});

export const tailDepartures = groupBy({
  name: 'tail_departures',
  description: 'How hard an aircraft works.',
  source: departures,
  keys: ['tail_num'],
  aggregations: [count({ windows: ['1d', '7d'] })],
});

export const originDepartures = groupBy({
  name: 'origin_departures',
  description: 'How congested an airport is.',
  source: departures,
  keys: ['origin'],
  aggregations: [
    count({ windows: ['1d'] }),
    sum('dep_delay', { windows: ['1d'] }),
    average('dep_delay', { windows: ['7d'] }),
  ],
});
