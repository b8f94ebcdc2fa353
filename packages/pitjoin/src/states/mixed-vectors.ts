import type { Segments } from '../exact/segments.js';
import type { Input } from '../input/input.js';
import { type Vectors, vectorsOfLists } from '../kernels/vectors.js';
import type { MixedLane } from './mixed-lane.js';
import { NULL_ELEMENT, UNEQUAL_LENGTHS } from './tile-states.js';
import type { VectorItems } from './vector-items.js';

/** Raw vectors and vectors' sums in one lane: entries have two terms per element, raw ones the first alone. */
export function mixedVectors(
  lane: MixedLane,
  states: VectorItems,
  elements: NonNullable<Input['elements']>,
  segments: Segments,
): Vectors {
  const { items, base } = lane;
  const m = items.length;
  // An entry of a tile reads an empty list here, and is filled in below.
  const raw = vectorsOfLists(
    withoutTiles(elements, base),
    items.map((item) => Math.min(item, base)),
    segments,
  );
  const length = raw.length.slice();
  const hasNull = raw.hasNull.slice();
  const unequal = new Uint8Array(m);
  for (let j = 0; j < m; j++) {
    const item = items[j]! - base;
    if (item < 0) continue;
    length[j] = states.length[item]!;
    if (length[j] === NULL_ELEMENT) hasNull[j] = 1;
    if (length[j] === UNEQUAL_LENGTHS) unequal[j] = 1;
  }
  const low = new Float64Array(m);
  return {
    length,
    hasNull,
    unequal,
    weights: lane.weights,
    segments,
    position: (d) => {
      const [high] = raw.position(d);
      for (let j = 0; j < m; j++) {
        const item = items[j]! - base;
        if (item < 0) continue;
        high![j] = states.term(item, d, 0);
        low[j] = states.term(item, d, 1);
      }
      return [high!, low];
    },
  };
}

/** Elements of the raw rows, and one empty list after them. */
function withoutTiles(
  { offsets, items }: NonNullable<Input['elements']>,
  base: number,
): NonNullable<Input['elements']> {
  const longer = new Int32Array(base + 2);
  longer.set(offsets.subarray(0, base + 1));
  longer[base + 1] = longer[base]!;
  return { offsets: longer, items };
}
