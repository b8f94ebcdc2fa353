import type { ExprType } from '../types.js';

/** DuckDB's type of a type that expressions see. */
export function duckType(type: ExprType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int64':
      return 'BIGINT';
    case 'double':
      return 'DOUBLE';
    case 'string':
      return 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'list':
      return `${duckType(type.element)}[]`;
    case 'map':
      return `MAP(${duckType(type.key)}, ${duckType(type.value)})`;
    default:
      return 'VARCHAR';
  }
}
