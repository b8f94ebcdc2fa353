import { rateOfChange } from '../values/small-formulas.js';
import { toDouble } from '../values/to-double.js';
import { type AggregateState, decodeState, encodeState, type StateConfig } from './state.js';
import { finiteOrNull } from './sums.js';
import { type Timed, timedCodec } from './timed.js';

export interface RateState {
  n: number;
  first: Timed | null;
  last: Timed | null;
}

/** RATE_OF_CHANGE: (last − first) / |first|, of the values as doubles. */
export function rateOfChangeState(config: StateConfig): AggregateState<RateState> {
  const codec = timedCodec(config);
  const double = toDouble(config.kind, config.scale ?? 0);
  const add = (state: RateState, first: Timed, last: Timed): void => {
    if (state.first === null || codec.compare(first, state.first) < 0) state.first = first;
    if (state.last === null || codec.compare(last, state.last) > 0) state.last = last;
  };
  return {
    operation: 'RATE_OF_CHANGE',
    init: () => ({ n: 0, first: null, last: null }),
    update(state, value, eventMs, tie = null) {
      state.n++;
      const timed = { t: eventMs, tie, value };
      add(state, timed, timed);
    },
    merge(state, other) {
      state.n += other.n;
      if (other.first !== null && other.last !== null) add(state, other.first, other.last);
    },
    isEmpty: (state) => state.n === 0,
    finalize: ({ n, first, last }) =>
      first === null || last === null
        ? null
        : finiteOrNull(rateOfChange(double(first.value), double(last.value), n)),
    encode: ({ n, first, last }) =>
      encodeState('rate', (writer) => {
        writer.varint(n);
        if (first !== null) codec.write(writer, first);
        if (last !== null) codec.write(writer, last);
      }),
    decode: (bytes) =>
      decodeState('RATE_OF_CHANGE', 'rate', bytes, (reader) => {
        const n = reader.varint();
        if (n === 0) return { n, first: null, last: null };
        const first = codec.read(reader);
        const last = codec.read(reader);
        if (codec.compare(first, last) > 0) reader.fail('the first value is after the last');
        return { n, first, last };
      }),
  };
}
