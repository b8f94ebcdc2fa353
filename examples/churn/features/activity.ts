import { average, count, expr, groupBy, last, max, sum, uniqueCount } from '@tessera/api';
import { orders, tickets, visits } from '../sources.js';

export const ordering = groupBy({
  name: 'ordering',
  description: 'How often, how much and when a customer last bought.',
  source: orders,
  keys: ['customer_id'],
  aggregations: [
    count({ windows: ['30d', '60d'] }),
    sum('paid', { windows: ['30d', '60d'] }),
    average('paid', { windows: ['60d'] }),
    count({ windows: ['60d'], where: 'is_discounted', as: 'discounted' }),
    sum(expr('amount * discount'), { windows: ['60d'], as: 'saved' }),
    max('ordered_at', { as: 'latest' }),
  ],
  derive: {
    // Below 1 where the last month was weaker than the one before it.
    momentum: 'count_30d / nullif(count_60d - count_30d, 0)',
    discounted_share: 'discounted_60d / nullif(count_60d, 0)',
  },
});

export const visiting = groupBy({
  name: 'visiting',
  description: 'How a customer uses the shop.',
  source: visits,
  keys: ['customer_id'],
  aggregations: [
    count({ windows: ['7d', '30d'] }),
    sum('seconds', { windows: ['7d', '30d'] }),
    uniqueCount('device', { windows: ['30d'] }),
    count({ windows: ['30d'], where: 'is_evening', as: 'evening' }),
    last('device'),
  ],
});

export const complaining = groupBy({
  name: 'complaining',
  description: 'What a customer was unhappy with.',
  source: tickets,
  keys: ['customer_id'],
  aggregations: [
    count({ windows: ['30d'] }),
    max('severity', { windows: ['30d'] }),
    count({ windows: ['30d'], where: "topic LIKE 'deliver%'", as: 'delivery' }),
  ],
});
