import {
  addToExpansion,
  canonicalExpansion,
  type Expansion,
  mergeExpansion,
} from '@tessera/algebra';
import type { Column } from '@tessera/columnar';
import { asDoubles, asList, lists, openLists, type StateLane } from './kernel.js';

/** Below this magnitude two doubles that add up without error are in canonical form. */
const SAFE = 2 ** 1000;

/**
 * Exact sums of runs of doubles, as canonical expansions.
 *
 * Shapes   values: all members, run after run; start: G + 1 positions
 * Returns  G lists
 * Cost     about 2 ns a value while a sum fits in two doubles; `slow` is asked for the others
 */
export function sumRuns(
  values: Float64Array,
  start: Int32Array,
  slow: (group: number) => Expansion = (g) => addAll(values, start[g]!, start[g + 1]!),
): Column {
  const groups = start.length - 1;
  const offsets = new Int32Array(groups + 1);
  const terms = addRuns(values, start, offsets, slow);
  return lists(offsets, { kind: 'f64', values: terms.slice(0, offsets[groups]!) });
}

/** Returns the terms, of which the first `offsets[groups]` are meant. */
function addRuns(
  values: Float64Array,
  start: Int32Array,
  offsets: Int32Array,
  slow: (group: number) => Expansion,
): Float64Array {
  const groups = start.length - 1;
  let terms = new Float64Array(groups + 16);
  let at = 0;
  for (let g = 0; g < groups; g++) {
    const end = start[g + 1]!;
    let high = 0;
    let low = 0;
    let i = start[g]!;
    for (; i < end; i++) {
      const x = values[i]!;
      const sum = high + x;
      const part = sum - high;
      const error = high - (sum - part) + (x - part);
      if (error !== 0) {
        const both = low + error;
        const bothPart = both - low;
        // NaN, from a sum beyond all doubles, is not 0 either.
        if (low - (both - bothPart) + (error - bothPart) !== 0) break;
        low = both;
      }
      high = sum;
    }
    const sum = high + low;
    const part = sum - high;
    const error = high - (sum - part) + (low - part);
    if (i === end && Math.abs(sum) < SAFE) {
      if (at + 2 > terms.length) terms = grown(terms, at + 2);
      if (error !== 0) terms[at++] = error;
      if (sum !== 0) terms[at++] = sum;
    } else {
      const exact = canonicalExpansion(slow(g));
      if (at + exact.length > terms.length) terms = grown(terms, at + exact.length);
      for (const term of exact) terms[at++] = term;
    }
    offsets[g + 1] = at;
  }
  return terms;
}

function grown(terms: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(Math.max(length, 2 * terms.length));
  longer.set(terms);
  return longer;
}

function addAll(values: Float64Array, start: number, end: number): Expansion {
  const e: Expansion = [];
  for (let i = start; i < end; i++) addToExpansion(e, values[i]!);
  return e;
}

/** Expansions of the source rows added up per group. */
export function mergeSums(column: Column, lane: StateLane): Column {
  const { child, start } = openLists(column, lane);
  const { offsets, child: terms } = asList(column);
  const from = asDoubles(terms);
  // A list that ends in Infinity stands for a sum beyond all doubles: its terms are not to be added one by one.
  return sumRuns(asDoubles(child), start, (g) => {
    const e: Expansion = [];
    for (let p = lane.start[g]!; p < lane.start[g + 1]!; p++) {
      const row = lane.order[p]!;
      mergeExpansion(e, from.subarray(offsets[row]!, offsets[row + 1]!));
    }
    return e;
  });
}
