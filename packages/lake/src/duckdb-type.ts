import type { DataType } from '@tessera/api';
import { quoteIdent } from './quote.js';

/**
 * DuckDB's type of a declared type, as SQL.
 *
 * Units  timestamp and timestamptz are µs since the epoch in i64 columns, timestamp_ns is ns, date is days, a decimal is
 *        its unscaled integer.
 */
export function duckDbType(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int32':
      return 'INTEGER';
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return 'BIGINT';
    case 'float':
      return 'FLOAT';
    case 'double':
      return 'DOUBLE';
    case 'string':
      return 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'timestamp_ns':
      return 'TIMESTAMP_NS';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'list':
      return `${duckDbType(type.element)}[]`;
    case 'map':
      return `MAP(${duckDbType(type.key)}, ${duckDbType(type.value)})`;
  }
}

/** The column list of CREATE TABLE. */
export function columnDefinitions(columns: readonly { name: string; type: DataType }[]): string {
  return columns.map((c) => `${quoteIdent(c.name)} ${duckDbType(c.type)}`).join(', ');
}
