import type { ListColumn } from './state-rows.js';
import { listOf } from './state-rows.js';
import { plainTerms, type TermLists } from './terms.js';

/** Vectors' element sums as items of two terms per element; items of one state follow one another. */
export interface VectorItems {
  /** First item of each state row, and the number of items at the end. */
  readonly offsets: Int32Array;
  readonly weights: Float64Array;
  /** Per item: that of the vectors, or a negative fault. */
  readonly length: Float64Array;
  /** Term `which` (0 or 1) of an element of an item; 0 where it has none. */
  readonly term: (item: number, element: number, which: 0 | 1) => number;
}

export function vectorItems(n: Float64Array, length: Float64Array, terms: ListColumn): VectorItems {
  const inner = plainTerms(listOf(terms.child));
  const rows = n.length;
  const offsets = new Int32Array(rows + 1);
  for (let s = 0; s < rows; s++) {
    const items = n[s]! > 0 ? itemsOf(terms.offsets[s]!, terms.offsets[s + 1]!, inner) : 0;
    offsets[s + 1] = offsets[s]! + items;
  }
  const count = offsets[rows]!;
  const weights = new Float64Array(count);
  const itemLength = new Float64Array(count);
  const stateOf = new Int32Array(count);
  for (let s = 0; s < rows; s++) {
    if (offsets[s] === offsets[s + 1]) continue;
    weights[offsets[s]!] = n[s]!;
    itemLength.fill(length[s]!, offsets[s], offsets[s + 1]);
    stateOf.fill(s, offsets[s], offsets[s + 1]);
  }
  return {
    offsets,
    weights,
    length: itemLength,
    term: (item, element, which) => {
      const s = stateOf[item]!;
      const list = terms.offsets[s]! + element;
      if (list >= terms.offsets[s + 1]!) return 0;
      const at = inner.offsets[list]! + 2 * (item - offsets[s]!) + which;
      return at < inner.offsets[list + 1]! ? inner.values[at]! : 0;
    },
  };
}

/** As many as the element with most terms needs; one at least. */
function itemsOf(first: number, end: number, { offsets }: TermLists): number {
  let items = 1;
  for (let list = first; list < end; list++) {
    items = Math.max(items, Math.ceil((offsets[list + 1]! - offsets[list]!) / 2));
  }
  return items;
}
