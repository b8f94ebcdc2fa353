import { formatDay } from '@tessera/api';
import type { ExprType, TypedLiteral } from '../types.js';

/** Spark's type of a type that expressions see. */
export function sparkType(type: ExprType): string {
  switch (type.kind) {
    case 'int64':
      return 'BIGINT';
    case 'list':
      return `ARRAY<${sparkType(type.element)}>`;
    case 'map':
      return `MAP<${sparkType(type.key)}, ${sparkType(type.value)}>`;
    case 'null':
      return 'STRING';
    default:
      return type.kind.toUpperCase();
  }
}

/** A typed literal as Spark SQL of exactly its type and value. */
export function sparkLiteral({ literal, type }: TypedLiteral): string {
  if (literal === null) return `CAST(NULL AS ${sparkType(type)})`;
  switch (type.kind) {
    case 'boolean':
      return literal === true ? 'TRUE' : 'FALSE';
    case 'int64':
      return negated(`${literal}L`);
    case 'double':
      return negated(`${String(literal).toUpperCase()}D`);
    case 'date':
      return sparkDay(literal as number);
    case 'timestamp':
      return `timestamp_micros(${literal}L)`;
    default:
      return sparkString(literal as string);
  }
}

function negated(text: string): string {
  return text.startsWith('-') ? `(${text})` : text;
}

/** Backslashes begin escapes in Spark's literals. */
export function sparkString(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\0', '\\0')
    .replaceAll('\r', '\\r');
  return `'${escaped}'`;
}

const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

function sparkDay(day: number): string {
  return day < FIRST_DAY || day > LAST_DAY
    ? `date_from_unix_date(${day})`
    : `DATE '${formatDay(day)}'`;
}
