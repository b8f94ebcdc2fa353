import { readCanonical, writeCanonical } from '../values/canonical.js';
import { compareValues } from '../values/compare.js';
import type { Value } from '../values/kind.js';
import { insertSorted } from './sorted-list.js';
import { type AggregateState, decodeState, encodeState, type StateConfig } from './state.js';

/** At most k values, best first, duplicates kept. */
export interface TopKState {
  readonly kept: Value[];
}

/** TOP_K (greatest first) and BOTTOM_K (least first). */
export function topKState(
  operation: 'TOP_K' | 'BOTTOM_K',
  config: StateConfig,
): AggregateState<TopKState> {
  const limit = config.k ?? 1;
  const ascending = compareValues(config.kind);
  const compare =
    operation === 'BOTTOM_K' ? ascending : (a: Value, b: Value): number => ascending(b, a);
  return {
    operation,
    init: () => ({ kept: [] }),
    update(state, value) {
      insertSorted(state.kept, value, limit, compare);
    },
    merge(state, other) {
      for (const value of other.kept) insertSorted(state.kept, value, limit, compare);
    },
    isEmpty: (state) => state.kept.length === 0,
    finalize: (state) => (state.kept.length === 0 ? null : [...state.kept]),
    encode: (state) =>
      encodeState('topK', (writer) => {
        writer.varint(state.kept.length);
        for (const value of state.kept) writeCanonical(writer, config.kind, value);
      }),
    decode: (bytes) =>
      decodeState(operation, 'topK', bytes, (reader) => {
        const length = reader.count(1);
        if (length > limit) reader.fail(`${length} values where ${limit} are kept`);
        const kept = Array.from({ length }, () => readCanonical(reader, config.kind));
        if (kept.some((value, i) => i > 0 && compare(kept[i - 1]!, value) > 0)) {
          reader.fail('values are out of order');
        }
        return { kept };
      }),
  };
}
