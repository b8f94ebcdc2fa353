import { join, part } from '@tessera/api';
import { baskets, lines, products, promotions } from '../sources.js';
import {
  householdBaskets,
  householdDepartment,
  householdLines,
  householdProduct,
} from './households.js';
import { productPromotions, productSales } from './products.js';
import { storeBaskets, storePromotions } from './stores.js';

/** The first day of the data has no dump of a day before. */
const unknownAtFirst = { missing: 'null' } as const;

export const basketOutlook = join({
  name: 'basket_outlook',
  description: 'What will this basket come to, and will a coupon be in it?',
  left: baskets,
  parts: [
    part(householdBaskets),
    part(householdLines),
    part(storeBaskets),
    part(storePromotions, unknownAtFirst),
  ],
});

export const lineOutlook = join({
  name: 'line_outlook',
  description: 'Is this product bought at a discount?',
  left: lines,
  parts: [
    part(householdProduct),
    part(householdDepartment),
    part(productSales),
    part(productPromotions),
    part(promotions, unknownAtFirst),
    part(products),
  ],
});
