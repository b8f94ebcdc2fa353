import { duckFinite } from '../registry/duck-finite.js';
import type { ExprType } from '../types.js';

/** DuckDB's text of each cast that gives the bits ours does; the others are JavaScript's. */
const CASTS: Readonly<Record<string, (value: string) => string>> = {
  'boolean int64': (value) => `CAST(${value} AS BIGINT)`,
  'boolean double': (value) => `CAST(${value} AS DOUBLE)`,
  'boolean string': (value) => `CAST(${value} AS VARCHAR)`,
  'int64 double': (value) => `CAST(${value} AS DOUBLE)`,
  'int64 string': (value) => `CAST(${value} AS VARCHAR)`,
  'int64 boolean': (value) => `(${value} <> 0)`,
  'double int64': (value) => `TRY_CAST(${value} AS BIGINT)`,
  'double boolean': (value) => `(${value} <> 0e0)`,
  'string int64': (value) => `TRY_CAST(regexp_extract(${value}, '^[+-]?[0-9]{1,40}\\z') AS BIGINT)`,
  'string double': (value) =>
    duckFinite(
      `TRY_CAST(regexp_extract(${value}, '^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\z') AS DOUBLE)`,
    ),
  'string boolean': (value) =>
    `CASE lower(${value}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`,
  'string date': (value) =>
    `TRY_CAST(regexp_extract(${value}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\z') AS DATE)`,
  'date timestamp': (value) => `TRY_CAST(${value} AS TIMESTAMP)`,
  'date string': (value) =>
    `CASE WHEN year(${value}) BETWEEN 1 AND 9999 THEN CAST(${value} AS VARCHAR) END`,
  'timestamp date': (value) => `CAST(${value} AS DATE)`,
  'timestamp string': (value) =>
    `CASE WHEN year(${value}) BETWEEN 1 AND 9999 THEN CAST(${value} AS VARCHAR) END`,
};

/** Undefined where the cast is JavaScript's: of doubles to text, and of text to timestamps. */
export function duckCast(from: ExprType, to: ExprType): ((value: string) => string) | undefined {
  return CASTS[`${from.kind} ${to.kind}`];
}
