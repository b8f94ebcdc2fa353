/** 2025-01-01 … 2025-06-29. */
export const DAYS = 180;
export const CUSTOMERS_AT_SCALE_1 = 20_000;
const FIRST = "DATE '2025-01-01'";

/**
 * A number from 0 to 1 that follows from the seed, two whole numbers and what it is for: md5, so that it is the same wherever it
 * is computed.
 */
function drawn(seed: number, a: string, b: string, what: string): string {
  return `(md5_number_lower(concat_ws('|', ${seed}, ${a}, ${b}, '${what}')) % 1000003) / 1000003.0`;
}

/** One customer a row: a lively one visits and orders more; a churning one fades for a month and then cancels. */
function customersSql(customers: number, seed: number): string {
  const u = (what: string) => drawn(seed, 'c', '0', what);
  return `SELECT c, 'c' || lpad(CAST(c AS VARCHAR), 6, '0') AS customer_id, pow(${u('lively')}, 2) AS lively,
    CASE WHEN ${u('plan')} < 0.2 THEN 'family' WHEN ${u('plan')} < 0.7 THEN 'plus' ELSE 'basic' END AS plan,
    CASE WHEN ${u('country')} < 0.5 THEN 'DE' WHEN ${u('country')} < 0.8 THEN 'FR' WHEN ${u('country')} < 0.97 THEN 'PL' END AS country,
    ${FIRST} - CAST(30 + floor(${u('joined')} * 900) AS INTEGER) AS joined,
    CASE WHEN ${u('churns')} < 0.35 THEN 40 + CAST(floor(${u('when')} * 200) AS INTEGER) END AS gone
    FROM range(${customers}) t(c)`;
}

export interface Table {
  readonly name: string;
  readonly query: string;
}

/** Tables in the order they are written, each with its `ds`. The rows follow from `customers` and `seed` alone. */
export function tables(customers: number, seed: number): readonly Table[] {
  const people = customersSql(customers, seed);
  const u = (what: string) => drawn(seed, 'c', 'd', what);
  const at = (what: string) =>
    `CAST(${FIRST} + CAST(d AS INTEGER) AS TIMESTAMP) + to_milliseconds(CAST(floor(${u(what)} * 86400000) AS BIGINT))`;
  const ds = `CAST(${FIRST} + CAST(d AS INTEGER) AS VARCHAR) AS ds`;
  // Before a customer goes, there is ever less of everything.
  const here = `(${people}) p, range(${DAYS}) r(d) WHERE (gone IS NULL OR d <= gone)`;
  const left = 'least(1.0, coalesce((gone - d) / 30.0, 1.0))';
  return [
    {
      name: 'checkups',
      query: `SELECT customer_id, CAST(${FIRST} + CAST(d AS INTEGER) AS TIMESTAMP) + INTERVAL 12 HOUR AS asked_at, ${ds}
        FROM ${here} AND d % 7 = 5 ORDER BY d, c`,
    },
    {
      name: 'orders',
      query: `SELECT c * ${DAYS} + d AS order_id, customer_id, round(5 + 95 * ${u('amount')}, 2) AS amount,
        CASE WHEN ${u('discounted')} < 0.2 THEN 0.1e0 WHEN ${u('discounted')} < 0.25 THEN 0.3e0 END AS discount,
        ${at('ordered')} AS ordered_at, ${ds} FROM ${here} AND ${u('orders')} < (0.02 + 0.15 * lively) * ${left} ORDER BY d, ordered_at, c`,
    },
    {
      name: 'visits',
      query: `SELECT customer_id, CASE WHEN ${u('device')} < 0.6 THEN 'phone' WHEN ${u('device')} < 0.95 THEN 'desktop' END AS device,
        CAST(10 + floor(600 * pow(${u('seconds')}, 3)) AS INTEGER) AS seconds, ${at('visited')} AS visited_at, ${ds}
        FROM ${here} AND ${u('visits')} < (0.1 + 0.6 * lively) * ${left} ORDER BY d, visited_at, c`,
    },
    {
      name: 'tickets',
      query: `SELECT customer_id, CASE WHEN ${u('topic')} < 0.4 THEN 'delivery late' WHEN ${u('topic')} < 0.55 THEN 'delivery lost' ELSE 'billing' END AS topic,
        1 + CAST(floor(${u('severity')} * 5) AS INTEGER) AS severity, ${at('opened')} AS opened_at, ${ds}
        FROM ${here} AND ${u('tickets')} < 0.004 + 0.03 * (1 - ${left}) ORDER BY d, opened_at, c`,
    },
    {
      name: 'subscriptions',
      query: `SELECT customer_id, CASE WHEN d = gone THEN 'cancelled' ELSE 'renewed' END AS what, ${at('changed')} AS changed_at, ${ds}
        FROM ${here} AND (d = gone OR d % 30 = c % 30) ORDER BY d, changed_at, c`,
    },
    {
      name: 'customers',
      query: `SELECT customer_id, plan, country, joined, CAST(${FIRST} - 1 + CAST(d AS INTEGER) AS VARCHAR) AS ds
        FROM (${people}) p, range(${DAYS} + 1) r(d) WHERE gone IS NULL OR d <= gone ORDER BY d, c`,
    },
  ];
}
