import type { KeyTable } from '@tessera/columnar';
import type { RawColumn } from '@tessera/lake';

/**
 * Keys of several columns as one integer a row: the codes of their values, put together as digits are.
 *
 * Shapes   columns: one for each part, `rows` each; Returns  `rows` × 2 words, in memory that the next call writes to. A
 *          row of which a value is null or in no table has a number that no key has.
 */
export type KeyNumbers = (columns: readonly RawColumn[], rows: number) => Int32Array;

/** @param parts codes of each column's values; null where there are more combinations than a double counts */
export function keyNumbers(parts: readonly KeyTable[]): KeyNumbers | null {
  const combinations = parts.reduce((product, { keys }) => product * keys, 1);
  if (combinations > Number.MAX_SAFE_INTEGER) return null;
  let room = 0;
  let codes = new Int32Array(0);
  let numbers = new Float64Array(0);
  let words = new Int32Array(0);
  return (columns, rows) => {
    if (rows > room) {
      room = rows;
      codes = new Int32Array(room);
      numbers = new Float64Array(room);
      words = new Int32Array(2 * room);
    }
    numbers.fill(0, 0, rows);
    parts.forEach((part, at) => {
      findCodes(part, columns[at]!, rows, codes);
      addDigit(numbers, codes, part.keys, rows);
    });
    writeWords(numbers, words, rows);
    return words.subarray(0, 2 * rows);
  };
}

/** Codes of a column's values, -1 for a null or unknown one. */
export function findCodes(
  table: KeyTable,
  { words, valid }: RawColumn,
  rows: number,
  into: Int32Array,
): void {
  table.find(words, rows, into);
  if (valid === null) return;
  for (let i = 0; i < rows; i++) if (((valid[i >>> 5]! >>> (i & 31)) & 1) === 0) into[i] = -1;
}

function addDigit(numbers: Float64Array, digit: Int32Array, base: number, rows: number): void {
  for (let i = 0; i < rows; i++) {
    const d = digit[i]!;
    numbers[i] = d < 0 ? Number.NaN : numbers[i]! * base + d;
  }
}

const WORD = 2 ** 32;

function writeWords(numbers: Float64Array, words: Int32Array, rows: number): void {
  for (let i = 0; i < rows; i++) {
    const n = numbers[i]!;
    const known = !Number.isNaN(n);
    const high = Math.floor(n / WORD);
    words[2 * i] = known ? n - high * WORD : -1;
    words[2 * i + 1] = known ? high : -1;
  }
}
