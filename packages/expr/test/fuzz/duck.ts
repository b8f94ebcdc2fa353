import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Row, Value } from '@tessera/expr';
import { COLUMNS, quote, storedSql, storedType } from './table.js';

export async function connect(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

export async function fill(connection: DuckDBConnection, rows: readonly Row[]): Promise<void> {
  const columns = COLUMNS.map((column) => `${quote(column.name)} ${storedType(column.type)}`);
  await connection.run(`CREATE OR REPLACE TABLE t (__row INTEGER, ${columns.join(', ')})`);
  const tuples = rows.map((row, at) => {
    const values = COLUMNS.map((column) => storedSql(row[column.name]!, column.type));
    return `(${at}, ${values.join(', ')})`;
  });
  await connection.run(`INSERT INTO t VALUES ${tuples.join(', ')}`);
}

/** Values of each expression, one array per expression, rows in order. */
export async function select(
  connection: DuckDBConnection,
  sql: readonly string[],
): Promise<readonly (readonly Value[])[]> {
  const texts = sql.map((one, at) => `${one} AS e${at}`);
  const reader = await connection.runAndReadAll(
    `SELECT ${texts.join(',\n')} FROM (SELECT * FROM t ORDER BY __row)`,
  );
  return reader.getColumns().map((column) => column.map(fromDuckDb));
}

export function fromDuckDb(value: DuckDBValue): Value {
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBListValue) return value.items.map(fromDuckDb);
  if (value instanceof DuckDBMapValue) {
    return new Map(value.entries.map((entry) => [fromDuckDb(entry.key), fromDuckDb(entry.value)]));
  }
  if (value === null || typeof value !== 'object') return value as Value;
  throw new Error(`a value of DuckDB that no expression has: ${value}`);
}

/** Equal to the bit: -0 is not 0, 1n is not 1. */
export function identical(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, at) => identical(one, b[at]!));
  }
  if (a instanceof Map && b instanceof Map) return identical([...a].flat(), [...b].flat());
  return Object.is(a, b);
}
