import { createRequire } from 'node:module';
import type { ColumnSpec, DataType, Expression, Row, SourceSpec, Value } from './types.js';

/** The little of `@duckdb/node-api` that the SQL oracle uses; the package belongs to packages/lake. */
export interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
  closeSync(): void;
}
interface Api {
  DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
}

/** A private in-memory database with one thread; closed after `use`. */
export async function withDuckdb<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
  const require = createRequire(new URL('../../packages/lake/package.json', import.meta.url));
  // The package is found through another room's dependencies, so its own types are out of reach here.
  const api = require('@duckdb/node-api') as Api;
  const instance = await api.DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int32':
      return 'INTEGER';
    case 'float':
      return 'FLOAT';
    case 'double':
      return 'DOUBLE';
    case 'string':
      return 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'list':
      return `${sqlType(type.element)}[]`;
    case 'map':
      throw new Error('no maps');
    default:
      // Timestamps as whole nanoseconds or microseconds, and epochs as they are: order and equality are the same.
      return type.kind === 'timestamp_ns' ? 'HUGEINT' : 'BIGINT';
  }
}

function text(value: string): string {
  const pieces = value.split('\0').map((piece) => `'${piece.replaceAll("'", "''")}'`);
  return `(${pieces.join(' || chr(0) || ')})`;
}

/** ISO text in whole units of 10^-digits seconds, with DuckDB's own calendar for the whole seconds. */
function instant(iso: string, digits: 6 | 9): string {
  const [whole = '', fraction = ''] = iso.replace(/Z$/, '').split('.');
  const seconds = `epoch(TIMESTAMP '${whole.replace('T', ' ')}')::HUGEINT`;
  return `(${seconds} * 1${'0'.repeat(digits)} + ${Number(fraction.padEnd(digits, '0').slice(0, digits))})`;
}

function literal(type: DataType, value: Value | undefined): string {
  if (value === null || value === undefined) return `NULL::${sqlType(type)}`;
  switch (type.kind) {
    case 'string':
      return text(String(value));
    case 'float':
    case 'double':
      return `'${Object.is(value, -0) ? '-0.0' : String(value)}'::${sqlType(type)}`;
    case 'timestamp':
    case 'timestamptz':
      return instant(String(value), 6);
    case 'timestamp_ns':
      return instant(String(value), 9);
    case 'list':
      return `[${(value as Value[]).map((v) => literal(type.element, v)).join(', ')}]::${sqlType(type)}`;
    default:
      return `'${String(value)}'::${sqlType(type)}`;
  }
}

/** S4.4 in SQL: NaN and infinities are null, -0 is 0. */
function clean(type: DataType, sql: string): string {
  if (type.kind === 'float' || type.kind === 'double') {
    return `CASE WHEN isfinite(${sql}) THEN ${sql} + 0::${sqlType(type)} END`;
  }
  if (type.kind !== 'list') return sql;
  const inner = clean(type.element, 'e');
  return inner === 'e' ? sql : `list_transform(${sql}, lambda e: ${inner})`;
}

/** S1.1 in SQL: the time column in epoch ms; `floor_div` is the macro below. */
function timeSql(column: ColumnSpec): string {
  const name = ident(column.name);
  switch (column.type.kind) {
    case 'date':
      return `(${name} - DATE '1970-01-01')::BIGINT * 86400000`;
    case 'timestamp':
    case 'timestamptz':
    case 'epoch_us':
      return `floor_div(${name}, 1000)`;
    case 'timestamp_ns':
      return `floor_div(${name}, 1000000)`;
    case 'epoch_s':
      return `${name} * 1000`;
    default:
      return name;
  }
}

export const MACROS = `
  CREATE MACRO floor_div(a, b) AS ((a - (((a % b) + b) % b)) // b)::BIGINT;
  CREATE MACRO day_ds(ms) AS strftime(DATE '1970-01-01' + floor_div(ms, 86400000)::INTEGER, '%Y-%m-%d');
`;

/**
 * Load a table as `name`: declared columns as they are, then `#row` (position), `#t` (epoch ms; 0 without a time
 * column), `#ds`, `#legal`. Values are cleaned, rows of `where` kept, nothing else dropped.
 */
export async function loadTable(
  connection: Connection,
  name: string,
  source: SourceSpec,
  rows: readonly Row[],
): Promise<void> {
  const raw = ident(`raw ${name}`);
  const columns = source.columns.map((c) => `${ident(c.name)} ${sqlType(c.type)}`);
  await connection.run(
    `CREATE TABLE ${raw} (${columns.join(', ')}, "#row" INTEGER, "#given" VARCHAR)`,
  );
  if (rows.length > 0) {
    const tuples = rows.map((row, i) => {
      const own = source.columns.map((c) => literal(c.type, row[c.name]));
      return `(${[...own, i, literal({ kind: 'string' }, row.ds)].join(', ')})`;
    });
    await connection.run(`INSERT INTO ${raw} VALUES ${tuples.join(',\n')}`);
  }
  const time = source.columns.find((c) => c.name === source.time);
  const t = time === undefined ? '0::BIGINT' : timeSql(time);
  const low = source.allowPre1970 ? 'true' : '"#t" >= 0';
  const cleaned = source.columns.map((c) => `${clean(c.type, ident(c.name))} AS ${ident(c.name)}`);
  const where = source.where === undefined ? 'true' : predicateSql(source, source.where, 'c');
  await connection.run(`
    CREATE TABLE ${ident(name)} AS
    SELECT *, coalesce("#given", CASE WHEN "#legal" THEN day_ds("#t") END) AS "#ds" FROM (SELECT *,
      coalesce("#t" < epoch_ms(TIMESTAMP '2201-01-01') AND ${low}, false) AS "#legal"
    FROM (SELECT ${cleaned.join(', ')}, "#row", "#given", ${t} AS "#t" FROM ${raw}) c
    WHERE ${where})`);
}

function operandSql(operand: Expression, alias: string): string {
  if (operand.op === 'column') return `${alias}.${ident(operand.column)}`;
  if (operand.op !== 'literal') throw new Error(`no operand: ${operand.op}`);
  const value = operand.literal;
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number')
    return Number.isInteger(value) ? `${value}::BIGINT` : `'${value}'::DOUBLE`;
  return value === null ? 'NULL' : String(value);
}

function typedOperand(
  source: SourceSpec,
  operand: Expression,
  beside: Expression,
  alias: string,
): string {
  const sql = operandSql(operand, alias);
  if (operand.op !== 'literal' || beside.op !== 'column') return sql;
  const type = source.columns.find((c) => c.name === beside.column)?.type;
  return type?.kind === 'date' && typeof operand.literal === 'string' ? `${sql}::DATE` : sql;
}

/** A predicate as SQL over a table alias. */
export function predicateSql(source: SourceSpec, predicate: Expression, alias: string): string {
  switch (predicate.op) {
    case 'and':
    case 'or':
      return `(${predicate.args.map((p) => predicateSql(source, p, alias)).join(` ${predicate.op} `)})`;
    case 'not':
      return `(NOT ${predicateSql(source, predicate.arg, alias)})`;
    case 'is_null':
      return `(${operandSql(predicate.operand, alias)} IS NULL)`;
    case 'column':
      return `${alias}.${ident(predicate.column)}`;
    case 'in': {
      const { operand } = predicate;
      const values = predicate.values.map((v) => typedOperand(source, v, operand, alias));
      return `(${operandSql(operand, alias)} IN (${values.join(', ')}))`;
    }
    case 'sql':
      return `(${predicate.sql})`;
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const { left, right, op } = predicate;
      return `(${typedOperand(source, left, right, alias)} ${op} ${typedOperand(source, right, left, alias)})`;
    }
    default:
      throw new Error(`no predicate: ${predicate.op}`);
  }
}
