import { average, count, groupBy } from '@tessera/api';
import { baskets, promotions } from '../sources.js';

export const storeBaskets = groupBy({
  name: 'store_baskets',
  description: 'How busy a store is.',
  source: baskets,
  keys: ['store_id'],
  aggregations: [count({ windows: ['1d', '7d'] }), average('sales_cents', { windows: ['7d'] })],
});

/** Promotions are known of two stores only, so of the others the counts are unknown, and not 0. */
export const storePromotions = groupBy({
  name: 'store_promotions',
  description: 'How much a store had on promotion as yesterday ended.',
  source: promotions,
  keys: ['store_id'],
  empty: 'null',
  aggregations: [
    count(),
    count({ where: "display_location <> '0'", as: 'display_count' }),
    count({ where: "mailer_location <> '0'", as: 'mailer_count' }),
  ],
});
