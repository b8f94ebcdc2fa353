import { addToExpansion, type Expansion, mergeExpansion } from '../exact/expansion.js';
import { weightedAverageOf } from '../exact/moments.js';
import { productTerm } from '../exact/terms.js';
import type { Value } from '../values/kind.js';
import { toDouble } from '../values/to-double.js';
import { exactSum } from './exact-sum.js';
import { absorbExpansion, readExpansion, writeExpansion } from './expansion-bytes.js';
import {
  type AggregateState,
  absorbing,
  decodeState,
  encodeState,
  type StateConfig,
} from './state.js';

export interface SumState {
  n: number;
  /** Exact; of unscaled integers for decimals. */
  readonly sum: Expansion;
}

/**
 * SUM in the output type of S5 (bigint for integers, booleans and decimals; a Problem beyond int64 or 38 digits), and
 * AVERAGE: the rounded SUM divided by n.
 */
export function sumState(
  operation: 'SUM' | 'AVERAGE',
  config: StateConfig,
): AggregateState<SumState> {
  const sums = exactSum(config.kind, config.scale ?? 0);
  return {
    operation,
    init: () => ({ n: 0, sum: [] }),
    update(state, value) {
      state.n++;
      sums.add(state.sum, value, 1);
    },
    merge(state, other) {
      state.n += other.n;
      mergeExpansion(state.sum, other.sum);
    },
    retract(state, value) {
      state.n--;
      sums.add(state.sum, value, -1);
    },
    isEmpty: (state) => state.n === 0,
    finalize(state) {
      if (state.n === 0) return null;
      return operation === 'SUM'
        ? sums.result(state.sum)
        : finiteOrNull(sums.rounded(state.sum) / state.n);
    },
    encode: (state) =>
      encodeState('sum', (writer) => {
        writer.varint(state.n);
        writeExpansion(writer, state.sum);
      }),
    decode: (bytes) =>
      decodeState(operation, 'sum', bytes, (reader) => ({
        n: reader.varint(),
        sum: readExpansion(reader),
      })),
    absorb: absorbing(operation, 'sum', (state, reader) => {
      state.n += reader.varint();
      absorbExpansion(reader, state.sum);
    }),
  };
}

export interface WeightedState {
  n: number;
  /** Values whose product with the weight overflows a double; while there are any, the result is null (S5.2). */
  overflowed: number;
  readonly weighted: Expansion;
  readonly weights: Expansion;
}

/** WEIGHTED_AVERAGE: `update` takes the pair [value of the config's kind, weight as a double]. */
export function weightedAverageState(config: StateConfig): AggregateState<WeightedState> {
  const double = toDouble(config.kind, config.scale ?? 0);
  const term = new Float64Array(2);
  const add = (state: WeightedState, pair: Value, sign: 1 | -1): void => {
    const [value, weight] = pair as readonly [Value, number];
    state.n += sign;
    if (!productTerm(double(value), weight, term)) {
      state.overflowed += sign;
      return;
    }
    addToExpansion(state.weighted, sign * term[0]!);
    addToExpansion(state.weighted, sign * term[1]!);
    addToExpansion(state.weights, sign * weight);
  };
  return {
    operation: 'WEIGHTED_AVERAGE',
    init: () => ({ n: 0, overflowed: 0, weighted: [], weights: [] }),
    update: (state, pair) => add(state, pair, 1),
    merge(state, other) {
      state.n += other.n;
      state.overflowed += other.overflowed;
      mergeExpansion(state.weighted, other.weighted);
      mergeExpansion(state.weights, other.weights);
    },
    retract: (state, pair) => add(state, pair, -1),
    isEmpty: (state) => state.n === 0,
    finalize: (state) =>
      state.n === 0 || state.overflowed > 0
        ? null
        : finiteOrNull(weightedAverageOf(state.weighted, state.weights)),
    encode: (state) =>
      encodeState('weighted', (writer) => {
        writer.varint(state.n);
        writer.varint(state.overflowed);
        writeExpansion(writer, state.weighted);
        writeExpansion(writer, state.weights);
      }),
    decode: (bytes) =>
      decodeState('WEIGHTED_AVERAGE', 'weighted', bytes, (reader) => ({
        n: reader.varint(),
        overflowed: reader.varint(),
        weighted: readExpansion(reader),
        weights: readExpansion(reader),
      })),
    absorb: absorbing('WEIGHTED_AVERAGE', 'weighted', (state, reader) => {
      state.n += reader.varint();
      state.overflowed += reader.varint();
      absorbExpansion(reader, state.weighted);
      absorbExpansion(reader, state.weights);
    }),
  };
}

export function finiteOrNull(x: number): number | null {
  return Number.isFinite(x) ? x + 0 : null;
}
