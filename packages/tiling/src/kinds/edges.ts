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
import { pickBest } from './pick-best.js';

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
  const { offsets, members } = pickBest(start, k, (a, b) => {
    const byTime = timeMs[timeOf[a]!]! - timeMs[timeOf[b]!]!;
    if (byTime !== 0) return sign * byTime;
    const byTie = compareTie === null ? 0 : compareTie(timeOf[a]!, timeOf[b]!);
    return sign * (byTie !== 0 ? byTie : compareValue(itemOf[a]!, itemOf[b]!));
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
