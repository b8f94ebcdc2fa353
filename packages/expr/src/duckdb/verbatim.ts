import { duckFinite } from '../registry/duck-finite.js';
import type { TypedExpression } from '../types.js';
import { duckType } from './types.js';

/**
 * SQL as the user wrote it, as a value of the type that its place or the CAST around it gives it: NaN and what is not finite
 * null, -0 zero. What DuckDB gives of it was checked to be of that type or a narrower one.
 */
export function duckVerbatim({ sql, type }: TypedExpression & { readonly op: 'sql' }): string {
  // The line break ends a comment that the text may end with.
  const value = `(${sql}\n)`;
  if (type.kind === 'boolean') return value;
  return type.kind === 'double'
    ? duckFinite(`CAST(${value} AS DOUBLE)`)
    : `TRY_CAST(${value} AS ${duckType(type)})`;
}
