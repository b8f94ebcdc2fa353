import type { ByteReader } from '../values/bytes.js';
import { insertSorted } from './sorted-list.js';
import {
  type AggregateState,
  absorbing,
  decodeState,
  encodeState,
  type StateConfig,
} from './state.js';
import { type Timed, timedCodec } from './timed.js';

const OUT_OF_ORDER = 'values are out of order';

/** At most k timed values, best first: the oldest for FIRST and FIRST_K, the newest for LAST and LAST_K. */
export interface FirstLastState {
  readonly kept: Timed[];
}

/** FIRST, LAST (k = 1, one value) and FIRST_K, LAST_K (a list: oldest first, newest first). */
export function firstLastState(
  operation: 'FIRST' | 'LAST' | 'FIRST_K' | 'LAST_K',
  config: StateConfig,
): AggregateState<FirstLastState> {
  const single = operation === 'FIRST' || operation === 'LAST';
  const limit = single ? 1 : (config.k ?? 1);
  const codec = timedCodec(config);
  const oldestFirst = operation === 'FIRST' || operation === 'FIRST_K';
  const compare = oldestFirst ? codec.compare : (a: Timed, b: Timed): number => codec.compare(b, a);
  const lengthOf = (reader: ByteReader): number => {
    const length = reader.count(10);
    if (length > limit) reader.fail(`${length} values where ${limit} are kept`);
    return length;
  };
  return {
    operation,
    init: () => ({ kept: [] }),
    update(state, value, eventMs, tie = null) {
      insertSorted(state.kept, { t: eventMs, tie, value }, limit, compare);
    },
    merge(state, other) {
      for (const timed of other.kept) insertSorted(state.kept, timed, limit, compare);
    },
    isEmpty: (state) => state.kept.length === 0,
    finalize(state) {
      const first = state.kept[0];
      if (first === undefined) return null;
      return single ? first.value : state.kept.map((timed) => timed.value);
    },
    encode: (state) =>
      encodeState('firstLast', (writer) => {
        writer.varint(state.kept.length);
        for (const timed of state.kept) codec.write(writer, timed);
      }),
    decode: (bytes) =>
      decodeState(operation, 'firstLast', bytes, (reader) => {
        const length = lengthOf(reader);
        const kept = Array.from({ length }, () => codec.read(reader));
        if (kept.some((timed, i) => i > 0 && compare(kept[i - 1]!, timed) > 0)) {
          reader.fail(OUT_OF_ORDER);
        }
        return { kept };
      }),
    absorb: absorbing(operation, 'firstLast', (state, reader) => {
      const length = lengthOf(reader);
      let before: Timed | null = null;
      for (let i = 0; i < length; i++) {
        const timed = codec.read(reader);
        if (before !== null && compare(before, timed) > 0) reader.fail(OUT_OF_ORDER);
        before = timed;
        insertSorted(state.kept, timed, limit, compare);
      }
    }),
  };
}
