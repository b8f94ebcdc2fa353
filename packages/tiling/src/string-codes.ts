import type { DataType } from '@tessera/api';
import { quoteIdent, run, type Session } from '@tessera/lake';
import { bad } from './row-lanes.js';

/** A dictionary inside a session, as a type whose values are its strings. */
export interface StringCodes {
  readonly sqlType: string;
}

/**
 * Make a dictionary known to a session, once for many reads.
 *
 * @param name a fresh name
 * @param table with `code` (0, 1, 2 … in UTF-8 order) and `s`
 */
export async function createStringCodes(
  session: Session,
  name: string,
  table: string,
): Promise<StringCodes> {
  const strings = `SELECT s FROM ${quoteIdent(table)} ORDER BY code`;
  await run(session, `CREATE TYPE ${quoteIdent(name)} AS ENUM (${strings})`);
  return { sqlType: quoteIdent(name) };
}

/** SQL: strings → their places in the dictionary, in lists of any depth. A string that is not in it fails the query. */
export function stringCodesSql(
  value: string,
  type: DataType,
  { sqlType }: StringCodes,
  depth = 0,
): string {
  if (type.kind !== 'list') return `CAST(enum_code(CAST(${value} AS ${sqlType})) AS INTEGER)`;
  const element = `x${depth}`;
  const inner = stringCodesSql(element, type.element, { sqlType }, depth + 1);
  return `list_transform(${value}, lambda ${element}: ${inner})`;
}

export type StringCodesOf = Readonly<Record<string, StringCodes>>;

export function codesOf(strings: StringCodesOf, column: string): StringCodes {
  const codes = strings[column];
  if (codes === undefined) throw bad(`no dictionary of ${column}`);
  return codes;
}
