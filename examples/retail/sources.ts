import { entities, events } from '@tessera/api';

/**
 * Every basket at the till, also the training rows of `basket_outlook`. Its own amounts are what a model would predict: a
 * feature sees those of earlier baskets alone.
 */
export const baskets = events({
  name: 'retail.baskets',
  path: 'baskets.parquet',
  columns: {
    basket_id: 'string!',
    household_id: 'string',
    store_id: 'string',
    paid_at: 'timestamp',
    lines: 'int64',
    sales_cents: 'int64',
    discount_cents: 'int64',
    coupon_cents: 'int64',
  },
  time: 'paid_at',
  tieBreaker: 'basket_id',
});

/** What was in them: many lines at one instant. Also the training rows of `line_outlook`. */
export const lines = events({
  name: 'retail.lines',
  path: 'lines', // lines/ds=2017-01-01/*.parquet
  columns: {
    line_id: 'int64!',
    basket_id: 'string',
    household_id: 'string',
    store_id: 'string',
    product_id: 'string',
    department: 'string',
    brand: 'string',
    quantity: 'int32',
    sales_cents: 'int64',
    discount_cents: 'int64',
    coupon_cents: 'int64',
    paid_at: 'timestamp',
  },
  time: 'paid_at',
  tieBreaker: 'line_id',
});

/** A product comes on display or into the mailer of a store, as a week begins there. */
export const promotionStarts = events({
  name: 'retail.promotion_starts',
  path: 'promotion_starts.parquet',
  columns: {
    promotion_id: 'int64!',
    product_id: 'string',
    store_id: 'string',
    display_location: 'string',
    mailer_location: 'string',
    starts_at: 'timestamp',
  },
  time: 'starts_at',
  tieBreaker: 'promotion_id',
});

/** The same as state: what was on promotion in a store as a day ended. */
export const promotions = entities({
  name: 'promotions',
  path: 'promotions', // promotions/ds=2017-01-01/*.parquet
  keys: ['product_id', 'store_id'],
  columns: {
    product_id: 'string!',
    store_id: 'string!',
    display_location: 'string',
    mailer_location: 'string',
  },
});

/** The catalogue. It has no dates, so it holds for every day. */
export const products = entities({
  name: 'products',
  path: 'products.parquet',
  keys: ['product_id'],
  columns: {
    product_id: 'string!',
    manufacturer_id: 'string',
    product_type: 'string',
    package_size: 'string',
  },
  static: true,
});
