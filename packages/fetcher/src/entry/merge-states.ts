import type { AxisIndex } from '@tessera/kv-writer';
import type { Raw } from '../plan/raw.js';
import type { AxisFrame, Frame, PlannedState, PlannedStates } from '../plan/states-plan.js';

/**
 * The features of one key: states are merged from their bytes, of the pieces that the windows of the instant need, and nothing
 * else is made of an entry.
 *
 * @param bytes the payload is in bytes[from, end)
 * @param empty by feature of the part, of a key without events
 *
 * Returns  values by feature of the part
 * Throws   StateFormatError on bytes that are no states, as far as they were looked at
 */
export function mergeStates(
  { index, states }: PlannedStates,
  frame: Frame,
  empty: readonly Raw[],
  { bytes, from, end }: { readonly bytes: Uint8Array; readonly from: number; readonly end: number },
): readonly Raw[] {
  index.open(bytes, from, end);
  const values = [...empty];
  for (let i = 0; i < states.length; i++) {
    const state = states[i]!;
    mergeState(state, index.axes[state.axis]!, frame.axes[state.axis]!, bytes, values);
  }
  return values;
}

/** From the last piece backwards, so that a longer window goes on where a shorter one ended. */
function mergeState(
  { machine, position, columnsOfWindow }: PlannedState,
  { count, pieces, starts, ends }: AxisIndex,
  { end, starts: firstPieces, latestFirst }: AxisFrame,
  bytes: Uint8Array,
  values: Raw[],
): void {
  const own = position * count;
  let at = firstFrom(pieces, count, end) - 1;
  let merged: unknown = null;
  for (let i = 0; i < latestFirst.length; i++) {
    const window = latestFirst[i]!;
    const columns = columnsOfWindow[window]!;
    // A shorter window than any that is asked for is merged with the next.
    if (columns.length === 0) continue;
    const firstPiece = firstPieces[window]!;
    for (; at >= 0 && pieces[at]! >= firstPiece; at--) {
      const from = starts[own + at]!;
      const to = ends[own + at]!;
      if (from === to) continue;
      if (machine.absorb === undefined) {
        const next = machine.decode(bytes.subarray(from, to));
        if (merged === null) merged = next;
        else machine.merge(merged, next);
      } else {
        merged ??= machine.init();
        machine.absorb(merged, bytes, from, to);
      }
    }
    const isEmpty = merged === null || machine.isEmpty(merged);
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!;
      values[column.feature] = isEmpty ? column.empty : column.finalize(merged);
    }
  }
}

/** Position of the first piece that is `piece` or after it. */
function firstFrom(pieces: Float64Array, count: number, piece: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]! < piece) low = middle + 1;
    else high = middle;
  }
  return low;
}
