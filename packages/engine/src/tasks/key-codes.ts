import {
  type KeyTable,
  keyTable,
  keyTableBytes,
  LONGEST_KEY_BYTES,
  MOST_KERNEL_BYTES,
} from '@tessera/columnar';
import { type RawColumn, readRows, sinkWithKeys } from '@tessera/lake';
import type { Exchange } from '../exchange.js';
import type { TaskContext } from './context.js';
import { FAMILIES_OF_TABLES, type Family, familiesOf } from './key-families.js';
import { findCodes, type KeyNumbers, keyNumbers } from './key-numbers.js';
import { codes } from './typed.js';

/** What a table of keys is like. */
export interface KeysSeen {
  readonly keys: number;
  /** Null for keys of other types, of longer strings, and of which a part is null. */
  readonly families: readonly Family[] | null;
}

/** Code of every row, -1 for a null or unknown key. */
export type FindCodes = (key: readonly RawColumn[], rows: number, into: Int32Array) => void;

/** Of the memory that a task has: for the keys of one key set, and of all. */
const SHARE = 0.2;
const SHARE_OF_ALL = 0.4;

/** Bytes that a worker holds for a run. */
const heldBytes = new WeakMap<Exchange, number>();

/**
 * Codes of the keys of a table.
 *
 * @param columns SQL of the table's columns, as they are looked up
 *
 * Returns  null where they take more room than there is
 */
export async function readKeyCodes(
  context: TaskContext,
  from: string,
  columns: readonly string[],
  keys: number,
): Promise<FindCodes | null> {
  const { exchange, memory } = context;
  const held = heldBytes.get(exchange) ?? 0;
  const room = Math.min(SHARE * memory.taskBytes, SHARE_OF_ALL * memory.taskBytes - held);
  if (keyTableBytes(keys) > Math.min(MOST_KERNEL_BYTES, room)) return null;
  const parts =
    columns.length === 1
      ? []
      : await readParts(context, from, columns, keys, room - keyTableBytes(keys));
  if (parts === null) return null;
  const numbers = parts.length === 0 ? null : keyNumbers(parts);
  if (parts.length > 0 && numbers === null) return null;
  const { words, codes: code, width } = await readKeys(context, from, columns, keys, numbers);
  const table = keyTable(words, code, width);
  if (table === null) return null;
  const bytes = [table, ...parts].reduce((sum, one) => sum + keyTableBytes(one.keys), 0);
  heldBytes.set(exchange, held + bytes);
  return (key, rows, into) =>
    numbers === null
      ? findCodes(table, key[0]!, rows, into)
      : table.find(numbers(key, rows), rows, into);
}

/**
 * Looks at a table of keys. A key of which a part is null is of no row, and has no number but that of unknown ones.
 *
 * @param names of its columns, all of its key
 */
export async function seeKeys(
  { session }: TaskContext,
  from: string,
  names: readonly string[],
): Promise<KeysSeen> {
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
  from: string,
  columns: readonly string[],
  keys: number,
  room: number,
): Promise<readonly KeyTable[] | null> {
  const parts: KeyTable[] = [];
  let left = room;
  for (const column of columns) {
    const values = `(SELECT v, CAST(row_number() OVER () - 1 AS INTEGER) AS code FROM (SELECT DISTINCT ${column} AS v FROM ${from}))`;
    const { words, codes: code, width } = await readKeys(context, values, ['v'], keys, null);
    left -= keyTableBytes(code.length);
    if (left < 0) return null;
    const part = keyTable(words, code, width);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

interface Keys {
  readonly words: Int32Array;
  readonly codes: Int32Array;
  readonly width: RawColumn['width'];
}

/**
 * @param most    there are no more
 * @param numbers what several columns are put together by; null: there is one
 */
async function readKeys(
  { session }: TaskContext,
  from: string,
  columns: readonly string[],
  most: number,
  numbers: KeyNumbers | null,
): Promise<Keys> {
  const names = columns.map((_, at) => `v${at}`);
  const values = columns.map((column, at) => `${column} AS ${names[at]}`);
  const sql = `SELECT ${[...values, 'code'].join(', ')} FROM ${from}`;
  const taken = { columns: ['code'], kinds: { code: 'code' as const } };
  const code = new Int32Array(most);
  let width: RawColumn['width'] = 2;
  let words = new Int32Array(0);
  let at = 0;
  await sinkWithKeys(session, sql, names, taken, (read, batch) => {
    if (numbers === null) width = read[0]!.width;
    if (at === 0) words = new Int32Array(most * width);
    words.set(numbers === null ? read[0]!.words : numbers(read, batch.rows), at * width);
    code.set(codes(batch, 'code'), at);
    at += batch.rows;
  });
  return { words: words.subarray(0, at * width), codes: code.subarray(0, at), width };
}
