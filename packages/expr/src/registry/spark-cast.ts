import type { ExprType } from '../types.js';

/** Spark SQL: a scalar as text, in our form where Spark's differs (a timestamp's and a double's do not always agree). */
export function sparkString(sql: string, type: ExprType): string {
  return type.kind === 'string' ? sql : `CAST(${sql} AS STRING)`;
}
