import type { DuckDBVector } from '@duckdb/node-api';
import type { DataType } from '@tessera/api';
import { TesseraError } from '@tessera/api';
import { type Column, readInt128 } from '@tessera/columnar';
import * as duckdb from './duckdb.js';
import type { Session } from './session.js';

/** A column with the strings that its codes stand for. */
export interface StringColumn {
  readonly column: Column;
  readonly strings: readonly string[] | null;
}

/** A function of rows that SQL may call by its name. It sees nulls. */
export interface ScalarFunction {
  readonly name: string;
  /** boolean, int64, double, string, date and timestamp, and lists and maps of them. */
  readonly parameters: readonly DataType[];
  /** Of these, decimals, timestamp_ns, and lists and maps of them. */
  readonly returns: DataType;
  /** Called with up to 2,048 rows at a time; what it gives has as many. */
  readonly evaluate: (rows: number, inputs: readonly StringColumn[]) => StringColumn;
}

/**
 * Make a function of ours callable from SQL in a session. It runs on the thread that asked the query, which has to wait for the
 * query without blocking.
 *
 * Units    dates are days, timestamps µs, timestamp_ns ns, decimals unscaled
 * Throws   INTERNAL for a type that has no such form
 */
export function registerScalarFunction(session: Session, made: ScalarFunction): void {
  const { name, parameters, returns, evaluate } = made;
  session.connection.registerScalarFunction(
    duckdb.DuckDBScalarFunction.create({
      name,
      parameterTypes: parameters.map(typeOf),
      returnType: typeOf(returns),
      // The function is asked about nulls too.
      specialHandling: true,
      mainFunction: (_info, input, output) => {
        const rows = input.rowCount;
        const inputs = parameters.map((type, at) =>
          readVector(input.getColumnVector(at), type, rows),
        );
        writeVector(output, evaluate(rows, inputs), returns, rows);
      },
    }),
  );
}

function typeOf(type: DataType): duckdb.DuckDBType {
  switch (type.kind) {
    case 'boolean':
      return duckdb.BOOLEAN;
    case 'int64':
      return duckdb.BIGINT;
    case 'double':
      return duckdb.DOUBLE;
    case 'string':
      return duckdb.VARCHAR;
    case 'date':
      return duckdb.DATE;
    case 'timestamp':
      return duckdb.TIMESTAMP;
    case 'timestamp_ns':
      return duckdb.TIMESTAMP_NS;
    case 'decimal':
      return duckdb.DECIMAL(type.precision, type.scale);
    case 'list':
      return duckdb.LIST(typeOf(type.element));
    case 'map':
      return duckdb.MAP(typeOf(type.key), typeOf(type.value));
    default:
      throw new TesseraError('INTERNAL', { reason: `no function of SQL takes ${type.kind}` });
  }
}

function readVector(vector: DuckDBVector, type: DataType, rows: number): StringColumn {
  const items = Array.from({ length: rows }, (_, row) => vector.getItem(row));
  const strings: string[] = [];
  const codes = new Map<string, number>();
  const codeOf = (text: string): number => {
    let code = codes.get(text);
    if (code === undefined) {
      code = strings.push(text) - 1;
      codes.set(text, code);
    }
    return code;
  };
  const column = columnOf(items, type, codeOf);
  return { column, strings: strings.length > 0 || type.kind === 'string' ? strings : null };
}

/** Values as DuckDB's binding gives them → a column. */
function columnOf(
  items: readonly unknown[],
  type: DataType,
  codeOf: (text: string) => number,
): Column {
  switch (type.kind) {
    case 'string':
      return {
        kind: 'code',
        values: Int32Array.from(items, (item) => (item === null ? -1 : codeOf(String(item)))),
      };
    case 'int64':
    case 'timestamp': {
      const valid = Uint8Array.from(items, (item) => (item === null ? 0 : 1));
      const values = BigInt64Array.from(items, (item) => {
        if (item instanceof duckdb.DuckDBTimestampValue) return item.micros;
        return typeof item === 'bigint' ? item : 0n;
      });
      return { kind: 'i64', values, valid: valid.includes(0) ? valid : null };
    }
    case 'list': {
      const lists = items.map((item) => (item instanceof duckdb.DuckDBListValue ? item.items : []));
      const child = columnOf(lists.flat(), type.element, codeOf);
      return { kind: 'list', ...nested(items, lists), child };
    }
    case 'map': {
      const maps = items.map((item) => (item instanceof duckdb.DuckDBMapValue ? item.entries : []));
      const entries = maps.flat();
      const keys = columnOf(
        entries.map(({ key }) => key),
        type.key,
        codeOf,
      );
      const values = columnOf(
        entries.map(({ value }) => value),
        type.value,
        codeOf,
      );
      return { kind: 'map', ...nested(items, maps), keys, values };
    }
    default:
      return {
        kind: 'f64',
        values: Float64Array.from(items, (item) => {
          if (item === null) return Number.NaN;
          return item instanceof duckdb.DuckDBDateValue ? item.days : Number(item);
        }),
      };
  }
}

/** Where each row's values lie in the child. */
function nested(items: readonly unknown[], values: readonly (readonly unknown[])[]) {
  const offsets = new Int32Array(items.length + 1);
  for (let row = 0; row < items.length; row++)
    offsets[row + 1] = offsets[row]! + values[row]!.length;
  const valid = Uint8Array.from(items, (item) => (item === null ? 0 : 1));
  return { offsets, valid: valid.includes(0) ? valid : null };
}

function writeVector(
  vector: DuckDBVector,
  { column, strings }: StringColumn,
  type: DataType,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) vector.setItem(row, itemOf(column, strings, type, row));
  vector.flush();
}

function itemOf(
  column: Column,
  strings: readonly string[] | null,
  type: DataType,
  row: number,
): duckdb.DuckDBValue {
  switch (column.kind) {
    case 'code':
      return column.values[row]! < 0 ? null : (strings?.[column.values[row]!] ?? null);
    case 'i64':
      if (column.valid !== null && column.valid[row] === 0) return null;
      return numberItem(column.values[row]!, type);
    case 'i128':
      if (column.valid !== null && column.valid[row] === 0) return null;
      return numberItem(readInt128(column.values, row), type);
    case 'f64':
      return Number.isNaN(column.values[row]!) ? null : numberItem(column.values[row]!, type);
    case 'list': {
      if (column.valid !== null && column.valid[row] === 0) return null;
      const { offsets, child } = column;
      const { element } = type as DataType & { readonly kind: 'list' };
      return new duckdb.DuckDBListValue(
        between(offsets, row).map((at) => itemOf(child, strings, element, at)),
      );
    }
    case 'map': {
      if (column.valid !== null && column.valid[row] === 0) return null;
      const { offsets, keys, values } = column;
      const of = type as DataType & { readonly kind: 'map' };
      return new duckdb.DuckDBMapValue(
        between(offsets, row).map((at) => ({
          key: itemOf(keys, strings, of.key, at),
          value: itemOf(values, strings, of.value, at),
        })),
      );
    }
  }
}

function between(offsets: Int32Array, row: number): number[] {
  const first = offsets[row]!;
  return Array.from({ length: offsets[row + 1]! - first }, (_, at) => first + at);
}

function numberItem(value: number | bigint, type: DataType): duckdb.DuckDBValue {
  switch (type.kind) {
    case 'boolean':
      return value !== 0;
    case 'date':
      return new duckdb.DuckDBDateValue(Number(value));
    case 'timestamp':
      return new duckdb.DuckDBTimestampValue(BigInt(value));
    case 'timestamp_ns':
      return new duckdb.DuckDBTimestampNanosecondsValue(BigInt(value));
    case 'decimal':
      return new duckdb.DuckDBDecimalValue(BigInt(value), type.precision, type.scale);
    case 'int64':
      return BigInt(value);
    default:
      return Number(value);
  }
}
