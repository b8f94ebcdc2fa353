import {
  type Connection,
  ident,
  loadTable,
  MACROS,
  predicateSql,
  withDuckdb,
} from './duckdb-tables.js';
import { type Feature, featuresOf } from './names.js';
import type {
  AggregationSpec,
  DataType,
  JoinSpec,
  OracleRow,
  OutputValue,
  PartSpec,
  Tables,
  Value,
} from './types.js';

/**
 * The second oracle: each feature is one SQL query over plain tables, a range join of left rows and events. Written from
 * SEMANTICS S1-S5 apart from `naive.ts`, with which it shares the list of feature names and nothing that computes.
 *
 * Covers   events and aggregated entities; COUNT, SUM, AVERAGE, MIN, MAX, FIRST, LAST, _K, UNIQUE_COUNT,
 *          APPROX_UNIQUE_COUNT (as the exact count), HISTOGRAM, TOP_K_FREQUENT; all scalar inputs, lists exploded or whole;
 *          `where`, `by`, lag, inclusive, snapshot, exact tails, tieBreaker, eventId
 * Leaves   moments, WEIGHTED_AVERAGE, DIVERSITY, percentiles, RATE_OF_CHANGE, VECTOR_*, passed columns
 */
export interface DuckdbResult {
  /** Rows in the order of S8, with covered features only; `#row` is the position in the left's own table. */
  readonly rows: readonly OracleRow[];
  /** Σ|x| beside each float SUM and AVERAGE (÷ n): their error is relative to it. Absent for exact results. */
  readonly magnitudes: ReadonlyMap<string, readonly OracleRow[]>;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

const COVERED = [
  'COUNT',
  'SUM',
  'AVERAGE',
  'MIN',
  'MAX',
  'FIRST',
  'LAST',
  'FIRST_K',
  'LAST_K',
  'TOP_K',
  'BOTTOM_K',
  'UNIQUE_COUNT',
  'APPROX_UNIQUE_COUNT',
  'HISTOGRAM',
  'TOP_K_FREQUENT',
];
const ORDERED = ['FIRST', 'LAST', 'FIRST_K', 'LAST_K'];
const COUNTS = ['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT'];

function whySkipped({ aggregation }: Feature): string | null {
  if (aggregation === undefined) return 'passed through';
  const { operation } = aggregation;
  if (!COVERED.includes(operation)) return operation;
  return null;
}

/** Compute every covered feature in DuckDB. */
export async function duckdbJoin(join: JoinSpec, tables: Tables): Promise<DuckdbResult> {
  return withDuckdb(async (connection) => {
    await connection.run(MACROS);
    await loadTable(connection, 'left', join.left, tables[join.left.name] ?? []);
    const q = join.left.kind === 'entities' ? `(epoch_ms("#given"::TIMESTAMP) + 86400000)` : '"#t"';
    await connection.run(
      `CREATE TABLE asked AS SELECT *, CASE WHEN "#legal" THEN ${q} END AS "#q" FROM "left"`,
    );
    const rows = (
      await read(
        connection,
        `SELECT "#row" FROM asked ORDER BY coalesce("#ds", '__none__'), "#row"`,
      )
    ).map(([row]): OracleRow => ({ '#row': row as number }));
    const byRow = new Map(rows.map((row) => [row['#row'], row]));
    const magnitudes = new Map<string, OracleRow[]>();
    const skipped: { name: string; reason: string }[] = [];
    for (const [i, part] of join.parts.entries()) {
      const { source } = part.groupBy;
      await loadTable(connection, `source ${i}`, source, tables[source.name] ?? []);
    }
    for (const feature of featuresOf(join)) {
      const reason = whySkipped(feature);
      if (reason !== null) {
        skipped.push({ name: feature.name, reason });
        continue;
      }
      const notGiven = tables[feature.part.groupBy.source.name] === undefined;
      const own = new Map<number, OutputValue>();
      const sizes = new Map<number, OutputValue>();
      for (const [row, bucket, value, size] of await read(
        connection,
        featureSql(feature, join, notGiven),
      )) {
        const result = output(feature, value);
        if (feature.aggregation?.by === undefined || bucket === null) {
          own.set(row as number, result);
          sizes.set(row as number, (size ?? null) as number | null);
          continue;
        }
        const key = scalar(bucketType(feature), bucket);
        const map = own.get(row as number);
        if (map instanceof Map) {
          map.set(key, result);
          (sizes.get(row as number) as Map<Value, OutputValue>).set(key, size as number);
        } else {
          own.set(row as number, new Map([[key, result]]));
          sizes.set(row as number, new Map([[key, size as number]]));
        }
      }
      for (const [row, target] of byRow) target[feature.name] = own.get(row as number) ?? null;
      if (isFloatSum(feature)) {
        magnitudes.set(
          feature.name,
          rows.map((row) => ({ size: sizes.get(row['#row'] as number) ?? null })),
        );
      }
    }
    return { rows, magnitudes, skipped };
  });
}

async function read(connection: Connection, sql: string): Promise<unknown[][]> {
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } catch (cause) {
    throw new Error(`in SQL:\n${sql}`, { cause });
  }
}

/** DuckDB puts a null inside a list last; S5.4's order wants it first, so each element is preceded by a flag. */
function orderKey(sql: string, type: DataType | undefined): string {
  return type?.kind === 'list'
    ? `list_transform(${sql}, lambda y: struct_pack(known := y IS NOT NULL, y := y))`
    : sql;
}

/** Type of what is aggregated: the elements' where a list is exploded (S5.6). */
function elementType(feature: Feature): DataType | undefined {
  const whole = ORDERED.includes(feature.aggregation?.operation ?? '');
  return feature.inputType?.kind === 'list' && !whole
    ? feature.inputType.element
    : feature.inputType;
}

function bucketType(feature: Feature): DataType {
  const { columns } = feature.part.groupBy.source;
  return columns.find((c) => c.name === feature.aggregation?.by)!.type;
}

function isFloatSum(feature: Feature): boolean {
  const operation = feature.aggregation?.operation;
  const kind = elementType(feature)?.kind;
  return (
    operation === 'AVERAGE' || (operation === 'SUM' && (kind === 'float' || kind === 'double'))
  );
}

/** S2.1-S2.6, S3.1: p (the head) and the first instant, as SQL over `"#q"`. */
function headSql(part: PartSpec): string {
  const p = `("#q" - ${part.lagMs})`;
  if (part.groupBy.accuracy === 'snapshot') return `floor_div(${p}, 86400000) * 86400000`;
  return part.at === 'inclusive' ? `${p} + 1` : p;
}

const UNIT_MS: { [unit: string]: number } = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function startSql(window: string, tail: 'sawtooth' | 'exact'): string {
  const w = Number.parseInt(window, 10) * UNIT_MS[window.at(-1)!]!;
  if (tail === 'exact') return `p - ${w}`;
  const hop = w >= 12 * 86_400_000 ? 86_400_000 : w >= 12 * 3_600_000 ? 3_600_000 : 300_000;
  return `floor_div(p - ${w}, ${hop}) * ${hop}`;
}

function featureSql(feature: Feature, join: JoinSpec, notGiven: boolean): string {
  const { part, window, tail } = feature;
  const aggregation = feature.aggregation!;
  const { source, empty } = part.groupBy;
  const { by, input, operation } = aggregation;
  const table = ident(`source ${join.parts.indexOf(part)}`);
  const tie = source.tieBreaker === undefined ? 'NULL' : `e.${ident(source.tieBreaker)}`;
  const keys = part.keys.map((k) => `l.${ident(k.left)} = e.${ident(k.right)}`);
  const limits = source.time === undefined ? [] : ['e."#t" < l.p'];
  if (window !== null) limits.push(`e."#t" >= l.${ident('start')}`);
  const dated = source.kind === 'entities' && source.static !== true;
  if (dated) limits.push('e."#given" = l.day');
  const where =
    aggregation.where === undefined ? 'true' : predicateSql(source, aggregation.where, 'e');
  const value = input === undefined ? '1' : `e.${ident(input)}`;
  const type = elementType(feature);
  const exploded = type === feature.inputType ? 'v' : 'unnest(v)';
  // A partition that is missing gives null, not zero; a source that is not given is empty on every day.
  const present =
    dated && !notGiven
      ? `day IN (SELECT "#given" FROM ${ident(`raw source ${join.parts.indexOf(part)}`)})`
      : 'true';
  const zero = COUNTS.includes(operation) && by === undefined && empty === 'zero';
  return `
    WITH l AS (
      SELECT *, ${window === null ? 'NULL' : startSql(window, tail)} AS start
      FROM (SELECT *, ${headSql(part)} AS p, day_ds("#q" - ${part.lagMs} - 86400000) AS day FROM asked)
      WHERE "#q" IS NOT NULL AND ${part.keys.map((k) => `${ident(k.left)} IS NOT NULL`).join(' AND ')}
    ), e AS (${eventsSql(feature, table)}),
    matched AS (
      SELECT l."#row" AS r, e."#t" AS t, ${tie} AS tie, ${value} AS v, ${by === undefined ? 'NULL' : `e.${ident(by)}`} AS b
      FROM l JOIN e ON ${[...keys, ...limits].join(' AND ')}
      WHERE ${where}
    ),
    values_ AS (SELECT r, t, tie, b, ${exploded} AS v FROM matched ${by === undefined ? '' : 'WHERE b IS NOT NULL'}),
    x AS (SELECT * FROM values_ WHERE v IS NOT NULL),
    a AS (${aggregateSql(aggregation, type)})
    SELECT l."#row", a.b, ${zero ? `coalesce(a.f, CASE WHEN ${present} THEN 0 END)` : 'a.f'}, a.size
    FROM l LEFT JOIN a ON a.r = l."#row" ORDER BY 1, 2`;
}

/** S1.3, S1.5: rows that exist; of one event's rows in one partition, the first by (t, tie, columns). */
function eventsSql(feature: Feature, table: string): string {
  const { source } = feature.part.groupBy;
  if (source.eventId === undefined) return `SELECT * FROM ${table} WHERE "#legal"`;
  const order = [
    '"#t"',
    ...(source.tieBreaker === undefined ? [] : [ident(source.tieBreaker)]),
    ...[...source.columns]
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
      .map((c) => orderKey(ident(c.name), c.type)),
    '"#row"',
  ];
  const id = ident(source.eventId);
  return `SELECT * FROM ${table} WHERE "#legal" QUALIFY ${id} IS NULL OR
    row_number() OVER (PARTITION BY "#ds", ${id} ORDER BY ${order.map((o) => `${o} ASC NULLS FIRST`).join(', ')}) = 1`;
}

function aggregateSql(aggregation: AggregationSpec, type: DataType | undefined): string {
  const { operation, k, maxDistinct } = aggregation;
  const key = orderKey('v', type);
  const oldest = `list(v ORDER BY t ASC, tie ASC NULLS FIRST, ${key} ASC)`;
  const newest = `list(v ORDER BY t DESC, tie DESC NULLS LAST, ${key} DESC)`;
  const number = type?.kind === 'boolean' ? 'v::INTEGER' : 'v';
  const floating = type?.kind === 'float' || type?.kind === 'double';
  const total = floating ? 'sum(v::DOUBLE)' : `sum(${number})`;
  // Doubles may overflow inside sum(abs()), which is then infinite, never an error.
  const size =
    operation === 'SUM' || operation === 'AVERAGE' ? `sum(abs(${number}::DOUBLE))` : 'NULL';
  const counted = 'SELECT r, b, v, count(*) AS c FROM x GROUP BY r, b, v';
  const grouped = (f: string): string =>
    `SELECT r, b, ${f} AS f, ${size} AS size FROM x GROUP BY r, b`;
  switch (operation) {
    case 'COUNT':
      return grouped('count(*)');
    case 'SUM':
      return grouped(total);
    case 'AVERAGE':
      return `SELECT r, b, f, size / n AS size FROM (SELECT r, b, (${total})::DOUBLE / count(*) AS f, ${size} AS size, count(*) AS n FROM x GROUP BY r, b)`;
    case 'MIN':
      return grouped('(list(v ORDER BY v ASC))[1]');
    case 'MAX':
      return grouped('(list(v ORDER BY v DESC))[1]');
    case 'FIRST':
      return grouped(`(${oldest})[1]`);
    case 'LAST':
      return grouped(`(${newest})[1]`);
    case 'FIRST_K':
      return grouped(`(${oldest})[1:${k}]`);
    case 'LAST_K':
      return grouped(`(${newest})[1:${k}]`);
    case 'TOP_K':
      return grouped(`(list(v ORDER BY v DESC))[1:${k}]`);
    case 'BOTTOM_K':
      return grouped(`(list(v ORDER BY v ASC))[1:${k}]`);
    case 'UNIQUE_COUNT':
    case 'APPROX_UNIQUE_COUNT':
      return grouped('count(DISTINCT v)');
    case 'HISTOGRAM':
      return `SELECT r, b, list(struct_pack(v := v, c := c) ORDER BY v) AS f, NULL AS size FROM (${counted}) GROUP BY r, b`;
    case 'TOP_K_FREQUENT': {
      const some = `(list(v ORDER BY c DESC, v ASC))[1:${k}]`;
      const f =
        maxDistinct === undefined ? some : `CASE WHEN count(*) <= ${maxDistinct} THEN ${some} END`;
      return `SELECT r, b, ${f} AS f, NULL AS size FROM (${counted}) GROUP BY r, b`;
    }
    default:
      throw new Error(`not covered: ${operation}`);
  }
}

/** A result cell of DuckDB in the oracle's representation. */
function output(feature: Feature, value: unknown): OutputValue {
  if (value === null || value === undefined) return null;
  const { operation } = feature.aggregation!;
  const type = elementType(feature);
  if (COUNTS.includes(operation)) return Number(value);
  if (operation === 'AVERAGE') return finite(value as number);
  if (operation === 'HISTOGRAM') {
    const entries = (value as { items: { entries: { v: unknown; c: bigint } }[] }).items;
    return new Map(entries.map(({ entries: { v, c } }) => [scalar(type!, v), Number(c)]));
  }
  if (operation === 'SUM') {
    if (type?.kind === 'float' || type?.kind === 'double') return finite(value as number);
    return type?.kind === 'decimal' ? String(value) : BigInt(value as bigint);
  }
  return operation.endsWith('_K') || operation === 'TOP_K_FREQUENT'
    ? (value as { items: unknown[] }).items.map((v) => scalar(type!, v))
    : scalar(type!, value);
}

function finite(x: number): number | null {
  return Number.isFinite(x) ? x + 0 : null;
}

function scalar(type: DataType, value: unknown): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'list':
      return (value as { items: unknown[] }).items.map((v) => scalar(type.element, v));
    case 'date':
    case 'decimal':
      return String(value);
    case 'timestamp':
    case 'timestamptz':
      return iso(value as bigint, 6);
    case 'timestamp_ns':
      return iso(value as bigint, 9);
    default:
      return value as Value;
  }
}

function iso(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits);
  const fraction = ((value % unit) + unit) % unit;
  const seconds = Number((value - fraction) / unit);
  const tail = fraction.toString().padStart(digits, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${tail}Z`;
}
