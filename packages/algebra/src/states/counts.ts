import { type AggregateState, absorbing, decodeState, encodeState } from './state.js';

export interface CountState {
  n: number;
}

/** COUNT: how many rows, or how many values that are not null. */
export function countState(): AggregateState<CountState> {
  return {
    operation: 'COUNT',
    init: () => ({ n: 0 }),
    update(state) {
      state.n++;
    },
    merge(state, other) {
      state.n += other.n;
    },
    retract(state) {
      state.n--;
    },
    isEmpty: (state) => state.n === 0,
    finalize: (state) => state.n,
    encode: (state) => encodeState('count', (writer) => writer.varint(state.n)),
    decode: (bytes) => decodeState('COUNT', 'count', bytes, (reader) => ({ n: reader.varint() })),
    absorb: absorbing('COUNT', 'count', (state, reader) => {
      state.n += reader.varint();
    }),
  };
}
