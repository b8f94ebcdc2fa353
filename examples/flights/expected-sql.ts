import path from 'node:path';

/**
 * All features of `delay_history` in plain DuckDB SQL: a second, independent answer to compare with. It knows the tables
 * and SEMANTICS S2.1, S2.2 and S5, and nothing of Tessera.
 *
 * Counts, sums and averages are differences of running totals, exact because the measures are integers: what happened
 * before the row (`t < q`) less what happened before its window (`t < start`). Minima and maxima are range joins.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

type Table = 'departures' | 'arrivals' | 'cancellations';
const TIME: Record<Table, string> = {
  departures: 'departed_at',
  arrivals: 'landed_at',
  cancellations: 'known_at',
};

interface Expected {
  readonly name: string;
  readonly table: Table;
  readonly keys: readonly string[];
  readonly value: 'count' | 'sum' | 'average' | 'min' | 'max' | 'last';
  readonly column?: string;
  readonly where?: string;
  /** Absent = since ever. */
  readonly days?: number;
}

const carrier = { keys: ['carrier'] } as const;
const tail = { keys: ['tail_num'] } as const;
const origin = { keys: ['origin'] } as const;
const route = { keys: ['origin', 'dest'] } as const;
const departed = { table: 'departures', column: 'dep_delay' } as const;
const arrived = { table: 'arrivals', column: 'arr_delay' } as const;
const cancelled = { table: 'cancellations', value: 'count' } as const;

/** One entry per column, in the order of the join. */
const EXPECTED: readonly Expected[] = [
  { name: 'carrier_departures_count_1d', table: 'departures', ...carrier, value: 'count', days: 1 },
  { name: 'carrier_departures_count_7d', table: 'departures', ...carrier, value: 'count', days: 7 },
  { name: 'carrier_departures_dep_delay_sum_1d', ...departed, ...carrier, value: 'sum', days: 1 },
  {
    name: 'carrier_departures_dep_delay_average_7d',
    ...departed,
    ...carrier,
    value: 'average',
    days: 7,
  },
  { name: 'carrier_departures_dep_delay_max_1d', ...departed, ...carrier, value: 'max', days: 1 },
  { name: 'tail_departures_count_1d', table: 'departures', ...tail, value: 'count', days: 1 },
  { name: 'tail_departures_count_7d', table: 'departures', ...tail, value: 'count', days: 7 },
  { name: 'origin_departures_count_1d', table: 'departures', ...origin, value: 'count', days: 1 },
  { name: 'origin_departures_dep_delay_sum_1d', ...departed, ...origin, value: 'sum', days: 1 },
  {
    name: 'origin_departures_dep_delay_average_7d',
    ...departed,
    ...origin,
    value: 'average',
    days: 7,
  },
  { name: 'carrier_arrivals_count_7d', table: 'arrivals', ...carrier, value: 'count', days: 7 },
  { name: 'carrier_arrivals_arr_delay_sum_1d', ...arrived, ...carrier, value: 'sum', days: 1 },
  { name: 'carrier_arrivals_arr_delay_sum_7d', ...arrived, ...carrier, value: 'sum', days: 7 },
  { name: 'carrier_arrivals_arr_delay_sum_30d', ...arrived, ...carrier, value: 'sum', days: 30 },
  {
    name: 'carrier_arrivals_arr_delay_average_30d',
    ...arrived,
    ...carrier,
    value: 'average',
    days: 30,
  },
  { name: 'tail_arrivals_arr_delay_sum_1d', ...arrived, ...tail, value: 'sum', days: 1 },
  { name: 'tail_arrivals_arr_delay_sum_7d', ...arrived, ...tail, value: 'sum', days: 7 },
  { name: 'tail_arrivals_arr_delay_max_7d', ...arrived, ...tail, value: 'max', days: 7 },
  { name: 'tail_arrivals_arr_delay_average_30d', ...arrived, ...tail, value: 'average', days: 30 },
  { name: 'tail_arrivals_arr_delay_last', ...arrived, ...tail, value: 'last' },
  { name: 'route_arrivals_count_30d', table: 'arrivals', ...route, value: 'count', days: 30 },
  {
    name: 'route_arrivals_arr_delay_average_30d',
    ...arrived,
    ...route,
    value: 'average',
    days: 30,
  },
  { name: 'route_arrivals_arr_delay_min_30d', ...arrived, ...route, value: 'min', days: 30 },
  { name: 'route_arrivals_arr_delay_max_30d', ...arrived, ...route, value: 'max', days: 30 },
  {
    name: 'route_arrivals_late_count_7d',
    table: 'arrivals',
    ...route,
    value: 'count',
    days: 7,
    where: 'arr_delay > 15',
  },
  { name: 'carrier_cancellations_count_7d', ...cancelled, ...carrier, days: 7 },
  { name: 'carrier_cancellations_count_30d', ...cancelled, ...carrier, days: 30 },
  {
    name: 'carrier_cancellations_weather_count_7d',
    ...cancelled,
    ...carrier,
    days: 7,
    where: "code = 'B'",
  },
  { name: 'origin_cancellations_count_1d', ...cancelled, ...origin, days: 1 },
  { name: 'origin_cancellations_count_7d', ...cancelled, ...origin, days: 7 },
  { name: 'origin_cancellations_count_30d', ...cancelled, ...origin, days: 30 },
];

/** Feature columns of `expectedSql`, in order. */
export const expectedColumns: readonly string[] = EXPECTED.map((e) => e.name);

/**
 * A query of one row per departure: `flight_id`, then every feature column, ordered by `flight_id`.
 * `lake` is the folder that `generate` filled.
 */
export function expectedSql(lake: string): string {
  const ctes = EXPECTED.map((e) => `${e.name} AS (${valueSql(e)})`);
  const joins = EXPECTED.map((e) => `JOIN ${e.name} USING (flight_id)`);
  return `WITH ${(Object.keys(TIME) as Table[]).map((table) => eventsSql(lake, table)).join(',\n')},
q AS (SELECT *, t AS q_ts FROM departures),
${ctes.join(',\n')}
SELECT flight_id, ${EXPECTED.map((e) => `${e.name}.v AS ${e.name}`).join(', ')}
FROM q ${joins.join('\n')}
ORDER BY flight_id`;
}

function eventsSql(lake: string, table: Table): string {
  const file = path.join(lake, `${table}.parquet`).replaceAll("'", "''");
  return `${table} AS MATERIALIZED (SELECT *, ${TIME[table]} AS t FROM read_parquet('${file}'))`;
}

/** `flight_id, v`: one row per departure. A departure without a time has no value, not even a count (S1.3). */
function valueSql(e: Expected): string {
  switch (e.value) {
    case 'count':
    case 'sum':
    case 'average':
      return totalsSql(e);
    case 'min':
    case 'max':
      // Each event is laid out on every day that could see it: an equality to join on, without which it takes minutes.
      return `SELECT q.flight_id, ${e.value}(x) AS v FROM q LEFT JOIN
        (SELECT *, t::DATE + unnest(range(${(e.days ?? 0) + 2}))::INTEGER AS day FROM (${measuredSql(e)})) e
        ON ${sameKey(e, 'e')} AND e.day = q_ts::DATE AND e.t >= ${start(e)} AND e.t < q_ts GROUP BY q.flight_id`;
    case 'last':
      // Of two events in one minute the greater flight_id is the later one (S5.4).
      return `SELECT q.flight_id, e.x AS v FROM q ASOF LEFT JOIN
        (SELECT ${e.keys.join(', ')}, t, arg_max(x, flight_id) AS x FROM (${measuredSql(e)}) GROUP BY ALL) e
        ON ${sameKey(e, 'e')} AND q_ts > e.t`;
  }
}

function totalsSql(e: Expected): string {
  const keys = e.keys.join(', ');
  const n = '(coalesce(head.n, 0) - coalesce(tail.n, 0))';
  const sum = '(coalesce(head.s, 0) - coalesce(tail.s, 0))';
  const value = {
    count: `${n}::BIGINT`,
    sum: `CASE WHEN ${n} > 0 THEN ${sum}::BIGINT END`,
    average: `CASE WHEN ${n} > 0 THEN ${sum}::DOUBLE / ${n}::DOUBLE END`,
  }[e.value as 'count' | 'sum' | 'average'];
  const hasKey = e.keys.map((key) => `q.${key} IS NOT NULL`).join(' AND ');
  return `WITH totals AS (
      SELECT ${keys}, t, sum(n) OVER so_far AS n, sum(s) OVER so_far AS s
      FROM (SELECT ${keys}, t, count(x) AS n, sum(x) AS s FROM (${measuredSql(e)}) GROUP BY ALL)
      WINDOW so_far AS (PARTITION BY ${keys} ORDER BY t))
    SELECT q.flight_id, CASE WHEN q_ts IS NOT NULL AND ${hasKey} THEN ${value} END AS v
    FROM (SELECT *, ${start(e)} AS start_ts FROM q) q
    ASOF LEFT JOIN totals head ON ${sameKey(e, 'head')} AND q_ts > head.t
    ASOF LEFT JOIN totals tail ON ${sameKey(e, 'tail')} AND start_ts > tail.t`;
}

/** Events with a key, a time and something to aggregate, which is called x. */
function measuredSql(e: Expected): string {
  const present = [...e.keys, 't', 'x'].map((column) => `${column} IS NOT NULL`).join(' AND ');
  return `SELECT * FROM (SELECT *, ${e.column ?? '1'} AS x FROM ${e.table} WHERE ${e.where ?? 'true'}) WHERE ${present}`;
}

function sameKey(e: Expected, other: string): string {
  return e.keys.map((key) => `q.${key} = ${other}.${key}`).join(' AND ');
}

/** S2.2: the first instant of the window, floored to the hop. */
function start(e: Expected): string {
  if (e.days === undefined) return "TIMESTAMP '-infinity'";
  const windowMs = e.days * DAY_MS;
  const hopMs = windowMs >= 12 * DAY_MS ? DAY_MS : HOUR_MS;
  return `make_timestamp_ms(((epoch_ms(q_ts) - ${windowMs}) // ${hopMs}) * ${hopMs})`;
}
