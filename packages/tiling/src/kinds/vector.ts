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

/** Vectors of one length. */
interface Same {
  n: number;
  readonly sums: readonly Expansion[];
}

interface Vectors {
  withNull: number;
  readonly byLength: Map<number, Same>;
}

/**
 * Element sums, of the nearest doubles. Vectors are kept apart by length, and those with a null element are only counted,
 * so that what cannot be answered is told whatever the order.
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
        if (valid?.subarray(from, end).includes(0)) {
          into.withNull++;
          continue;
        }
        const same = sameLength(into, end - from);
        same.n++;
        for (let d = from; d < end; d++) addToExpansion(same.sums[d - from]!, elements[d]!);
      }
    });
  },
  fromStates({ order, start, column }) {
    const withNull = asDoubles(column('withNull'));
    const length = asList(column('length'));
    const lengths = asDoubles(length.child);
    const counts = asDoubles(asList(column('n')).child);
    const terms = asList(column('terms'));
    const expansions = asList(terms.child);
    const parts = asDoubles(expansions.child);
    return write(start, (g, into) => {
      for (let p = start[g]!; p < start[g + 1]!; p++) {
        const row = order[p]!;
        into.withNull += withNull[row]!;
        let element = terms.offsets[row]!;
        for (let l = length.offsets[row]!; l < length.offsets[row + 1]!; l++) {
          const same = sameLength(into, lengths[l]!);
          same.n += counts[l]!;
          for (const sum of same.sums) {
            const { offsets } = expansions;
            mergeExpansion(sum, parts.subarray(offsets[element]!, offsets[element + 1]!));
            element++;
          }
        }
      }
    });
  },
};

function sameLength({ byLength }: Vectors, length: number): Same {
  let same = byLength.get(length);
  if (same === undefined) {
    same = { n: 0, sums: Array.from({ length }, () => []) };
    byLength.set(length, same);
  }
  return same;
}

function write(start: Int32Array, add: (group: number, into: Vectors) => void): NamedColumns {
  const groups = start.length - 1;
  const withNull = new Float64Array(groups);
  const offsets = new Int32Array(groups + 1);
  const elements = new Int32Array(groups + 1);
  const lengths: number[] = [];
  const n: number[] = [];
  const ends: number[] = [0];
  const terms: number[] = [];
  for (let g = 0; g < groups; g++) {
    const into: Vectors = { withNull: 0, byLength: new Map() };
    add(g, into);
    withNull[g] = into.withNull;
    for (const [length, same] of [...into.byLength].sort(([a], [b]) => a - b)) {
      lengths.push(length);
      n.push(same.n);
      for (const sum of same.sums) {
        terms.push(...canonicalExpansion(sum));
        ends.push(terms.length);
      }
    }
    offsets[g + 1] = lengths.length;
    elements[g + 1] = ends.length - 1;
  }
  return {
    withNull: f64(withNull),
    length: lists(offsets, f64(Float64Array.from(lengths))),
    n: lists(offsets, f64(Float64Array.from(n))),
    terms: lists(elements, lists(Int32Array.from(ends), f64(Float64Array.from(terms)))),
  };
}
