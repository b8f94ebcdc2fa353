import { readCanonical, writeCanonical } from '../values/canonical.js';
import { type Compare, compareValues } from '../values/compare.js';
import { isListKind, type ScalarValue, type Value } from '../values/kind.js';
import { entropyOf } from '../values/small-formulas.js';
import {
  type AggregateState,
  decodeState,
  encodeState,
  type Result,
  type StateConfig,
} from './state.js';

/** Value → how often, exact. An entry at zero is absent. */
export type DistinctState = Map<ScalarValue, number>;

export type DistinctOperation = 'UNIQUE_COUNT' | 'HISTOGRAM' | 'DIVERSITY' | 'TOP_K_FREQUENT';

/** UNIQUE_COUNT, HISTOGRAM, DIVERSITY and TOP_K_FREQUENT: one state, read in four ways. */
export function distinctState(
  operation: DistinctOperation,
  config: StateConfig,
): AggregateState<DistinctState> {
  if (isListKind(config.kind)) throw new RangeError(`${operation} takes scalars, not lists`);
  const compare = compareValues(config.kind);
  return {
    operation,
    init: () => new Map(),
    update: (state, value) => addCount(state, value as ScalarValue, 1),
    merge(state, other) {
      for (const [value, count] of other) addCount(state, value, count);
    },
    retract: (state, value) => addCount(state, value as ScalarValue, -1),
    isEmpty: (state) => state.size === 0,
    finalize: (state) => finalizeDistinct(operation, config, state, compare),
    encode: (state) =>
      encodeState('distinct', (writer) => {
        writer.varint(state.size);
        for (const [value, count] of sortedEntries(state, compare)) {
          writeCanonical(writer, config.kind, value);
          writer.varint(count);
        }
      }),
    decode: (bytes) =>
      decodeState(operation, 'distinct', bytes, (reader) => {
        const size = reader.count(2);
        const state: DistinctState = new Map();
        let before: Value = null;
        for (let i = 0; i < size; i++) {
          const value = readCanonical(reader, config.kind);
          if (before !== null && compare(before, value) >= 0)
            reader.fail('values are out of order');
          before = value;
          const count = reader.varint();
          if (count === 0) reader.fail('a value occurs zero times');
          state.set(value as ScalarValue, count);
        }
        return state;
      }),
  };
}

/** Adds to a count and drops the entry at zero. Negative zero is zero to a Map. */
export function addCount<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function sortedEntries(state: DistinctState, compare: Compare): [ScalarValue, number][] {
  return [...state].sort(([a], [b]) => compare(a, b));
}

function finalizeDistinct(
  operation: DistinctOperation,
  config: StateConfig,
  state: DistinctState,
  compare: Compare,
): Result {
  if (operation === 'UNIQUE_COUNT') return state.size;
  if (state.size === 0) return null;
  switch (operation) {
    case 'HISTOGRAM':
      return new Map<Value, number>(sortedEntries(state, compare));
    case 'DIVERSITY': {
      const counts = Float64Array.from(state.values()).sort();
      return entropyOf(
        counts,
        counts.reduce((sum, count) => sum + count, 0),
      );
    }
    case 'TOP_K_FREQUENT':
      return topKFrequent(config, state, compare);
  }
}

/** Count descending, then value ascending; null by way of a Problem above the stated number of distinct values. */
function topKFrequent(config: StateConfig, state: DistinctState, compare: Compare): Result {
  const { maxDistinct } = config;
  if (maxDistinct !== undefined && state.size > maxDistinct) {
    return {
      problem: 'TOO_MANY_DISTINCT',
      detail: `${state.size} distinct values, at most ${maxDistinct} are allowed`,
    };
  }
  return [...state]
    .sort(([a, m], [b, n]) => n - m || compare(a, b))
    .slice(0, config.k ?? 1)
    .map(([value]) => value);
}
