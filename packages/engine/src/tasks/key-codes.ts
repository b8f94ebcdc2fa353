import {
  type KeyTable,
  keyTable,
  keyTableBytes,
  LONGEST_KEY_BYTES,
  MOST_KERNEL_BYTES,
} from '@tessera/columnar';
import { type RawColumn, readRows, sinkWithKey, sinkWithKeys } from '@tessera/lake';
import type { Exchange } from '../exchange.js';
import { type TaskContext, tableSql } from './context.js';
import { FAMILIES_OF_TABLES, type Family, familiesOf, sqlOf } from './key-families.js';
import { findCodes, type KeyNumbers, keyNumbers } from './key-numbers.js';
import type { TableRef } from './task.js';
import { codes } from './typed.js';

/** Codes of the keys of a table. */
export interface KeyCodes {
  readonly families: readonly Family[];
  readonly keys: number;
  /** Code of every row, -1 for a null or unknown key. */
  readonly find: (key: readonly RawColumn[], rows: number, into: Int32Array) => void;
}

/** Of the memory that a task has: for the keys of one key set, and of all. */
const SHARE = 0.2;
const SHARE_OF_ALL = 0.4;

/** Bytes that a worker holds for a run. */
const heldBytes = new WeakMap<Exchange, number>();

/**
 * @param names of the table's columns, all of its key
 *
 * Returns  null for keys of other types, of longer strings, and where they take more room than there is
 */
export async function readKeyCodes(
  context: TaskContext,
  ref: TableRef,
  names: readonly string[],
): Promise<KeyCodes | null> {
  const from = tableSql(context, ref);
  const { keys, families } = await keysAndFamilies(context, from, names);
  if (families === null) return null;
  const { exchange, memory } = context;
  const held = heldBytes.get(exchange) ?? 0;
  const room = Math.min(SHARE * memory.taskBytes, SHARE_OF_ALL * memory.taskBytes - held);
  if (keyTableBytes(keys) > Math.min(MOST_KERNEL_BYTES, room)) return null;
  const columns = names.map((name, at) => sqlOf(families[at]!)(name));
  const parts =
    columns.length === 1 ? [] : await readParts(context, columns, from, room - keyTableBytes(keys));
  if (parts === null) return null;
  const numbers = parts.length === 0 ? null : keyNumbers(parts);
  if (parts.length > 0 && numbers === null) return null;
  const table = await readKeys(context, columns, from, keys, numbers);
  if (table === null) return null;
  const bytes = [table, ...parts].reduce((sum, one) => sum + keyTableBytes(one.keys), 0);
  heldBytes.set(exchange, held + bytes);
  return {
    ...{ families, keys },
    find: (key, rows, into) =>
      numbers === null
        ? findCodes(table, key[0]!, rows, into)
        : table.find(numbers(key, rows), rows, into),
  };
}

/** Keys of which a part is null are of no row, and have no number that is not that of unknown ones. */
async function keysAndFamilies(
  { session }: TaskContext,
  from: string,
  names: readonly string[],
): Promise<{ keys: number; families: readonly Family[] | null }> {
  const columns = await readRows(session, `DESCRIBE SELECT ${names.join(', ')} FROM ${from}`);
  const families = columns.map((column) => FAMILIES_OF_TABLES[String(column.column_type)]);
  const longest = names.map((name, at) =>
    families[at] === 'text' ? `coalesce(max(strlen(${name})), 0)` : '0',
  );
  const known = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
  const sql = `SELECT count(*) AS keys, count(*) FILTER (${known}) AS known, greatest(${longest.join(', ')}) AS longest FROM ${from}`;
  const [row] = await readRows(session, sql);
  const fits = row?.known === row?.keys && Number(row?.longest) <= LONGEST_KEY_BYTES;
  return { keys: Number(row?.keys ?? 0), families: fits ? familiesOf(families) : null };
}

/** Codes of the values of each column; null where they take more room than there is. */
async function readParts(
  context: TaskContext,
  columns: readonly string[],
  from: string,
  room: number,
): Promise<readonly KeyTable[] | null> {
  const parts: KeyTable[] = [];
  let left = room;
  for (const column of columns) {
    const { words, rows, width } = await readValues(context, column, from);
    left -= keyTableBytes(rows);
    if (left < 0) return null;
    const part = keyTable(
      words,
      Int32Array.from({ length: rows }, (_, code) => code),
      width,
    );
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

interface Values {
  readonly words: Int32Array;
  readonly rows: number;
  readonly width: RawColumn['width'];
}

/** Each value of a column once. */
async function readValues({ session }: TaskContext, column: string, from: string): Promise<Values> {
  const sql = `SELECT DISTINCT ${column} AS v FROM ${from}`;
  let words = new Int32Array(0);
  let width: RawColumn['width'] = 1;
  let rows = 0;
  await sinkWithKey(session, sql, 'v', { columns: [], kinds: {} }, (read, batch) => {
    width = read.width;
    const needed = (rows + batch.rows) * width;
    if (needed > words.length) words = grown(words, needed);
    words.set(read.words, rows * width);
    rows += batch.rows;
  });
  return { words, rows, width };
}

function grown(words: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(needed, 2 * words.length));
  larger.set(words);
  return larger;
}

/** @param numbers what several columns are put together by; null: there is one */
async function readKeys(
  { session }: TaskContext,
  columns: readonly string[],
  from: string,
  keys: number,
  numbers: KeyNumbers | null,
): Promise<KeyTable | null> {
  const names = columns.map((_, at) => `v${at}`);
  const values = columns.map((column, at) => `${column} AS ${names[at]}`);
  const sql = `SELECT ${[...values, 'code'].join(', ')} FROM ${from}`;
  const taken = { columns: ['code'], kinds: { code: 'code' as const } };
  const code = new Int32Array(keys);
  let words = new Int32Array(0);
  let width: RawColumn['width'] = 2;
  let at = 0;
  await sinkWithKeys(session, sql, names, taken, (read, batch) => {
    if (numbers === null) width = read[0]!.width;
    if (at === 0) words = new Int32Array(keys * width);
    words.set(numbers === null ? read[0]!.words : numbers(read, batch.rows), at * width);
    code.set(codes(batch, 'code'), at);
    at += batch.rows;
  });
  return keyTable(words, code, width);
}
