import { formatDay } from '@tessera/api';
import type { TypedLiteral } from '../types.js';
import { duckType } from './types.js';

/** A typed literal as SQL of exactly its type and value. */
export function duckLiteral({ literal, type }: TypedLiteral): string {
  if (literal === null) return `CAST(NULL AS ${duckType(type)})`;
  switch (type.kind) {
    case 'boolean':
      return literal === true ? 'TRUE' : 'FALSE';
    case 'int64':
      return `CAST(${literal} AS BIGINT)`;
    case 'double':
      return duckDouble(literal as number);
    case 'date':
      return duckDay(literal as number);
    case 'timestamp':
      return `make_timestamp(CAST(${literal} AS BIGINT))`;
    default:
      return duckString(literal as string);
  }
}

/** With an exponent: without one DuckDB reads a decimal, and rounds a second time when it becomes a double. */
export function duckDouble(value: number): string {
  const text = String(value + 0);
  const exact = text.includes('e') ? text : `${text}e0`;
  return value < 0 ? `(${exact})` : exact;
}

/** A NUL would end the statement's text. */
export function duckString(text: string): string {
  if (!text.includes('\0')) return `'${text.replaceAll("'", "''")}'`;
  return `(${text
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ')})`;
}

const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

function duckDay(day: number): string {
  return day < FIRST_DAY || day > LAST_DAY
    ? `(DATE '1970-01-01' + CAST(${day} AS INTEGER))`
    : `CAST('${formatDay(day)}' AS DATE)`;
}
