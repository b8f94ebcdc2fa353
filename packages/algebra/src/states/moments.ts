import { addToExpansion, type Expansion, mergeExpansion } from '../exact/expansion.js';
import { kurtosisOf, skewOf, stddevOf, varianceOf } from '../exact/moments.js';
import { powerTerm } from '../exact/terms.js';
import type { Value } from '../values/kind.js';
import { toDouble } from '../values/to-double.js';
import { absorbExpansion, readExpansion, writeExpansion } from './expansion-bytes.js';
import {
  type AggregateState,
  absorbing,
  decodeState,
  encodeState,
  type StateConfig,
} from './state.js';
import { finiteOrNull } from './sums.js';

export type MomentOperation =
  | 'VARIANCE'
  | 'STDDEV'
  | 'VARIANCE_SAMPLE'
  | 'STDDEV_SAMPLE'
  | 'SKEW'
  | 'KURTOSIS';

export interface MomentState {
  n: number;
  /** Values one of whose powers overflows a double; while there are any, the result is null (S5.2). */
  overflowed: number;
  /** Σx, Σx², … as many as the operation needs, each exact. */
  readonly sums: readonly Expansion[];
}

const HIGHEST: Record<MomentOperation, 2 | 3 | 4> = {
  VARIANCE: 2,
  STDDEV: 2,
  VARIANCE_SAMPLE: 2,
  STDDEV_SAMPLE: 2,
  SKEW: 3,
  KURTOSIS: 4,
};
const POWERS = [1, 2, 3, 4] as const;

/** The moment operations (S5.1) over exact power sums (S5.2). */
export function momentState(
  operation: MomentOperation,
  config: StateConfig,
): AggregateState<MomentState> {
  const double = toDouble(config.kind, config.scale ?? 0);
  const powers = POWERS.slice(0, HIGHEST[operation]);
  const highest = HIGHEST[operation];
  const term = new Float64Array(2);
  const add = (state: MomentState, value: Value, sign: 1 | -1): void => {
    const x = double(value);
    state.n += sign;
    // The highest power overflows first.
    if (!powerTerm(x, highest, term)) {
      state.overflowed += sign;
      return;
    }
    for (const k of powers) {
      powerTerm(x, k, term);
      const sum = state.sums[k - 1]!;
      addToExpansion(sum, sign * term[0]!);
      if (term[1] !== 0) addToExpansion(sum, sign * term[1]!);
    }
  };
  return {
    operation,
    init: () => ({ n: 0, overflowed: 0, sums: powers.map(() => []) }),
    update: (state, value) => add(state, value, 1),
    merge(state, other) {
      state.n += other.n;
      state.overflowed += other.overflowed;
      state.sums.forEach((sum, i) => {
        mergeExpansion(sum, other.sums[i]!);
      });
    },
    retract: (state, value) => add(state, value, -1),
    isEmpty: (state) => state.n === 0,
    finalize: (state) =>
      state.n === 0 || state.overflowed > 0 ? null : finiteOrNull(momentOf(operation, state)),
    encode: (state) =>
      encodeState('moments', (writer) => {
        writer.varint(state.n);
        writer.varint(state.overflowed);
        writer.byte(state.sums.length);
        for (const sum of state.sums) writeExpansion(writer, sum);
      }),
    decode: (bytes) =>
      decodeState(operation, 'moments', bytes, (reader) => {
        const n = reader.varint();
        const overflowed = reader.varint();
        const count = reader.byte();
        if (count !== highest) reader.fail(`${count} power sums instead of ${highest}`);
        return { n, overflowed, sums: powers.map(() => readExpansion(reader)) };
      }),
    absorb: absorbing(operation, 'moments', (state, reader) => {
      state.n += reader.varint();
      state.overflowed += reader.varint();
      const count = reader.byte();
      if (count !== highest) reader.fail(`${count} power sums instead of ${highest}`);
      for (let i = 0; i < highest; i++) absorbExpansion(reader, state.sums[i]!);
    }),
  };
}

function momentOf(operation: MomentOperation, state: MomentState): number {
  const [s1 = [], s2 = [], s3 = [], s4 = []] = state.sums;
  switch (operation) {
    case 'VARIANCE':
      return varianceOf(state.n, s1, s2, 'population');
    case 'STDDEV':
      return stddevOf(state.n, s1, s2, 'population');
    case 'VARIANCE_SAMPLE':
      return varianceOf(state.n, s1, s2, 'sample');
    case 'STDDEV_SAMPLE':
      return stddevOf(state.n, s1, s2, 'sample');
    case 'SKEW':
      return skewOf(state.n, s1, s2, s3);
    case 'KURTOSIS':
      return kurtosisOf(state.n, s1, s2, s3, s4);
  }
}
