import type { DataType } from '@tessera/api';
import {
  type KeyTable,
  keyTable,
  keyTableBytes,
  LONGEST_KEY_BYTES,
  MOST_KERNEL_BYTES,
} from '@tessera/columnar';
import { type RawColumn, readRows, sinkWithKey } from '@tessera/lake';
import { type TaskContext, tableSql } from './context.js';
import { heldTables } from './held-tables.js';
import type { TableRef } from './task.js';
import { codes } from './typed.js';

/** A key that is looked up here instead of being joined in SQL. */
export interface KeyLookup {
  /** A column as it is looked up. */
  readonly sqlOf: (column: string) => string;
  /** Code of every row, -1 for a null or unknown key. */
  readonly find: (key: RawColumn, rows: number, into: Int32Array) => void;
}

/** Types whose equal values are equal words when they are read by this SQL, and only they. */
type Family = 'text' | 'integer' | 'date';

const FAMILIES: Partial<Record<DataType['kind'], Family>> = {
  string: 'text',
  int32: 'integer',
  int64: 'integer',
  date: 'date',
};

/** By DuckDB's names. */
const FAMILIES_OF_TABLES: Partial<Record<string, Family>> = {
  VARCHAR: 'text',
  INTEGER: 'integer',
  BIGINT: 'integer',
  DATE: 'date',
};

const sqlOf = (family: Family) => (column: string) =>
  family === 'integer' ? `CAST(${column} AS BIGINT)` : column;

/** Of the memory that a task has. */
const SHARE = 0.2;

/**
 * The look-up of a key set, where there is one: a single key, an integer, a date, or strings of at most 12 bytes, as many
 * keys as asked for, and memory for them. Else null, and SQL joins.
 *
 * @param type  of the source's key column
 * @param least keys; default: more than a join does well with that leaves out rows of others
 */
export async function keyLookup(
  context: TaskContext,
  table: TableRef,
  type: DataType | undefined,
  least = context.memory.leastLookedUp,
): Promise<KeyLookup | null> {
  const family = type && FAMILIES[type.kind];
  const path = table.kind === 'exchange' ? context.exchange.path(table.name) : null;
  if (family === undefined || path === null) return null;
  const found = await heldKeys(context.exchange, path, () => readTable(context, table));
  if (found?.family !== family || found.keys < least) return null;
  return {
    sqlOf: sqlOf(family),
    find({ words, valid }, rows, into) {
      found.table.find(words, rows, into);
      if (valid !== null) forgetNulls(valid, rows, into);
    },
  };
}

interface Held {
  readonly family: Family;
  readonly keys: number;
  readonly table: KeyTable;
}

const heldKeys = heldTables<Held | null>();

async function readTable(context: TaskContext, from: TableRef): Promise<Held | null> {
  const { session, memory } = context;
  const name = tableSql(context, from);
  const [about] = await readRows(
    session,
    `SELECT count(*) AS keys, any_value(typeof(k0)) AS type, max(strlen(CAST(k0 AS VARCHAR))) AS longest FROM ${name}`,
  );
  const keys = Number(about?.keys ?? 0);
  const family = FAMILIES_OF_TABLES[String(about?.type)];
  if (family === undefined) return null;
  if (family === 'text' && Number(about?.longest) > LONGEST_KEY_BYTES) return null;
  if (keyTableBytes(keys) > Math.min(MOST_KERNEL_BYTES, SHARE * memory.taskBytes)) return null;
  const sql = `SELECT ${sqlOf(family)('k0')} AS k, code FROM ${name}`;
  const code = new Int32Array(keys);
  let words = new Int32Array(0);
  let width: RawColumn['width'] = 1;
  let at = 0;
  await sinkWithKey(session, sql, 'k', { columns: ['code'], kinds: { code: 'code' } }, (key, b) => {
    if (at === 0) {
      width = key.width;
      words = new Int32Array(keys * width);
    }
    words.set(key.words, at * width);
    code.set(codes(b, 'code'), at);
    at += b.rows;
  });
  const table = keyTable(words, code, width);
  return table && { family, keys, table };
}

function forgetNulls(valid: Int32Array, rows: number, found: Int32Array): void {
  for (let i = 0; i < rows; i++) if (((valid[i >>> 5]! >>> (i & 31)) & 1) === 0) found[i] = -1;
}
