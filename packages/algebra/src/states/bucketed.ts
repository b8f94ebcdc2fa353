import { readCanonical, writeCanonical } from '../values/canonical.js';
import { compareValues } from '../values/compare.js';
import { isListKind, type ScalarValue, type Value, type ValueKind } from '../values/kind.js';
import { type AggregateState, decodeState, encodeState, type ResultByBucket } from './state.js';

/** Bucket → inner state; a bucket without anything aggregated is absent (S5.6). */
export type BucketedState<S> = Map<ScalarValue, S>;

/**
 * `by` (S5.6): one inner state per bucket. `update` and `retract` take the pair [bucket, value], neither null.
 *
 * Returns  from finalize: a Map in key order, or null when there is no bucket at all, for COUNT too.
 */
export function bucketed<S>(
  inner: AggregateState<S>,
  bucketKind: ValueKind,
): AggregateState<BucketedState<S>> {
  if (isListKind(bucketKind)) throw new RangeError('a bucket is a scalar, not a list');
  const compare = compareValues(bucketKind);
  const sorted = (state: BucketedState<S>): [ScalarValue, S][] =>
    [...state].filter(([, s]) => !inner.isEmpty(s)).sort(([a], [b]) => compare(a, b));
  const innerOf = (state: BucketedState<S>, bucket: ScalarValue): S => {
    let found = state.get(bucket);
    if (found === undefined) {
      found = inner.init();
      state.set(bucket, found);
    }
    return found;
  };
  const outer: AggregateState<BucketedState<S>> = {
    operation: inner.operation,
    init: () => new Map(),
    update(state, pair, eventMs, tie) {
      const [bucket, value] = pair as readonly [ScalarValue, Value];
      inner.update(innerOf(state, bucket), value, eventMs, tie);
    },
    merge(state, other) {
      for (const [bucket, s] of other) inner.merge(innerOf(state, bucket), s);
    },
    isEmpty: (state) => sorted(state).length === 0,
    finalize(state) {
      const entries = sorted(state);
      if (entries.length === 0) return null;
      // The inner state is never itself bucketed, so its result is no map of maps.
      return new Map(entries.map(([bucket, s]) => [bucket, inner.finalize(s)])) as ResultByBucket;
    },
    encode: (state) =>
      encodeState('bucketed', (writer) => {
        const entries = sorted(state);
        writer.varint(entries.length);
        for (const [bucket, s] of entries) {
          const bytes = inner.encode(s);
          writeCanonical(writer, bucketKind, bucket);
          writer.varint(bytes.length);
          writer.raw(bytes);
        }
      }),
    decode: (bytes) =>
      decodeState(inner.operation, 'bucketed', bytes, (reader) => {
        const state: BucketedState<S> = new Map();
        const size = reader.count(3);
        let before: Value = null;
        for (let i = 0; i < size; i++) {
          const bucket = readCanonical(reader, bucketKind);
          if (before !== null && compare(before, bucket) >= 0) {
            reader.fail('buckets are out of order');
          }
          before = bucket;
          state.set(bucket as ScalarValue, inner.decode(reader.raw(reader.varint())));
        }
        return state;
      }),
  };
  if (inner.retract !== undefined) {
    outer.retract = (state, pair) => {
      const [bucket, value] = pair as readonly [ScalarValue, Value];
      const s = innerOf(state, bucket);
      inner.retract?.(s, value);
      if (inner.isEmpty(s)) state.delete(bucket);
    };
  }
  return outer;
}
