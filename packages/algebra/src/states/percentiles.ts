import { percentileBucket, percentilesOf } from '../sketches/percentiles.js';
import { toDouble } from '../values/to-double.js';
import { addCount } from './distinct.js';
import { type AggregateState, decodeState, encodeState, type StateConfig } from './state.js';

/** Bucket → how many values. An entry at zero is absent. */
export type PercentileState = Map<number, number>;

/** Buckets fit in this many, so that a signed one is written as an unsigned varint. */
const BUCKET_OFFSET = 2 ** 18;

/** APPROX_PERCENTILE: a number for one percentile, a list for several. */
export function percentileState(config: StateConfig): AggregateState<PercentileState> {
  const double = toDouble(config.kind, config.scale ?? 0);
  const percentiles = config.percentiles ?? [50];
  return {
    operation: 'APPROX_PERCENTILE',
    init: () => new Map(),
    update: (state, value) => addCount(state, percentileBucket(double(value)), 1),
    merge(state, other) {
      for (const [bucket, count] of other) addCount(state, bucket, count);
    },
    retract: (state, value) => addCount(state, percentileBucket(double(value)), -1),
    isEmpty: (state) => state.size === 0,
    finalize(state) {
      if (state.size === 0) return null;
      const buckets = Float64Array.from(state.keys()).sort();
      const counts = buckets.map((bucket) => state.get(bucket) ?? 0);
      const n = counts.reduce((sum, count) => sum + count, 0);
      const values = percentilesOf(buckets, counts, n, percentiles);
      return percentiles.length === 1 ? values[0]! : values;
    },
    encode: (state) =>
      encodeState('percentiles', (writer) => {
        writer.varint(state.size);
        let before = -BUCKET_OFFSET;
        for (const bucket of Float64Array.from(state.keys()).sort()) {
          writer.varint(bucket - before);
          writer.varint(state.get(bucket) ?? 0);
          before = bucket;
        }
      }),
    decode: (bytes) =>
      decodeState('APPROX_PERCENTILE', 'percentiles', bytes, (reader) => {
        const size = reader.count(2);
        const state: PercentileState = new Map();
        let bucket = -BUCKET_OFFSET;
        for (let i = 0; i < size; i++) {
          const step = reader.varint();
          const count = reader.varint();
          bucket += step;
          if (step === 0 || count === 0 || bucket >= BUCKET_OFFSET) {
            reader.fail('a bucket is empty, doubled or impossible');
          }
          state.set(bucket, count);
        }
        return state;
      }),
  };
}
