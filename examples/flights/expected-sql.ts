import path from 'node:path';

/**
 * All features of `delay_history` in plain DuckDB SQL: a second, independent answer to compare with. It knows the tables
 * and SEMANTICS S2.1, S2.2 and S5, and nothing of Tessera.
 *
 * Counts, sums and averages are differences of running totals, exact because the measures are integers: what happened
 * before the row (`t < q`) less what happened before its window (`t < start`). Minima and maxima are range joins.
 * Times are later than 1970, so `//` is a floor.
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
  /** Absent for `last`, which looks back for ever. */
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
  const tables = Object.keys(TIME) as Table[]; // its type says so, Object.keys forgets it
  const totals = new Map<string, Expected[]>();
  const ctes = tables.map((table) => `${table} AS MATERIALIZED (${eventsSql(lake, table)})`);
  ctes.push('q AS (SELECT *, t AS q_ts FROM departures WHERE t IS NOT NULL)');
  for (const e of EXPECTED) {
    if (isTotal(e)) totals.set(totalsOf(e), [...(totals.get(totalsOf(e)) ?? []), e]);
    else ctes.push(`${e.name} AS (${e.value === 'last' ? lastSql(e) : extremeSql(e)})`);
  }
  for (const [name, columns] of totals) ctes.push(`${name} AS (${totalsSql(columns)})`);
  const joined = EXPECTED.map((e) => (isTotal(e) ? totalsOf(e) : e.name));
  return `WITH ${ctes.join(',\n')}
SELECT flight_id, ${EXPECTED.map((e, i) => `${joined[i]}.${e.name}`).join(', ')}
FROM departures ${[...new Set(joined)].map((name) => `LEFT JOIN ${name} USING (flight_id)`).join('\n')}
ORDER BY flight_id`;
}

function eventsSql(lake: string, table: Table): string {
  const file = path.join(lake, `${table}.parquet`).replaceAll("'", "''");
  return `SELECT *, ${TIME[table]} AS t FROM read_parquet('${file}')`;
}

function isTotal(e: Expected): boolean {
  return e.value === 'count' || e.value === 'sum' || e.value === 'average';
}

/** Name of the running totals a column is taken from; columns of other windows share them. */
function totalsOf(e: Expected): string {
  const parts = ['totals', e.table, ...e.keys, e.column ?? 'rows', e.where ?? ''];
  return parts.join('_').replace(/[^a-z]+/g, '_');
}

/**
 * One pass over events and window edges in time order. An edge sorts before the events of its own minute, so its totals
 * are of what happened strictly before it. No row for a departure without a key or a time: all null, counts too (S1.3,
 * S4.2).
 */
function totalsSql(columns: readonly Expected[]): string {
  const first = columns[0]!;
  const keys = first.keys.join(', ');
  const hasKey = first.keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
  const days = [...new Set(columns.map((e) => e.days ?? 0))];
  const edges = [{ edge: 0, at: 'q_ts' }, ...days.map((d) => ({ edge: d, at: startSql(d) }))].map(
    ({ edge, at }) =>
      `SELECT ${keys}, ${at}, 0, 0, NULL, flight_id, ${edge} FROM q WHERE ${hasKey}`,
  );
  const values = columns.map((e) => {
    const between = (total: string) =>
      `(max(${total}) FILTER (edge = 0) - max(${total}) FILTER (edge = ${e.days}))`;
    if (e.value === 'count') return `${between('n')}::BIGINT AS ${e.name}`;
    const sum = `CASE WHEN ${between('n')} > 0 THEN ${between('s')}::BIGINT END`;
    if (e.value === 'sum') return `${sum} AS ${e.name}`;
    return `${sum}::DOUBLE / ${between('n')}::DOUBLE AS ${e.name}`;
  });
  return `SELECT flight_id, ${values.join(', ')} FROM (
      SELECT flight_id, edge, sum(is_event) OVER so_far AS n, coalesce(sum(x) OVER so_far, 0) AS s
      FROM (SELECT ${keys}, t, 1 AS is_event, 1 AS after_edges, x, NULL AS flight_id, NULL AS edge
        FROM (${measuredSql(first)}) UNION ALL ${edges.join(' UNION ALL ')})
      WINDOW so_far AS (PARTITION BY ${keys} ORDER BY t, after_edges ROWS UNBOUNDED PRECEDING))
    WHERE flight_id IS NOT NULL GROUP BY flight_id`;
}

/** Each event is laid out on every day that could see it: an equality to join on, without which it takes minutes. */
function extremeSql(e: Expected): string {
  const days = e.days ?? 0;
  return `SELECT q.flight_id, ${e.value}(x) AS ${e.name} FROM q JOIN
    (SELECT *, t::DATE + unnest(range(${days + 2}))::INTEGER AS day FROM (${measuredSql(e)})) e
    ON ${sameKey(e)} AND e.day = q_ts::DATE AND e.t >= ${startSql(days)} AND e.t < q_ts
    GROUP BY q.flight_id`;
}

/** Since ever. Of two events in one minute the one with the greater flight_id is the last (S5.4). */
function lastSql(e: Expected): string {
  return `SELECT q.flight_id, e.x AS ${e.name} FROM q ASOF JOIN
    (SELECT ${e.keys.join(', ')}, t, arg_max(x, flight_id) AS x FROM (${measuredSql(e)}) GROUP BY ALL) e
    ON ${sameKey(e)} AND q_ts > e.t`;
}

/** Events with a key, a time and something to aggregate, which is called x. */
function measuredSql(e: Expected): string {
  const present = [...e.keys, 't', 'x'].map((column) => `${column} IS NOT NULL`).join(' AND ');
  return `SELECT * FROM (SELECT *, ${e.column ?? '1'} AS x FROM ${e.table} WHERE ${e.where ?? 'true'})
    WHERE ${present}`;
}

function sameKey(e: Expected): string {
  return e.keys.map((key) => `q.${key} = e.${key}`).join(' AND ');
}

/** S2.2: the first instant of a window of so many days, floored to its hop. */
function startSql(days: number): string {
  const windowMs = days * DAY_MS;
  const hopMs = windowMs >= 12 * DAY_MS ? DAY_MS : HOUR_MS;
  return `make_timestamp_ms(((epoch_ms(q_ts) - ${windowMs}) // ${hopMs}) * ${hopMs})`;
}
