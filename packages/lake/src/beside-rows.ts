import duckdb, {
  type LogicalType,
  type ScalarFunctionInfo,
  type Vector,
} from '@duckdb/node-bindings';
import { type DataType, TesseraError } from '@tessera/api';
import { columnWriters, type TableColumn } from './create-table.js';
import { DuckDBTypeId } from './duckdb.js';
import { rawConnection, type Session } from './session.js';

/**
 * Columns of ours beside the rows of a query, without a table of them: SQL calls a function as it goes through its rows, and
 * is given the next rows of the columns. A table would be compressed, counted and read once more.
 *
 * @param query   runs SQL that has the call once, in the SELECT list of all rows and nothing else:
 *                `SELECT *, <call> AS own FROM (…)`. It is a struct whose fields are `c0`, `c1`, … in the order of columns
 *
 * Shapes   every column has at least `rows` entries, and so many rows has the query
 * Units    as of `createTableFromBatch`
 * Throws   INTERNAL if the session has several threads, whose rows come in any order; if rows are left, or too many come; and
 *          as `createTableFromBatch`
 * Oracle   a table made by `createTableFromBatch`, POSITIONAL JOIN
 */
export async function besideRows<T>(
  session: Session,
  columns: readonly TableColumn[],
  rows: number,
  query: (call: string) => Promise<T>,
): Promise<T> {
  if (session.threads !== 1)
    throw new TesseraError('INTERNAL', { reason: `rows in order from ${session.threads} threads` });
  const own = functionOf(
    session,
    columns.map(({ type }) => type),
  );
  const writers = columnWriters(columns, rows);
  let at = 0;
  let failure: unknown = null;
  own.fill = (count, struct, info) => {
    try {
      if (at + count > rows)
        throw new TesseraError('INTERNAL', { reason: `${at + count} rows beside ${rows}` });
      for (let i = 0; i < writers.length; i++)
        writers[i]!(duckdb.struct_vector_get_child(struct, i), at, count);
      at += count;
    } catch (cause) {
      failure ??= cause;
      duckdb.scalar_function_set_error(info, 'stopped');
    }
  };
  try {
    const made = await query(`${own.name}()`);
    if (at !== rows) throw new TesseraError('INTERNAL', { reason: `${at} rows beside ${rows}` });
    return made;
  } catch (cause) {
    throw failure ?? cause;
  } finally {
    own.fill = null;
  }
}

/** A function of a session: one for each list of types, since what it returns is told once. */
interface RowsFunction {
  readonly name: string;
  fill: ((rows: number, struct: Vector, info: ScalarFunctionInfo) => void) | null;
}

const functions = new WeakMap<Session, Map<string, RowsFunction>>();

function functionOf(session: Session, types: readonly DataType[]): RowsFunction {
  const known = functions.get(session) ?? new Map<string, RowsFunction>();
  functions.set(session, known);
  const key = JSON.stringify(types);
  const found = known.get(key);
  if (found !== undefined) return found;
  const own: RowsFunction = { name: `__tessera_rows_${known.size}`, fill: null };
  const made = duckdb.create_scalar_function();
  duckdb.scalar_function_set_name(made, own.name);
  const names = types.map((_, idx) => `c${idx}`);
  duckdb.scalar_function_set_return_type(
    made,
    duckdb.create_struct_type(types.map(logicalType), names),
  );
  // Each call gives other rows.
  duckdb.scalar_function_set_volatile(made);
  duckdb.scalar_function_set_function(made, (info, chunk, struct) =>
    own.fill?.(duckdb.data_chunk_get_size(chunk), struct, info),
  );
  duckdb.register_scalar_function(rawConnection(session), made);
  known.set(key, own);
  return own;
}

function logicalType(type: DataType): LogicalType {
  switch (type.kind) {
    case 'decimal':
      return duckdb.create_decimal_type(type.precision, type.scale);
    case 'list':
      return duckdb.create_list_type(logicalType(type.element));
    case 'map':
      return duckdb.create_map_type(logicalType(type.key), logicalType(type.value));
    default:
      // The binding's numbers and the wrapper's are those of DuckDB.
      return duckdb.create_logical_type(TYPE_IDS[type.kind] as number);
  }
}

const TYPE_IDS: Readonly<
  Record<Exclude<DataType['kind'], 'decimal' | 'list' | 'map'>, DuckDBTypeId>
> = {
  boolean: DuckDBTypeId.BOOLEAN,
  int32: DuckDBTypeId.INTEGER,
  int64: DuckDBTypeId.BIGINT,
  epoch_ms: DuckDBTypeId.BIGINT,
  epoch_s: DuckDBTypeId.BIGINT,
  epoch_us: DuckDBTypeId.BIGINT,
  float: DuckDBTypeId.FLOAT,
  double: DuckDBTypeId.DOUBLE,
  string: DuckDBTypeId.VARCHAR,
  date: DuckDBTypeId.DATE,
  timestamp: DuckDBTypeId.TIMESTAMP,
  timestamptz: DuckDBTypeId.TIMESTAMP_TZ,
  timestamp_ns: DuckDBTypeId.TIMESTAMP_NS,
};
