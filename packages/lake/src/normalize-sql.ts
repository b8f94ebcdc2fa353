import type { DataType } from '@tessera/api';
import { duckDbType } from './duckdb-type.js';

/** How a value lies in what is read, where that is not simply DuckDB's type of the declared one. */
export type StoredAs = 'declared' | 'instant' | 'local';

/** The type under which a reader is asked for a column. */
export function readType(type: DataType, storedAs: StoredAs): string {
  if (storedAs === 'instant') return 'TIMESTAMP WITH TIME ZONE';
  return storedAs === 'local' ? 'TIMESTAMP' : duckDbType(type);
}

/**
 * A column as expressions see it: of its declared type, NaN null and -0 zero, also inside lists and map values (S4.4).
 * ±Infinity stays: whether it is an error or a counted null is the run's to say.
 */
export function normalizedSql(column: string, type: DataType, storedAs: StoredAs): string {
  if (type.kind === 'timestamp' && storedAs === 'instant')
    return `make_timestamp(epoch_us(${column}))`;
  if (type.kind === 'timestamptz' && storedAs === 'local')
    return `make_timestamptz(epoch_us(${column}))`;
  return hasFloats(type) ? normalizedValue(column, type, 0) : column;
}

function hasFloats(type: DataType): boolean {
  if (type.kind === 'list') return hasFloats(type.element);
  if (type.kind === 'map') return hasFloats(type.value);
  return type.kind === 'float' || type.kind === 'double';
}

/** `depth` keeps the parameters of nested lambdas apart. */
function normalizedValue(value: string, type: DataType, depth: number): string {
  if (!hasFloats(type)) return value;
  const item = `__v${depth}`;
  if (type.kind === 'list') {
    return `list_transform(${value}, lambda ${item}: ${normalizedValue(item, type.element, depth + 1)})`;
  }
  if (type.kind === 'map') {
    const inner = normalizedValue(`${item}.value`, type.value, depth + 1);
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: {'key': ${item}.key, 'value': ${inner}}))`;
  }
  // Adding zero turns -0 into 0 and changes nothing else. The zero is cast: with a bare 0.0 a FLOAT would become DOUBLE.
  return `CASE WHEN NOT isnan(${value}) THEN ${value} + CAST(0 AS ${duckDbType(type)}) END`;
}
