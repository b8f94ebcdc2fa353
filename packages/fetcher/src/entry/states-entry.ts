import { type AxisStates, readStates } from '@tessera/kv-writer';
import type { Raw } from '../plan/raw.js';
import type { Frame, PlannedState, PlannedStates } from '../plan/states-plan.js';

/** The states of one key. Bytes are read when they are needed, and what was made of them is kept. */
export interface StatesEntry {
  /** By feature of the part. */
  values(plan: PlannedStates, frame: Frame, empty: readonly Raw[]): readonly Raw[];
  /** Pieces that anything is in, and the sizes of a state's bytes there; for explanations. */
  pieces(state: PlannedState): readonly { readonly piece: number; readonly bytes: number }[];
}

/** Throws StateFormatError on bytes that are no states, at once or when they are read. */
export function statesEntry(payload: Uint8Array, { statesOfAxis }: PlannedStates): StatesEntry {
  const axes = readStates(payload, statesOfAxis);
  const decoded = new Map<PlannedState, (unknown | null)[]>();
  let last: {
    readonly plan: PlannedStates;
    readonly frame: Frame;
    readonly values: readonly Raw[];
  } | null = null;

  const stateAt = (state: PlannedState, bytes: Uint8Array, at: number): unknown => {
    let own = decoded.get(state);
    if (own === undefined) {
      own = [];
      decoded.set(state, own);
    }
    own[at] ??= state.machine.decode(bytes);
    return own[at];
  };

  /** From the last piece backwards, so that a longer window goes on where a shorter one ended. */
  const fillState = (state: PlannedState, frame: Frame, values: Raw[]): void => {
    const { pieces, states } = axes[state.axis]!;
    const { end, starts, latestFirst } = frame.axes[state.axis]!;
    const { machine } = state;
    const bytes = states[state.position]!;
    let at = firstFrom(pieces, end) - 1;
    let merged: unknown = null;
    let isOwn = false;
    for (const window of latestFirst) {
      const start = starts[window]!;
      for (; at >= 0 && pieces[at]! >= start; at--) {
        const own = bytes[at]!;
        if (own === null) continue;
        const next = stateAt(state, own, at);
        if (merged === null) {
          merged = next;
          continue;
        }
        if (!isOwn) {
          const first = merged;
          merged = machine.init();
          machine.merge(merged, first);
          isOwn = true;
        }
        machine.merge(merged, next);
      }
      for (const column of state.columns) {
        if (column.window !== window) continue;
        const isEmpty = merged === null || machine.isEmpty(merged);
        values[column.feature] = isEmpty ? column.empty : column.finalize(merged);
      }
    }
  };

  return {
    values(plan, frame, empty) {
      if (last !== null && last.plan === plan && last.frame === frame) return last.values;
      const values = [...empty];
      for (const state of plan.states) fillState(state, frame, values);
      last = { plan, frame, values };
      return values;
    },
    pieces({ axis, position }) {
      const { pieces, states }: AxisStates = axes[axis]!;
      return pieces.flatMap((piece, at) => {
        const bytes = states[position]![at]!;
        return bytes === null ? [] : { piece, bytes: bytes.length };
      });
    },
  };
}

/** Position of the first piece that is `piece` or after it. */
function firstFrom(pieces: readonly number[], piece: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]! < piece) low = middle + 1;
    else high = middle;
  }
  return low;
}
