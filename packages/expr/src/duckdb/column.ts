import type { DataType } from '@tessera/api';
import { canonicalType, type TypedColumn } from '../types.js';
import { sameExprType } from '../values.js';
import { EXACT_DIGITS } from './stored-values.js';
import { duckType } from './types.js';

/** A column as its canonical type, of a scan that has made NaN null and -0 zero. */
export function duckColumn(
  { column, declared }: TypedColumn,
  quote: (column: string) => string,
): string {
  return canonicalSql(quote(column), declared, 0);
}

/** `depth` keeps the parameters of nested lambdas apart. */
function canonicalSql(value: string, type: DataType, depth: number): string {
  const canonical = canonicalType(type);
  if (sameExprType(type, canonical)) return value;
  switch (type.kind) {
    case 'timestamptz':
      return `make_timestamp(epoch_us(${value}))`;
    case 'timestamp_ns':
      // Floored; DuckDB's own cast rounds.
      return `make_timestamp((epoch_ns(${value}) - ((epoch_ns(${value}) % 1000) + 1000) % 1000) // 1000)`;
    case 'decimal':
      return type.precision <= EXACT_DIGITS
        ? `CAST(${value} AS DOUBLE)`
        : `CAST(CAST(${value} AS VARCHAR) AS DOUBLE)`;
    case 'list': {
      const item = `__e${depth}`;
      return `list_transform(${value}, lambda ${item}: ${canonicalSql(item, type.element, depth + 1)})`;
    }
    case 'map': {
      const item = `__e${depth}`;
      const key = canonicalSql(`${item}.key`, type.key, depth + 1);
      const inner = canonicalSql(`${item}.value`, type.value, depth + 1);
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: {'key': ${key}, 'value': ${inner}}))`;
    }
    default:
      return `CAST(${value} AS ${duckType(canonical)})`;
  }
}
