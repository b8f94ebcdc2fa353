import { sparkFinite, sparkOnce } from '../registry/spark-once.js';
import type { ExprType } from '../types.js';

const INSTANT =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$';

/** What of a text has the form, all of it or nothing. `$` would allow a line's end behind it. */
function having(value: string, form: string): string {
  return `regexp_extract(${value}, '${form.replace(/\$$/, '\\\\z')}', 0)`;
}

const inYears = (value: string): string =>
  sparkOnce(value, (v) => `CASE WHEN year(${v}) BETWEEN 1 AND 9999 THEN CAST(${v} AS STRING) END`);

const CASTS: Readonly<Record<string, (value: string) => string>> = {
  'boolean int64': (value) => `CAST(${value} AS BIGINT)`,
  'boolean double': (value) => `CAST(${value} AS DOUBLE)`,
  'boolean string': (value) => `CAST(${value} AS STRING)`,
  'int64 double': (value) => `CAST(${value} AS DOUBLE)`,
  'int64 string': (value) => `CAST(${value} AS STRING)`,
  'int64 boolean': (value) => `(${value} <> 0L)`,
  'double int64': (value) =>
    sparkOnce(
      `rint(${value})`,
      (v) =>
        `CASE WHEN ${v} >= -9.223372036854775808E18D AND ${v} < 9.223372036854775808E18D THEN CAST(${v} AS BIGINT) END`,
    ),
  // Whole numbers as we write them; others in Java's form, which knows no shortest one before Java 19.
  'double string': (value) =>
    sparkOnce(
      value,
      (v) =>
        `CASE WHEN ${v} = rint(${v}) AND abs(${v}) < 1E15D THEN CAST(CAST(${v} AS BIGINT) AS STRING) ELSE CAST(${v} AS STRING) END`,
    ),
  'double boolean': (value) => `(${value} <> 0D)`,
  'string int64': (value) => `try_cast(${having(value, '^[+-]?[0-9]{1,40}$')} AS BIGINT)`,
  'string double': (value) =>
    sparkFinite(
      `try_cast(${having(value, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$')} AS DOUBLE)`,
    ),
  'string boolean': (value) =>
    `CASE lower(${value}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`,
  'string date': (value) => `try_cast(${having(value, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')} AS DATE)`,
  'string timestamp': (value) => `try_cast(${having(value, INSTANT)} AS TIMESTAMP)`,
  'date timestamp': (value) => `CAST(${value} AS TIMESTAMP)`,
  'date string': inYears,
  'timestamp date': (value) => `CAST(${value} AS DATE)`,
  'timestamp string': inYears,
};

/** A cast between types that the checker allows. */
export function sparkCast(value: string, from: ExprType, to: ExprType): string {
  return CASTS[`${from.kind} ${to.kind}`]!(value);
}
