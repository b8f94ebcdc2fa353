import { readCanonical, writeCanonical } from '../values/canonical.js';
import { compareValues } from '../values/compare.js';
import type { Value } from '../values/kind.js';
import {
  type AggregateState,
  absorbing,
  decodeState,
  encodeState,
  type StateConfig,
} from './state.js';

export interface ExtremeState {
  /** null = nothing yet. */
  value: Value;
}

/** MIN and MAX in the order of the kind (S5.5). */
export function extremeState(
  operation: 'MIN' | 'MAX',
  config: StateConfig,
): AggregateState<ExtremeState> {
  const compare = compareValues(config.kind);
  const sign = operation === 'MIN' ? 1 : -1;
  const add = (state: ExtremeState, value: Value): void => {
    if (state.value === null || sign * compare(value, state.value) < 0) state.value = value;
  };
  return {
    operation,
    init: () => ({ value: null }),
    update: (state, value) => add(state, value),
    merge(state, other) {
      if (other.value !== null) add(state, other.value);
    },
    isEmpty: (state) => state.value === null,
    finalize: (state) => state.value,
    encode: (state) =>
      encodeState('extreme', (writer) => {
        writer.byte(state.value === null ? 0 : 1);
        if (state.value !== null) writeCanonical(writer, config.kind, state.value);
      }),
    decode: (bytes) =>
      decodeState(operation, 'extreme', bytes, (reader) => ({
        value: reader.flag() ? readCanonical(reader, config.kind) : null,
      })),
    absorb: absorbing(operation, 'extreme', (state, reader) => {
      if (reader.flag()) add(state, readCanonical(reader, config.kind));
    }),
  };
}
