import type { ListColumn } from './state-rows.js';
import { doublesOf } from './state-rows.js';

/**
 * Lists of terms dealt out over entries, so that states stand beside raw values in one exact sum:
 *
 *   width 2   [a b c] n = 7   →   entry (a, b) weighing 7, entry (c, 0) weighing 0
 *             []      n = 2   →   entry (0, 0) weighing 2
 *             n = 0           →   nothing
 *
 * Several lists of one state (the powers of a moment) share their entries, as many as the longest needs.
 */
export interface DealtTerms {
  /** First item of each state row, and the number of items at the end. */
  readonly offsets: Int32Array;
  readonly weights: Float64Array;
  /** Per list, `width` arrays of one double per item. */
  readonly terms: readonly Float64Array[][];
}

export function dealTerms(
  n: Float64Array,
  lists: readonly ListColumn[],
  width: number,
): DealtTerms {
  const plain = lists.map(plainTerms);
  const rows = n.length;
  const offsets = new Int32Array(rows + 1);
  for (let s = 0; s < rows; s++) {
    let items = 0;
    if (n[s]! > 0) {
      items = 1;
      for (const list of plain) {
        items = Math.max(items, Math.ceil((list.offsets[s + 1]! - list.offsets[s]!) / width));
      }
    }
    offsets[s + 1] = offsets[s]! + items;
  }
  const count = offsets[rows]!;
  const weights = new Float64Array(count);
  const terms = plain.map((list) => {
    const dealt = Array.from({ length: width }, () => new Float64Array(count));
    for (let s = 0; s < rows; s++) {
      if (!(n[s]! > 0)) continue;
      const first = list.offsets[s]!;
      for (let j = first; j < list.offsets[s + 1]!; j++) {
        const at = j - first;
        dealt[at % width]![offsets[s]! + Math.floor(at / width)] = list.values[j]!;
      }
    }
    return dealt;
  });
  for (let s = 0; s < rows; s++) if (n[s]! > 0) weights[offsets[s]!] = n[s]!;
  return { offsets, weights, terms };
}

/** Expansions as lists of finite doubles. */
export interface TermLists {
  readonly offsets: Int32Array;
  readonly values: Float64Array;
}

/**
 * Expansions without the form of sums beyond a double: [… k Infinity] is k · 2^1024, here 2k terms of 2^1023. A sum of E
 * doubles has |k| < E, so they are never more than twice the events.
 *
 * Throws   TypeError on any other term that is not finite
 */
export function plainTerms({ offsets, child }: ListColumn): TermLists {
  const values = doublesOf(child);
  if (values.every(Number.isFinite)) return { offsets, values };
  const rows = offsets.length - 1;
  const plain: number[] = [];
  const plainOffsets = new Int32Array(rows + 1);
  for (let s = 0; s < rows; s++) {
    let end = offsets[s + 1]!;
    let halves = 0;
    if (end - offsets[s]! >= 2 && values[end - 1] === Infinity) {
      end -= 2;
      halves = 2 * values[end]!;
    }
    for (let j = offsets[s]!; j < end; j++) {
      if (!Number.isFinite(values[j]!)) throw new TypeError(`${values[j]} is no term of a sum`);
      plain.push(values[j]!);
    }
    for (let h = Math.abs(halves); h > 0; h--) plain.push(Math.sign(halves) * 2 ** 1023);
    plainOffsets[s + 1] = plain.length;
  }
  return { offsets: plainOffsets, values: Float64Array.from(plain) };
}
