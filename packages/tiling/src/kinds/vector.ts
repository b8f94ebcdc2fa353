import {
  addToExpansion,
  canonicalExpansion,
  type Expansion,
  mergeExpansion,
} from '@tessera/algebra';
import { columnLength } from '@tessera/columnar';
import { nearestDoubles, validity } from '../physical.js';
import {
  asDoubles,
  asList,
  f64,
  identity,
  type Kernel,
  lists,
  type NamedColumns,
} from './kernel.js';

/** In place of a length: vectors of two lengths are in the tile. */
export const UNEQUAL_LENGTHS = -1;
/** In place of a length: a vector with a null element is in the tile. Goes before unequal lengths. */
export const NULL_ELEMENT = -2;

/** Vectors put together; `length` is NaN while there are none. */
interface Vectors {
  n: number;
  length: number;
  sums: Expansion[];
}

/**
 * Element sums, of the nearest doubles. What cannot be answered (S5: another length, a null element) stays so whatever is
 * merged with it, and in whatever order.
 */
export const vector: Kernel = {
  fromRows({ values, items, start, type }) {
    if (values === null || type?.kind !== 'list') throw new TypeError('vectors are lists');
    const { offsets, child } = asList(values);
    const elements = nearestDoubles(child, type.element, identity(columnLength(child)));
    const valid = validity(child);
    return write(start, (g, into) => {
      for (let i = start[g]!; i < start[g + 1]!; i++) {
        const from = offsets[items[i]!]!;
        const end = offsets[items[i]! + 1]!;
        const hasNull = valid?.subarray(from, end).includes(0) === true;
        join(into, 1, hasNull ? NULL_ELEMENT : end - from);
        for (let d = 0; d < into.sums.length; d++)
          addToExpansion(into.sums[d]!, elements[from + d]!);
      }
    });
  },
  fromStates({ order, start, column }) {
    const counts = asDoubles(column('n'));
    const lengths = asDoubles(column('length'));
    const terms = asList(column('terms'));
    const { offsets, child } = asList(terms.child);
    const parts = asDoubles(child);
    return write(start, (g, into) => {
      for (let p = start[g]!; p < start[g + 1]!; p++) {
        const row = order[p]!;
        if (counts[row] === 0) continue;
        join(into, counts[row]!, lengths[row]!);
        for (let d = 0; d < into.sums.length; d++) {
          const element = terms.offsets[row]! + d;
          mergeExpansion(into.sums[d]!, parts.subarray(offsets[element]!, offsets[element + 1]!));
        }
      }
    });
  },
};

/** Makes room for `n` more vectors; without one length for all there are no sums. */
function join(into: Vectors, n: number, length: number): void {
  into.n += n;
  if (length === into.length) return;
  if (Number.isNaN(into.length)) {
    into.length = length;
    into.sums = Array.from({ length: Math.max(0, length) }, () => []);
    return;
  }
  const hasNull = length === NULL_ELEMENT || into.length === NULL_ELEMENT;
  into.length = hasNull ? NULL_ELEMENT : UNEQUAL_LENGTHS;
  into.sums = [];
}

function write(start: Int32Array, add: (group: number, into: Vectors) => void): NamedColumns {
  const groups = start.length - 1;
  const n = new Float64Array(groups);
  const length = new Float64Array(groups);
  const offsets = new Int32Array(groups + 1);
  const ends: number[] = [0];
  const terms: number[] = [];
  for (let g = 0; g < groups; g++) {
    const into: Vectors = { n: 0, length: Number.NaN, sums: [] };
    add(g, into);
    n[g] = into.n;
    length[g] = into.length;
    for (const sum of into.sums) {
      terms.push(...canonicalExpansion(sum));
      ends.push(terms.length);
    }
    offsets[g + 1] = ends.length - 1;
  }
  return {
    n: f64(n),
    length: f64(length),
    terms: lists(offsets, lists(Int32Array.from(ends), f64(Float64Array.from(terms)))),
  };
}
