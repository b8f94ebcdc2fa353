import path from 'node:path';

/**
 * All features of `basket_outlook` and `line_outlook` in plain DuckDB SQL: a second, independent answer to compare with. It
 * knows the tables and SEMANTICS S2.1-S2.3, S3.2, S4.2 and S5, and nothing of Tessera.
 *
 * One range join per group of features: rows of the left to everything of their key that happened before, the windows by
 * FILTER. Histories here are short enough for it. All measures are whole cents, so sums are exact.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export interface Expected {
  /** Column that identifies a row of the left. */
  readonly id: string;
  /** Feature columns of `sql`, in the order of the join. */
  readonly columns: readonly string[];
  /** A query of one row per left row: `id`, then every feature column. `lake` is the folder that `generate` filled. */
  readonly sql: (lake: string) => string;
}

interface Group {
  readonly name: string;
  /** FROM and ON: `l` is the left, `e` what it looks back on. */
  readonly from: string;
  /** Column → aggregate over the rows of e. */
  readonly features: Readonly<Record<string, string>>;
  /** Keys of the left: where one is null, so is everything, counts too. */
  readonly keys: readonly string[];
}

/** `AND` conditions of a window that ends at the left row: S2.2, or with `exact` S2.3. */
function within(days: number, tail: 'sawtooth' | 'exact' = 'sawtooth'): string {
  const windowMs = days * DAY_MS;
  const hopMs = windowMs >= 12 * DAY_MS ? DAY_MS : HOUR_MS;
  const startMs = `epoch_ms(l.paid_at) - ${windowMs}`;
  const start = tail === 'exact' ? startMs : `((${startMs}) // ${hopMs}) * ${hopMs}`;
  return `epoch_ms(e.t) >= ${start}`;
}
const in7d = within(7);
const in28d = within(28);
const in91d = within(91);
const exact7d = within(7, 'exact');
const exact91d = within(91, 'exact');

/** Of rows of e alone: with nothing found, the left join leaves one row of nulls. */
const count = (when: string) => `count(e.t) FILTER (WHERE ${when})`;
const sum = (column: string, when: string) => `(sum(e.${column}) FILTER (WHERE ${when}))::BIGINT`;
const average = (column: string, when: string) =>
  `${sum(column, when)}::DOUBLE / (count(e.${column}) FILTER (WHERE ${when}))::DOUBLE`;
const unique = (column: string, when: string) =>
  `count(DISTINCT e.${column}) FILTER (WHERE ${when})`;
const latest = (column: string, tie: string, when = 'true') =>
  `last(e.${column} ORDER BY e.t, e.${tie}) FILTER (WHERE e.${column} IS NOT NULL AND ${when})`;

/** Strictly before, S2.1. */
const before = (table: string, keys: readonly string[]) =>
  `l LEFT JOIN (SELECT *, ${table === 'promotion_starts' ? 'starts_at' : 'paid_at'} AS t FROM ${table}) e
     ON ${keys.map((key) => `e.${key} = l.${key}`).join(' AND ')} AND e.t < l.paid_at`;
/** The dump of the day before, S3.2. */
const asOfYesterday = (keys: readonly string[]) =>
  `l LEFT JOIN (SELECT *, ds AS t FROM promotions) e
     ON ${keys.map((key) => `e.${key} = l.${key}`).join(' AND ')} AND e.ds = l.paid_at::DATE - 1`;

const BASKETS: readonly Group[] = [
  {
    name: 'household_baskets',
    from: before('baskets', ['household_id']),
    keys: ['household_id'],
    features: {
      household_baskets_count_7d: count(in7d),
      household_baskets_count_28d: count(in28d),
      household_baskets_count_91d: count(in91d),
      household_baskets_sales_cents_sum_28d: sum('sales_cents', in28d),
      household_baskets_sales_cents_sum_91d: sum('sales_cents', in91d),
      household_baskets_sales_cents_average_91d: average('sales_cents', in91d),
      household_baskets_sales_cents_max_91d: `max(e.sales_cents) FILTER (WHERE ${in91d})`,
      household_baskets_coupon_cents_sum_91d: sum('coupon_cents', in91d),
      household_baskets_coupon_count_91d: count(`${in91d} AND e.coupon_cents > 0`),
      household_baskets_store_id_unique_count_91d: unique('store_id', in91d),
      household_baskets_store_id_last: latest('store_id', 'basket_id'),
    },
  },
  {
    name: 'household_lines',
    from: before('lines', ['household_id']),
    keys: ['household_id'],
    features: {
      household_lines_product_id_unique_count_28d: unique('product_id', in28d),
      household_lines_sales_cents_sum_28d_by_department: `NULL`, // see `departments`
      household_lines_private_count_28d: count(`${in28d} AND e.brand = 'Private'`),
    },
  },
  {
    name: 'store_baskets',
    from: before('baskets', ['store_id']),
    keys: ['store_id'],
    features: {
      store_baskets_count_1d: count(within(1)),
      store_baskets_count_7d: count(in7d),
      store_baskets_sales_cents_average_7d: average('sales_cents', in7d),
    },
  },
  {
    name: 'store_promotions',
    from: asOfYesterday(['store_id']),
    keys: ['store_id'],
    // Nothing on promotion is not known to be nothing: null.
    features: {
      store_promotions_count: 'nullif(count(e.t), 0)',
      store_promotions_display_count: `nullif(count(e.t) FILTER (WHERE e.display_location <> '0'), 0)`,
      store_promotions_mailer_count: `nullif(count(e.t) FILTER (WHERE e.mailer_location <> '0'), 0)`,
    },
  },
];

const MAP = 'household_lines_sales_cents_sum_28d_by_department';

/** Department → cents, in the order of the departments; no department at all is null. */
const departments = `SELECT basket_id, map(list(department ORDER BY department), list(cents ORDER BY department)) AS ${MAP}
  FROM (SELECT l.basket_id, e.department, sum(e.sales_cents)::BIGINT AS cents FROM baskets
        ${before('lines', ['household_id'])}
        WHERE ${in28d} AND e.department IS NOT NULL GROUP BY ALL) GROUP BY basket_id`;

const LINES: readonly Group[] = [
  {
    name: 'household_product',
    from: before('lines', ['household_id', 'product_id']),
    keys: ['household_id', 'product_id'],
    features: {
      household_product_count_28d: count(in28d),
      household_product_count: count('true'),
      household_product_sales_cents_last: latest('sales_cents', 'line_id'),
      household_product_quantity_last: latest('quantity', 'line_id'),
    },
  },
  {
    name: 'household_department',
    from: before('lines', ['household_id', 'department']),
    keys: ['household_id', 'department'],
    features: {
      household_department_count_28d: count(in28d),
      household_department_count_91d: count(in91d),
      household_department_sales_cents_sum_28d: sum('sales_cents', in28d),
      household_department_sales_cents_sum_91d: sum('sales_cents', in91d),
      household_department_discount_cents_sum_91d: sum('discount_cents', in91d),
    },
  },
  {
    name: 'product_sales',
    from: before('lines', ['product_id']),
    keys: ['product_id'],
    features: {
      product_sales_count_7d: count(in7d),
      product_sales_count_28d: count(in28d),
      product_sales_household_id_unique_count_28d: unique('household_id', in28d),
      product_sales_sales_cents_average_28d: average('sales_cents', in28d),
      product_sales_discount_cents_sum_28d: sum('discount_cents', in28d),
      product_sales_sales_cents_min_91d: `min(e.sales_cents) FILTER (WHERE ${in91d} AND e.sales_cents > 0)`,
      product_sales_sales_cents_max_91d: `max(e.sales_cents) FILTER (WHERE ${in91d})`,
    },
  },
  {
    name: 'product_promotions',
    from: before('promotion_starts', ['product_id']),
    keys: ['product_id'],
    features: {
      product_promotions_count_7d: count(exact7d),
      product_promotions_count_91d: count(exact91d),
      product_promotions_display_count_7d: count(`${exact7d} AND e.display_location <> '0'`),
      product_promotions_mailer_count_7d: count(`${exact7d} AND e.mailer_location <> '0'`),
      product_promotions_mailer_location_last_91d: latest(
        'mailer_location',
        'promotion_id',
        exact91d,
      ),
    },
  },
  {
    name: 'promotions_yesterday',
    from: asOfYesterday(['product_id', 'store_id']),
    keys: ['product_id', 'store_id'],
    features: {
      promotions_display_location: 'any_value(e.display_location)',
      promotions_mailer_location: 'any_value(e.mailer_location)',
    },
  },
  {
    name: 'catalogue',
    from: 'l LEFT JOIN products e ON e.product_id = l.product_id',
    keys: ['product_id'],
    features: {
      products_manufacturer_id: 'any_value(e.manufacturer_id)',
      products_product_type: 'any_value(e.product_type)',
      products_package_size: 'any_value(e.package_size)',
    },
  },
];

function groupSql(left: string, id: string, { from, features, keys }: Group): string {
  const hasKeys = keys.map((key) => `l.${key} IS NOT NULL`).join(' AND ');
  const columns = Object.entries(features).map(([name, value]) => `${value} AS ${name}`);
  return `SELECT l.${id}, ${columns.join(', ')} FROM ${left} ${from} WHERE ${hasKeys} GROUP BY l.${id}`;
}

function tablesSql(lake: string): string {
  const read = (glob: string) =>
    `read_parquet('${path.join(lake, glob).replaceAll("'", "''")}', hive_partitioning = true)`;
  const tables = {
    baskets: 'baskets.parquet',
    lines: 'lines/*/*.parquet',
    promotion_starts: 'promotion_starts.parquet',
    promotions: 'promotions/*/*.parquet',
    products: 'products.parquet',
  };
  return Object.entries(tables)
    .map(([name, glob]) => `${name} AS MATERIALIZED (FROM ${read(glob)})`)
    .join(',\n');
}

interface Outlook {
  readonly left: string;
  readonly id: string;
  readonly groups: readonly Group[];
  /** Columns that need a query of their own: name → query of `id` and the column. */
  readonly apart: Readonly<Record<string, string>>;
}

function expected({ left, id, groups, apart }: Outlook): Expected {
  const columns = groups.flatMap(({ name, features }) =>
    Object.keys(features).map((column) => ({
      column,
      from: column in apart ? `${column}_apart` : `${name}_group`,
    })),
  );
  return {
    id,
    columns: columns.map(({ column }) => column),
    sql: (lake) => {
      const ctes = [
        tablesSql(lake),
        ...groups.map((group) => `${group.name}_group AS (${groupSql(left, id, group)})`),
        ...Object.entries(apart).map(([name, query]) => `${name}_apart AS (${query})`),
      ];
      const joined = [...new Set(columns.map(({ from }) => from))];
      return `WITH ${ctes.join(',\n')}
        SELECT ${id}, ${columns.map(({ column, from }) => `${from}.${column}`).join(', ')}
        FROM ${left} ${joined.map((name) => `LEFT JOIN ${name} USING (${id})`).join('\n')}`;
    },
  };
}

export const expectedBaskets = expected({
  left: 'baskets',
  id: 'basket_id',
  groups: BASKETS,
  apart: { [MAP]: departments },
});

export const expectedLines = expected({ left: 'lines', id: 'line_id', groups: LINES, apart: {} });
