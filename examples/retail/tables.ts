/**
 * The lake, made from the three files of the shared data. All amounts become whole cents, which they were: sums of them are
 * exact in any tool.
 */

/** The week that week 1 of the data would have begun with, had the data begun there. Weeks are Monday to Sunday, local. */
const FIRST_MONDAY = "DATE '2016-12-26'";
/** Clocks of New York go forward and back on the Sundays 2017-03-12 and 2017-11-05, never as a week begins. */
const SUMMER = ["DATE '2017-03-13'", "DATE '2017-10-30'"] as const;

export interface Files {
  readonly transactions: string;
  readonly promotions: string;
  readonly products: string;
}

const read = (file: string, options = '') =>
  `read_parquet('${file.replaceAll("'", "''")}'${options})`;
const cents = (column: string) => `round(${column} * 100)::BIGINT`;

/** One row per product of a basket. `line_id` is the row's number in the file, from 1; `ds` the UTC day. */
export function linesQuery({ transactions, products }: Files): string {
  return `SELECT file_row_number + 1 AS line_id, basket_id, household_id, store_id, product_id, department, brand,
      quantity, ${cents('sales_value')} AS sales_cents, ${cents('retail_disc')} AS discount_cents,
      ${cents('coupon_disc')} + ${cents('coupon_match_disc')} AS coupon_cents, ts_utc AS paid_at, ts_utc::DATE AS ds
    FROM ${read(transactions, ', file_row_number = true')} LEFT JOIN (${catalogue(products)}) USING (product_id)
    ORDER BY ds, line_id`;
}

/** One row per basket, in the order they were paid. */
export function basketsQuery(files: Files): string {
  return `SELECT basket_id, household_id, store_id, paid_at, count(*) AS lines, sum(sales_cents)::BIGINT AS sales_cents,
      sum(discount_cents)::BIGINT AS discount_cents, sum(coupon_cents)::BIGINT AS coupon_cents
    FROM (${linesQuery(files)}) GROUP BY ALL ORDER BY paid_at, basket_id`;
}

/** Week w begins on its Monday at midnight of New York: 4 hours after that of UTC in summer, else 5. */
export function promotionStartsQuery({ promotions }: Files): string {
  const monday = `(${FIRST_MONDAY} + 7 * (week::INTEGER - 1))`;
  return `SELECT file_row_number + 1 AS promotion_id, product_id, store_id, display_location, mailer_location,
      ${monday}::TIMESTAMP + to_hours(CASE WHEN ${monday} BETWEEN ${SUMMER.join(' AND ')} THEN 4 ELSE 5 END) AS starts_at
    FROM ${read(promotions, ', file_row_number = true')} ORDER BY promotion_id`;
}

/**
 * One dump per day of 2017. As a UTC day ends it is 7 or 8 in the evening of the same day in New York, so day D's dump is
 * that of D's local week.
 */
export function promotionsQuery({ promotions }: Files): string {
  return `SELECT product_id, store_id, display_location, mailer_location, ds
    FROM (SELECT *, ${FIRST_MONDAY} + (7 * (week::INTEGER - 1) + unnest(range(7))::INTEGER) AS ds FROM ${read(promotions)})
    WHERE ds >= DATE '2017-01-01' ORDER BY ds, product_id, store_id`;
}

export function productsQuery({ products }: Files): string {
  return `SELECT product_id, manufacturer_id, product_type, package_size FROM (${catalogue(products)}) ORDER BY product_id`;
}

/** The catalogue writes product 900000 as 9e+05. */
function catalogue(file: string): string {
  return `SELECT * REPLACE (CASE product_id WHEN '9e+05' THEN '900000' ELSE product_id END AS product_id) FROM ${read(file)}`;
}
