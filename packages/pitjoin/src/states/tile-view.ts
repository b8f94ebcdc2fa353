import type { EventView } from '../order/view.js';
import type { ListColumn } from './state-rows.js';

/**
 * A view in which every tile row is replaced by its buckets' states, one after the other: row E + i is item i of the list
 * of buckets, E being the event rows.
 */
export function openTiles(
  view: EventView,
  eventRows: number,
  { offsets: buckets }: ListColumn,
): EventView {
  const { order, timeMs, groupStart } = view;
  const n = order.length;
  const before = new Int32Array(n + 1);
  for (let p = 0; p < n; p++) {
    const tile = order[p]! - eventRows;
    before[p + 1] = before[p]! + (tile < 0 ? 1 : buckets[tile + 1]! - buckets[tile]!);
  }
  const newOrder = new Int32Array(before[n]!);
  const newMs = new Float64Array(before[n]!);
  for (let p = 0; p < n; p++) {
    const row = order[p]!;
    const first = row < eventRows ? row : eventRows + buckets[row - eventRows]!;
    for (let at = before[p]!; at < before[p + 1]!; at++) {
      newOrder[at] = first + at - before[p]!;
      newMs[at] = timeMs[p]!;
    }
  }
  return {
    order: newOrder,
    timeMs: newMs,
    groupCode: view.groupCode,
    groupStart: groupStart.map((position) => before[position]!),
    ties: noTies,
  };
}

/** Lanes over such a view put their entries in the order of events themselves. */
export function noTies(): Int32Array {
  throw new TypeError('rows that are tiles have no ties');
}
