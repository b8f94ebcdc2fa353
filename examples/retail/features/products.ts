import { average, count, groupBy, last, max, min, sum, uniqueCount } from '@tessera/api';
import { lines, promotionStarts } from '../sources.js';

export const productSales = groupBy({
  name: 'product_sales',
  description: 'How well a product sells, and at what price.',
  source: lines,
  keys: ['product_id'],
  aggregations: [
    count({ windows: ['7d', '28d'] }),
    uniqueCount('household_id', { windows: ['28d'] }),
    average('sales_cents', { windows: ['28d'] }),
    sum('discount_cents', { windows: ['28d'] }),
    min('sales_cents', { windows: ['91d'], where: 'sales_cents > 0' }),
    max('sales_cents', { windows: ['91d'] }),
  ],
});

/** Exact tails: with a week of seven days to the millisecond, what counts is what began this week. */
export const productPromotions = groupBy({
  name: 'product_promotions',
  description: 'Whether a product is on promotion somewhere this week, and how often it has been.',
  source: promotionStarts,
  keys: ['product_id'],
  tail: 'exact',
  aggregations: [
    count({ windows: ['7d', '91d'] }),
    count({ windows: ['7d'], where: "display_location <> '0'", as: 'display_count' }),
    count({ windows: ['7d'], where: "mailer_location <> '0'", as: 'mailer_count' }),
    last('mailer_location', { windows: ['91d'] }),
  ],
});
