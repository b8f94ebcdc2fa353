import { average, count, groupBy, last, max, sum, uniqueCount } from '@tessera/api';
import { baskets, lines } from '../sources.js';

export const householdBaskets = groupBy({
  name: 'household_baskets',
  description: 'How often a household shops, where, and for how much.',
  source: baskets,
  keys: ['household_id'],
  aggregations: [
    count({ windows: ['7d', '28d', '91d'] }),
    sum('sales_cents', { windows: ['28d', '91d'] }),
    average('sales_cents', { windows: ['91d'] }),
    max('sales_cents', { windows: ['91d'] }),
    sum('coupon_cents', { windows: ['91d'] }),
    count({ windows: ['91d'], where: 'coupon_cents > 0', as: 'coupon_count' }),
    uniqueCount('store_id', { windows: ['91d'] }),
    last('store_id'),
  ],
});

export const householdLines = groupBy({
  name: 'household_lines',
  description: 'What a household buys.',
  source: lines,
  keys: ['household_id'],
  aggregations: [
    uniqueCount('product_id', { windows: ['28d'] }),
    sum('sales_cents', { windows: ['28d'], by: 'department' }),
    count({ windows: ['28d'], where: "brand = 'Private'", as: 'private_count' }),
  ],
});

export const householdDepartment = groupBy({
  name: 'household_department',
  description: 'What a household spends in one department.',
  source: lines,
  keys: ['household_id', 'department'],
  aggregations: [
    count({ windows: ['28d', '91d'] }),
    sum('sales_cents', { windows: ['28d', '91d'] }),
    sum('discount_cents', { windows: ['91d'] }),
  ],
});

export const householdProduct = groupBy({
  name: 'household_product',
  description: 'Whether a household has had this product before, and how often.',
  source: lines,
  keys: ['household_id', 'product_id'],
  aggregations: [count({ windows: ['28d', null] }), last('sales_cents'), last('quantity')],
});
