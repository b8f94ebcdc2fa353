import { windowStartMs } from '@tessera/api';
import type { KeyTimeOrder } from '@tessera/columnar';
import { inArena } from '../wasm.js';
import type { Lane } from './lane.js';
import type { EventView } from './view.js';

/**
 * What each of N rows sees: positions (or entries) start[i] … end[i] - 1. Both arrays never fall, since rows come in
 * (group, query) order; rows without a group have start = end.
 */
export interface Ranges {
  readonly start: Int32Array;
  readonly end: Int32Array;
}

export interface WindowRule {
  /** Milliseconds; null = unbounded. */
  readonly windowMs: number | null;
  readonly tail: 'sawtooth' | 'exact';
}

/**
 * The head of every row's window: how many events of its key lie before its query time (S2.1, the head is strict).
 *
 * Shapes   view: E events; left: N rows in (code, query) order, without null keys or times
 * Returns  N positions, and each row's group start (the tail of an unbounded window)
 * Cost     O(E + N), two cursors.
 */
export function windowHeads(
  view: EventView,
  left: KeyTimeOrder,
): { end: Int32Array; groupStart: Int32Array } {
  const n = left.order.length;
  const groupStart = new Int32Array(n);
  eachLeftGroup(view, left, (firstRow, rows, firstEvent) => {
    groupStart.fill(firstEvent, firstRow, rows);
  });
  return { end: windowEdges(view, left, left.timeMs), groupStart };
}

/** The tail of every row's window: its first position (S2.2, S2.3; inclusive). Shapes and cost as for the heads. */
export function windowTails(
  view: EventView,
  left: KeyTimeOrder,
  windowMs: number,
  tail: WindowRule['tail'],
): Int32Array {
  const from = new Float64Array(left.order.length);
  for (let i = 0; i < from.length; i++) from[i] = windowStartMs(left.timeMs[i]!, windowMs, tail);
  return windowEdges(view, left, from);
}

/**
 * How many events of its key lie before an instant of each left row, counted from the first event of all.
 *
 * @param instants one for each row of `left`, which never fall within a key
 */
function windowEdges(view: EventView, left: KeyTimeOrder, instants: Float64Array): Int32Array {
  const n = instants.length;
  const out = new Int32Array(n);
  return inArena(
    (arena, kernels) =>
      arena.scoped(() => {
        const edges = arena.integers(n);
        const times = arena.addressOf(view.timeMs);
        const groupCode = arena.addressOf(view.groupCode);
        const groupStart = arena.addressOf(view.groupStart);
        const wanted = arena.addressOf(instants);
        const keyCode = arena.addressOf(left.keyCode);
        const keyStart = arena.addressOf(left.keyStart);
        const all = [times, groupCode, groupStart, wanted, keyCode, keyStart];
        if (edges === null || all.includes(0)) return null;
        const [groups, keys] = [view.groupCode.length, left.keyCode.length];
        kernels.windowEdges(
          ...([times, groupCode, groupStart, groups] as const),
          ...([wanted, keyCode, keyStart, keys, edges.byteOffset] as const),
        );
        out.set(edges);
        return out;
      }),
    () => {
      const { timeMs } = view;
      eachLeftGroup(view, left, (firstRow, rows, firstEvent, events) => {
        let e = firstEvent;
        for (let i = firstRow; i < rows; i++) {
          const t = instants[i]!;
          while (e < events && timeMs[e]! < t) e++;
          out[i] = e;
        }
      });
      return out;
    },
  );
}

/** Positions as entries of a lane. */
export function overEntries(lane: Lane, positions: Int32Array): Int32Array {
  const { offsets } = lane;
  return offsets === null ? positions : positions.map((p) => offsets[p]!);
}

/**
 * Calls `visit(firstRow, endRow, firstEvent, endEvent)` for every key of the left; a key without events gets an empty
 * range where its events would be, which keeps positions from falling.
 */
function eachLeftGroup(
  view: EventView,
  left: KeyTimeOrder,
  visit: (firstRow: number, endRow: number, firstEvent: number, endEvent: number) => void,
): void {
  const { groupCode, groupStart } = view;
  const groups = groupCode.length;
  let g = 0;
  for (let k = 0; k < left.keyCode.length; k++) {
    const code = left.keyCode[k]!;
    while (g < groups && groupCode[g]! < code) g++;
    const firstEvent = groupStart[g]!;
    const endEvent = g < groups && groupCode[g] === code ? groupStart[g + 1]! : firstEvent;
    visit(left.keyStart[k]!, left.keyStart[k + 1]!, firstEvent, endEvent);
  }
}
