import { collectBatches } from './collect.js';
import type { Column } from './column.js';
import { gather } from './gather.js';
import { wordsOf } from './words.js';

/**
 * The other way round from `gather`: rows of columns, one column behind the other, to given rows of one column.
 *
 * Shapes   columns of one sort; to[c][i]: where row i of column c goes, each row at most once
 * Returns  `rows` rows, fresh memory; a row that nothing goes to is null. The kind is that of the columns; of integers that
 *          are held in several widths the widest.
 * Oracle   gather() by the inverse of `to`, which is also what is done where a row is more than a number
 */
export function place(columns: readonly Column[], to: readonly Int32Array[], rows: number): Column {
  const numbers = allOf(columns, 'f64');
  if (numbers !== null) {
    const values = new Float64Array(rows);
    if (countOf(to) < rows) values.fill(Number.NaN);
    for (let c = 0; c < numbers.length; c++) placeNumbers(numbers[c]!.values, to[c]!, values);
    return { kind: 'f64', values };
  }
  const codes = allOf(columns, 'code');
  if (codes !== null) {
    const values = new Int32Array(rows);
    if (countOf(to) < rows) values.fill(-1);
    for (let c = 0; c < codes.length; c++) placeCodes(codes[c]!.values, to[c]!, values);
    return { kind: 'code', values };
  }
  const longs = allOf(columns, 'i64');
  if (longs !== null) return placeLongs(longs, to, rows);
  const [only] = columns;
  const whole = columns.length === 1 && only !== undefined ? only : joined(columns, to);
  return gather(whole, inverseOf(to, rows));
}

type OfKind<K extends Column['kind']> = Extract<Column, { kind: K }>;

/** The columns, if all of them are of a kind. */
function allOf<K extends Column['kind']>(
  columns: readonly Column[],
  kind: K,
): readonly OfKind<K>[] | null {
  return columns.every((column): column is OfKind<K> => column.kind === kind) ? columns : null;
}

// A loop each: V8 compiles a small function once, and the later loops of a long one anew each time it is called.

function placeNumbers(from: Float64Array, to: Int32Array, into: Float64Array): void {
  for (let i = 0; i < to.length; i++) into[to[i]!] = from[i]!;
}

function placeCodes(from: Int32Array, to: Int32Array, into: Int32Array): void {
  for (let i = 0; i < to.length; i++) into[to[i]!] = from[i]!;
}

type Long = OfKind<'i64'>;

function placeLongs(columns: readonly Long[], to: readonly Int32Array[], rows: number): Long {
  const values = new BigInt64Array(rows);
  const into = wordsOf(values);
  columns.forEach((from, c) => {
    placeWords(wordsOf(from.values), to[c]!, into);
  });
  const isWhole = countOf(to) === rows && columns.every(({ valid }) => valid === null);
  if (isWhole) return { kind: 'i64', values, valid: null };
  const valid = new Uint8Array(rows);
  columns.forEach((from, c) => {
    placeValid(from.valid, to[c]!, valid);
  });
  return { kind: 'i64', values, valid: valid.includes(0) ? valid : null };
}

function placeWords(from: Int32Array, to: Int32Array, into: Int32Array): void {
  for (let i = 0; i < to.length; i++) {
    const at = 2 * to[i]!;
    into[at] = from[2 * i]!;
    into[at + 1] = from[2 * i + 1]!;
  }
}

function placeValid(from: Uint8Array | null, to: Int32Array, into: Uint8Array): void {
  for (let i = 0; i < to.length; i++) into[to[i]!] = from === null ? 1 : from[i]!;
}

function countOf(to: readonly Int32Array[]): number {
  return to.reduce((sum, { length }) => sum + length, 0);
}

function joined(columns: readonly Column[], to: readonly Int32Array[]): Column {
  const collector = collectBatches(countOf(to));
  columns.forEach((column, c) => {
    collector.add({ rows: to[c]!.length, columns: { column } });
  });
  return collector.finish().columns.column!;
}

function inverseOf(to: readonly Int32Array[], rows: number): Int32Array {
  const inverse = new Int32Array(rows).fill(-1);
  let first = 0;
  for (const one of to) {
    for (let i = 0; i < one.length; i++) inverse[one[i]!] = first + i;
    first += one.length;
  }
  return inverse;
}
