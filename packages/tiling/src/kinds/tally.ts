import { hllSlotOfInt, hllSlotOfNumber, percentileBucket } from '@tessera/algebra';
import type { DataType } from '@tessera/api';
import { type Column, gather, rowCompare } from '@tessera/columnar';
import { bigintReader, hashesAsDouble } from '../physical.js';
import { asDoubles, f64, identity, type Kernel, lists, openLists, type RowLane } from './kernel.js';

/** Values with how often they occur. */
export const distinct: Kernel = {
  fromRows({ values, items, start }) {
    if (values === null) throw new TypeError('distinct values without an input');
    const { offsets, members, n } = tally(values, items, null, start);
    return { value: lists(offsets, gather(values, members)), n: lists(offsets, f64(n)) };
  },
  fromStates(lane) {
    const { child, start } = openLists(lane.column('value'), lane);
    const counts = asDoubles(openLists(lane.column('n'), lane).child);
    const { offsets, members, n } = tally(child, identity(counts.length), counts, start);
    return { value: lists(offsets, gather(child, members)), n: lists(offsets, f64(n)) };
  },
};

/** Buckets of the relative-error sketch with how many values they hold. */
export const percentile: Kernel = {
  fromRows(lane) {
    const buckets = f64(lane.doubles().map(percentileBucket));
    const own = identity(lane.items.length);
    const { offsets, members, n } = tally(buckets, own, null, lane.start);
    return { bucket: lists(offsets, gather(buckets, members)), n: lists(offsets, f64(n)) };
  },
  fromStates(lane) {
    const { child, start } = openLists(lane.column('bucket'), lane);
    const counts = asDoubles(openLists(lane.column('n'), lane).child);
    const { offsets, members, n } = tally(child, identity(counts.length), counts, start);
    return { bucket: lists(offsets, gather(child, members)), n: lists(offsets, f64(n)) };
  },
};

/** Used registers of HyperLogLog with their greatest rank. */
export const hll: Kernel = {
  fromRows: (lane) => ({ slots: greatestRanks(slotsOf(lane), lane.start) }),
  fromStates(lane) {
    const { child, start } = openLists(lane.column('slots'), lane);
    return { slots: greatestRanks(asDoubles(child).slice(), start) };
  },
};

interface Tally {
  readonly offsets: Int32Array;
  /** One item for each value, ascending by value in each group. */
  readonly members: Int32Array;
  readonly n: Float64Array;
}

function tally(
  column: Column,
  items: Int32Array,
  counts: Float64Array | null,
  start: Int32Array,
): Tally {
  const compare = rowCompare(column);
  const positions = identity(items.length);
  const order = (a: number, b: number): number => compare(items[a]!, items[b]!);
  const offsets = new Int32Array(start.length);
  const members = new Int32Array(items.length);
  const n = new Float64Array(items.length);
  let at = 0;
  for (let g = 0; g + 1 < start.length; g++) {
    const end = start[g + 1]!;
    let i = start[g]! + 1;
    while (i < end && order(i - 1, i) <= 0) i++;
    if (i < end) positions.subarray(start[g]!, end).sort(order);
    const from = at;
    for (let p = start[g]!; p < end; p++) {
      const position = positions[p]!;
      const item = items[position]!;
      const weight = counts === null ? 1 : counts[position]!;
      if (at > from && compare(members[at - 1]!, item) === 0) n[at - 1]! += weight;
      else {
        members[at] = item;
        n[at++] = weight;
      }
    }
    offsets[g + 1] = at;
  }
  return { offsets, members: members.slice(0, at), n: n.slice(0, at) };
}

/** Sorts `slots` in place. */
function greatestRanks(slots: Float64Array, start: Int32Array): Column {
  const offsets = new Int32Array(start.length);
  let at = 0;
  for (let g = 0; g + 1 < start.length; g++) {
    const group = slots.subarray(start[g]!, start[g + 1]!);
    if (group.length > 1) group.sort();
    for (let i = 0; i < group.length; i++) {
      const slot = group[i]!;
      // Of equal registers the last has the greatest rank. `at` never overtakes what is read.
      if (i + 1 < group.length && group[i + 1]! >> 6 === slot >> 6) continue;
      slots[at++] = slot;
    }
    offsets[g + 1] = at;
  }
  return lists(offsets, f64(slots.slice(0, at)));
}

/** Distinct values whose slots are remembered: hashing costs more than a map look-up, memory more than both. */
const REMEMBERED = 1 << 20;

/** Fresh memory. Strings arrive as slots: only the reader of a dictionary sees them. */
function slotsOf({ values, items, type }: RowLane): Float64Array {
  if (values === null || type === null) throw new TypeError('a sketch without an input');
  const out = new Float64Array(items.length);
  if (type.kind === 'string') {
    const slots = asDoubles(values);
    for (let i = 0; i < out.length; i++) out[i] = slots[items[i]!]!;
    return out;
  }
  const read = readerOf(values);
  const slotOf = slotFunction(type);
  const known = new Map<number | bigint, number>();
  for (let i = 0; i < out.length; i++) {
    const value = read(items[i]!);
    let slot = known.get(value);
    if (slot === undefined) {
      slot = slotOf(value);
      if (known.size < REMEMBERED) known.set(value, slot);
    }
    out[i] = slot;
  }
  return out;
}

function readerOf(column: Column): (row: number) => number | bigint {
  if (column.kind !== 'f64') return bigintReader(column);
  const { values } = column;
  return (row) => values[row]!;
}

function slotFunction(type: DataType): (value: number | bigint) => number {
  // A column of doubles holds numbers only.
  return hashesAsDouble(type) ? (value) => hllSlotOfNumber(value as number) : hllSlotOfInt;
}
