import type { DataType } from '@tessera/api';
import { type Column, columnLength, readInt128, rowCompare } from '@tessera/columnar';
import type { StringDictionary } from '@tessera/lake';
import { bad } from './row-lanes.js';
import type { Tiles } from './tiles.js';

/** One key column, a row per tile. */
export interface TileKey {
  readonly type: DataType;
  readonly column: Column;
  readonly dictionary?: StringDictionary;
}

/** The last tile of a piece: what the first of the next comes after. */
export interface LastTile {
  /** The key, or its code. */
  readonly key: readonly KeyPart[];
  readonly startMs: number;
}

type KeyPart = number | bigint | Uint8Array;

/**
 * Check that tiles are sorted by (keys, start), no pair twice, after those of the piece before.
 *
 * @param keys null when only their codes are known
 *
 * Returns  their last, or `before` when there are none
 * Throws   INTERNAL
 */
export function checkTileOrder(
  keys: readonly TileKey[] | null,
  { rows, code, startMs }: Tiles,
  before: LastTile | null,
): LastTile | null {
  for (const { column } of keys ?? []) {
    if (columnLength(column) !== rows) throw bad(`${columnLength(column)} keys for ${rows} tiles`);
  }
  if (rows === 0) return before;
  const codes: Column = { kind: 'code', values: code };
  const compare = keys === null ? [rowCompare(codes)] : keys.map((key) => rowCompare(key.column));
  const keyAt = (row: number) => keys?.map((key) => keyPart(key, row)) ?? [code[row]!];
  if (before !== null) {
    const order = compareKeys(before.key, keyAt(0));
    if (order > 0 || (order === 0 && before.startMs >= startMs[0]!)) throw unsorted();
  }
  for (let i = 1; i < rows; i++) {
    let order = 0;
    for (let k = 0; k < compare.length && order === 0; k++) order = compare[k]!(i - 1, i);
    if (order > 0 || (order === 0 && startMs[i - 1]! >= startMs[i]!)) throw unsorted();
  }
  return { key: keyAt(rows - 1), startMs: startMs[rows - 1]! };
}

/** Pieces may have dictionaries of their own: strings are compared as their bytes. */
function keyPart({ column, dictionary }: TileKey, row: number): KeyPart {
  switch (column.kind) {
    case 'f64':
      return column.values[row]!;
    case 'i64':
      return column.values[row]!;
    case 'i128':
      return readInt128(column.values, row);
    case 'code': {
      if (dictionary === undefined) throw bad('a key has codes but no dictionary');
      const code = column.values[row]!;
      const text = 'get' in dictionary ? dictionary.get(code) : dictionary[code];
      return typeof text === 'string' ? Buffer.from(text) : (text ?? new Uint8Array(0));
    }
    default:
      throw bad(`a key is a ${column.kind}`);
  }
}

function compareKeys(a: readonly KeyPart[], b: readonly KeyPart[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x instanceof Uint8Array && y instanceof Uint8Array) {
      const order = Buffer.compare(x, y);
      if (order !== 0) return order;
    } else if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function unsorted(): Error {
  return bad('tiles are not sorted by key and start');
}
