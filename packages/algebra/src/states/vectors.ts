import { type Expansion, mergeExpansion } from '../exact/expansion.js';
import { isListKind, type Value } from '../values/kind.js';
import { type ExactSum, exactSum } from './exact-sum.js';
import { readExpansion, writeExpansion } from './expansion-bytes.js';
import {
  type AggregateState,
  decodeState,
  encodeState,
  isProblem,
  type Problem,
  type Result,
  type StateConfig,
} from './state.js';
import { finiteOrNull } from './sums.js';

/** Vectors of one length: how many, and their exact element sums. */
interface VectorGroup {
  n: number;
  readonly sums: readonly Expansion[];
}

/**
 * Vectors are kept apart by length, so that which length is "another" one does not depend on the order, and a retraction
 * can mend it.
 */
export interface VectorState {
  readonly byLength: Map<number, VectorGroup>;
  /** Vectors with a null or NaN element. */
  withNull: number;
}

/**
 * VECTOR_SUM (elements as SUM gives them) and VECTOR_AVERAGE (doubles). Vectors of two lengths, or with a null element,
 * give a Problem; an element that is not finite is null (S5.7).
 */
export function vectorState(
  operation: 'VECTOR_SUM' | 'VECTOR_AVERAGE',
  config: StateConfig,
): AggregateState<VectorState> {
  if (!isListKind(config.kind)) throw new RangeError(`${operation} takes lists`);
  const sums = exactSum(config.kind.list, config.scale ?? 0);
  const add = (state: VectorState, value: Value, sign: 1 | -1): void => {
    const vector = value as readonly Value[];
    if (vector.some((x) => x === null || Number.isNaN(x))) {
      state.withNull += sign;
      return;
    }
    const group = groupOf(state, vector.length);
    group.n += sign;
    for (let i = 0; i < vector.length; i++) sums.add(group.sums[i] as Expansion, vector[i]!, sign);
    if (group.n === 0) state.byLength.delete(vector.length);
  };
  return {
    operation,
    init: () => ({ byLength: new Map(), withNull: 0 }),
    update: (state, value) => add(state, value, 1),
    merge(state, other) {
      state.withNull += other.withNull;
      for (const [length, group] of other.byLength) {
        const mine = groupOf(state, length);
        mine.n += group.n;
        mine.sums.forEach((sum, i) => {
          mergeExpansion(sum, group.sums[i]!);
        });
      }
    },
    retract: (state, value) => add(state, value, -1),
    isEmpty: (state) => state.byLength.size === 0 && state.withNull === 0,
    finalize: (state) => finalizeVectors(operation, state, sums),
    encode: (state) =>
      encodeState('vectors', (writer) => {
        writer.varint(state.withNull);
        writer.varint(state.byLength.size);
        for (const length of [...state.byLength.keys()].sort((a, b) => a - b)) {
          const group = groupOf(state, length);
          writer.varint(length);
          writer.varint(group.n);
          for (const sum of group.sums) writeExpansion(writer, sum);
        }
      }),
    decode: (bytes) =>
      decodeState(operation, 'vectors', bytes, (reader) => {
        const state: VectorState = { byLength: new Map(), withNull: reader.varint() };
        const groups = reader.count(2);
        let before = -1;
        for (let i = 0; i < groups; i++) {
          const length = reader.count(1);
          const n = reader.varint();
          if (length <= before || n === 0) reader.fail('a length is doubled or has no vectors');
          before = length;
          const elements: Expansion[] = [];
          for (let j = 0; j < length; j++) elements.push(readExpansion(reader));
          state.byLength.set(length, { n, sums: elements });
        }
        return state;
      }),
  };
}

function groupOf(state: VectorState, length: number): VectorGroup {
  let group = state.byLength.get(length);
  if (group === undefined) {
    group = { n: 0, sums: Array.from({ length }, () => []) };
    state.byLength.set(length, group);
  }
  return group;
}

function finalizeVectors(
  operation: 'VECTOR_SUM' | 'VECTOR_AVERAGE',
  state: VectorState,
  sums: ExactSum,
): Result {
  if (state.withNull > 0) return vectorNull(state.withNull);
  const lengths = [...state.byLength.keys()].sort((a, b) => a - b);
  if (lengths.length === 0) return null;
  if (lengths.length > 1) {
    return { problem: 'VECTOR_LENGTH', detail: `vectors of lengths ${lengths.join(', ')}` };
  }
  const group = groupOf(state, lengths[0]!);
  const elements: (number | bigint | null)[] = [];
  for (const sum of group.sums) {
    const element =
      operation === 'VECTOR_SUM' ? sums.result(sum) : finiteOrNull(sums.rounded(sum) / group.n);
    if (element !== null && typeof element === 'object' && isProblem(element)) return element;
    elements.push(element);
  }
  return elements;
}

function vectorNull(count: number): Problem {
  return { problem: 'VECTOR_NULL', detail: `${count} vectors have a null element` };
}
