import type { DataType, SourceSpec } from '@tessera/api';
import { quoteIdent } from '@tessera/lake';
import { type TaskContext, tableSql } from './context.js';
import { heldTables } from './held-tables.js';
import { type FindCodes, type KeysSeen, readKeyCodes, seeKeys } from './key-codes.js';
import { FAMILIES, familiesOf, sqlOf } from './key-families.js';
import type { TableRef } from './task.js';

/** A key that is looked up here instead of being joined in SQL. */
export interface KeyLookup {
  readonly find: FindCodes;
  /** Each column as it is looked up. */
  readonly keySql: readonly ((column: string) => string)[];
}

/** A column of a table of keys. */
export interface KeyColumn {
  readonly name: string;
  /** Of what is looked up in it. */
  readonly type: DataType | undefined;
}

const DAY: DataType = { kind: 'int32' };

/** Columns of a key set's table for keys of a source: `k0`, `k1` …, and `day` of keys that are told apart by day. */
export function keyColumns(
  keys: readonly string[],
  isDaily: boolean,
  { columns }: Pick<SourceSpec, 'columns'>,
): readonly KeyColumn[] {
  const typeOf = (key: string) => columns.find(({ name }) => name === key)?.type;
  const own = keys.map((key, at) => ({ name: `k${at}`, type: typeOf(key) }));
  return isDaily ? [...own, { name: 'day', type: DAY }] : own;
}

/**
 * The look-up of a key set, where there is one: of integers, dates, and strings of at most 12 bytes, as many keys as asked
 * for, and memory for them. Else null, and SQL joins.
 *
 * @param columns of the key set's table, all of its key
 * @param least   keys: a join does well with fewer, and leaves out rows of others
 */
export async function keyLookup(
  context: TaskContext,
  table: TableRef,
  columns: readonly KeyColumn[],
  least: number,
): Promise<KeyLookup | null> {
  const families = familiesOf(columns.map(({ type }) => type && FAMILIES[type.kind]));
  const path = table.kind === 'exchange' ? context.exchange.path(table.name) : null;
  if (families === null || path === null) return null;
  const { exchange } = context;
  const from = tableSql(context, table);
  const names = columns.map(({ name }) => quoteIdent(name));
  const seen = await heldSeen(exchange, path, () => seeKeys(context, from, names));
  if (seen.keys < least || !families.every((family, at) => family === seen.families?.[at]))
    return null;
  const keySql = families.map(sqlOf);
  const looked = names.map((name, at) => keySql[at]!(name));
  const find = await heldCodes(exchange, path, () =>
    readKeyCodes(context, from, looked, seen.keys),
  );
  return find && { keySql, find };
}

const heldSeen = heldTables<KeysSeen>();
const heldCodes = heldTables<FindCodes | null>();
