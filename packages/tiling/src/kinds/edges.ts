import { type Column, gather, rowCompare } from '@tessera/columnar';
import type { StateFamily } from '../families.js';
import {
  asDoubles,
  f64,
  identity,
  type Kernel,
  lists,
  type NamedColumns,
  openLists,
} from './kernel.js';
import { type Picked, pickBest } from './pick-best.js';

export const first: Kernel = edge(1);
export const last: Kernel = edge(-1);

/** Events as three columns; entry i reads row timeOf[i] of time and tie, item itemOf[i] of the value. */
interface Events {
  readonly start: Int32Array;
  readonly timeMs: Float64Array;
  readonly tie: Column | null;
  readonly timeOf: Int32Array;
  readonly values: Column;
  readonly itemOf: Int32Array;
}

/** The k oldest (1) or newest (-1) events, by time, tie and value (S5.4); equal ones are alike, so any of them will do. */
function edge(sign: 1 | -1): Kernel {
  return {
    fromRows(lane, family) {
      const { values, start, timeMs, items, rows } = lane;
      if (values === null) throw new TypeError('first or last without an input');
      const tie = family.tie === undefined ? null : lane.tie;
      return pick({ start, timeMs, tie, timeOf: rows, values, itemOf: items }, sign, family);
    },
    fromStates(lane, family) {
      const times = openLists(lane.column('t'), lane);
      const timeMs = asDoubles(times.child);
      const tie = family.tie === undefined ? null : openLists(lane.column('tie'), lane).child;
      const values = openLists(lane.column('value'), lane).child;
      const own = identity(timeMs.length);
      return pick(
        { start: times.start, timeMs, tie, timeOf: own, values, itemOf: own },
        sign,
        family,
      );
    },
  };
}

function pick(events: Events, sign: 1 | -1, { k = 1 }: StateFamily): NamedColumns {
  const { start, timeMs, tie, timeOf, values, itemOf } = events;
  const compareTie = tie === null ? null : rowCompare(tie);
  const compareValue = rowCompare(values);
  const atOneTime = (a: number, b: number) => {
    const byTie = compareTie === null ? 0 : compareTie(timeOf[a]!, timeOf[b]!);
    return sign * (byTie !== 0 ? byTie : compareValue(itemOf[a]!, itemOf[b]!));
  };
  const { offsets, members } =
    k === 1
      ? pickOne(start, { timeMs, timeOf, sign, atOneTime })
      : pickBest(start, k, (a, b) => {
          const byTime = timeMs[timeOf[a]!]! - timeMs[timeOf[b]!]!;
          return byTime !== 0 ? sign * byTime : atOneTime(a, b);
        });
  const rows = members.map((i) => timeOf[i]!);
  return {
    t: lists(offsets, gather(f64(timeMs), rows)),
    ...(tie !== null && { tie: lists(offsets, gather(tie, rows)) }),
    value: lists(
      offsets,
      gather(
        values,
        members.map((i) => itemOf[i]!),
      ),
    ),
  };
}

interface Edge {
  readonly timeMs: Float64Array;
  readonly timeOf: Int32Array;
  readonly sign: 1 | -1;
  /** Sign of the order of two members of one instant. */
  readonly atOneTime: (a: number, b: number) => number;
}

/** The best member of each group: times are compared here, and what else there is only where they are equal. */
function pickOne(start: Int32Array, edge: Edge): Picked {
  const groups = start.length - 1;
  const offsets = new Int32Array(groups + 1);
  const members = new Int32Array(groups);
  const found = fillBest(start, edge, offsets, members);
  return { offsets, members: members.subarray(0, found) };
}

function fillBest(
  start: Int32Array,
  { timeMs, timeOf, sign, atOneTime }: Edge,
  offsets: Int32Array,
  members: Int32Array,
): number {
  let found = 0;
  for (let g = 0; g + 1 < start.length; g++) {
    const end = start[g + 1]!;
    if (start[g]! < end) {
      let best = start[g]!;
      let bestMs = timeMs[timeOf[best]!]!;
      for (let i = best + 1; i < end; i++) {
        const ms = timeMs[timeOf[i]!]!;
        const later = sign * (ms - bestMs);
        if (later > 0 || (later === 0 && atOneTime(i, best) >= 0)) continue;
        best = i;
        bestMs = ms;
      }
      members[found++] = best;
    }
    offsets[g + 1] = found;
  }
  return found;
}
