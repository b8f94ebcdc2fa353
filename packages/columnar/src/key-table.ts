import { hasSimd, simdKernels } from './kernels.js';
import { addresses, newMemory } from './wasm.js';

/**
 * Keys as they lie in a vector: 1 or 2 words of 32 bits for an integer, 4 for a string of at most 12 bytes (its length, and
 * its bytes with zeros behind them).
 */
export type KeyWidth = 1 | 2 | 4;

/** Longer strings do not fit the words of a key. */
export const LONGEST_KEY_BYTES = 12;

/**
 * Codes of keys.
 *
 * Open addressing, four keys to a line of memory with the keys themselves: a look-up touches one line and compares all four
 * at once. A join table of rows and pointers touches three, which is most of what a join costs once it outgrows a core's
 * cache.
 */
export interface KeyTable {
  readonly keys: number;
  /**
   * Code of every row's key, -1 for one that is not there.
   *
   * Shapes   words: `rows` × width, row by row; a string's length may be above 12; codes: at least `rows`
   */
  find(words: Int32Array, rows: number, codes: Int32Array): void;
}

/** Bytes that a table of so many keys takes. */
export function keyTableBytes(keys: number): number {
  return LINE_BYTES * linesFor(keys) + BLOCK_ROWS * (4 + 1) * 4;
}

/** Four keys of three words, and a word each of their code and length. */
const LINE_BYTES = 64;

/** Keys of a line: the denser the table, the more of it lies in a core's cache; a key in nine lies behind its own. */
const LOAD = 2.8;

/** So many keys are copied to and fro at a time. */
const BLOCK_ROWS = 2048;

const linesFor = (keys: number): number => 1 + Math.ceil(keys / LOAD);

/**
 * @param words `keys` × width; no key twice, no string above 12 bytes
 * @param codes 0 … keys - 1 in any order
 *
 * Returns  null when two strings differ in nothing but zeros behind them, and on a processor without SIMD
 */
export function keyTable(words: Int32Array, codes: Int32Array, width: KeyWidth): KeyTable | null {
  if (!hasSimd()) return null;
  const keys = codes.length;
  const table = newTable(keys, width);
  for (let from = 0; from < keys; from += BLOCK_ROWS) {
    const until = Math.min(keys, from + BLOCK_ROWS);
    table.words.set(words.subarray(from * width, until * width));
    table.codes.set(codes.subarray(from, until));
    if (!table.add(until - from)) return null;
  }
  return {
    keys,
    find(wanted, rows, found) {
      for (let from = 0; from < rows; from += BLOCK_ROWS) {
        const until = Math.min(rows, from + BLOCK_ROWS);
        table.words.set(wanted.subarray(from * width, until * width));
        table.find(until - from);
        found.set(table.codes.subarray(0, until - from), from);
      }
    },
  };
}

/** A table in memory of its own, with room for one block of keys and their codes. */
interface Table {
  readonly words: Int32Array;
  readonly codes: Int32Array;
  /** Puts the first of the block into the table; false = two are alike. */
  add(rows: number): boolean;
  /** Codes of the first of the block. */
  find(rows: number): void;
}

function newTable(keys: number, width: KeyWidth): Table {
  const lines = linesFor(keys);
  const next = addresses();
  const [at, words, codes] = [
    next(LINE_BYTES * lines),
    next(BLOCK_ROWS * width * 4),
    next(BLOCK_ROWS * 4),
  ];
  const memory = newMemory(next(0));
  const kernels = simdKernels(memory);
  const add = kernels[ADD[width]];
  const find = kernels[FIND[width]];
  return {
    words: new Int32Array(memory.buffer, words, BLOCK_ROWS * width),
    codes: new Int32Array(memory.buffer, codes, BLOCK_ROWS),
    add: (rows) => add(at, lines, words, codes, rows) !== 0,
    find: (rows) => find(at, lines, words, rows, codes),
  };
}

const ADD = { 1: 'addNarrow', 2: 'addWide', 4: 'addStrings' } as const;
const FIND = { 1: 'findNarrow', 2: 'findWide', 4: 'findStrings' } as const;
