import {
  type AggregateState,
  type Value as AlgebraValue,
  aggregateState,
  compareValues,
  isProblem,
  kindOf,
  nearestDoubles,
  type Problem,
  type Result,
  rowResult,
  rowValue,
  type ScalarValue,
  stateConfig,
} from '@tessera/algebra';
import { type DataType, integerForm, seenType } from '@tessera/api';
import type { Value } from '../values/from-column.js';
import { isExploded } from './classify.js';
import type { Merge } from './explanation.js';
import { mergeOf } from './merge.js';
import type { Request } from './request.js';
import { tileShare } from './tile-algebra.js';
import type { StateRow } from './tile-state.js';

/** One row that counts, values as the algebra takes them. */
export interface CountedRow {
  readonly value: AlgebraValue;
  readonly weight: number | null;
  readonly bucket: AlgebraValue;
  readonly tie: AlgebraValue;
  readonly timeMs: number;
}

/** Types of the columns that a column is made of; null where there is none. */
export interface PieceTypes {
  readonly input: DataType | null;
  readonly by: DataType | null;
  readonly tie: DataType | null;
}

export function pieceTypes({ part, column }: Request): PieceTypes {
  const { source, aggregations } = part.groupBy;
  const aggregation = aggregations[column.aggregationIdx];
  const typeOf = (name: string | undefined) =>
    source.columns.find((one) => one.name === name)?.type ?? null;
  return {
    input: typeOf(column.input),
    by: typeOf(aggregation?.by),
    tie: typeOf(source.tieBreaker),
  };
}

/** What a tile holds for one bucket, or in all: states in the order of its families. */
export interface CountedTile {
  readonly bucket: AlgebraValue;
  readonly states: readonly StateRow[];
}

/** A running aggregate over what counts: the reference that the production value is compared with. */
export interface Fold {
  add(row: CountedRow): void;
  addTile(tile: readonly CountedTile[]): void;
  /** The result so far, of the row's bucket where there are buckets; null where it is a list or a map. */
  soFar(bucket: AlgebraValue): Value;
  result(): FoldResult;
  merge(): Merge;
}

export interface FoldResult {
  readonly value: Value;
  /** What training sets are refused for. */
  readonly problem: Problem | null;
  /** Values that went in: list elements one by one. */
  readonly values: number;
  /** Of them those in tiles; and of those the ones that tiles kept of more, which they do not tell. */
  readonly ofTiles: number;
  readonly kept: number;
}

const SHOWN_BUCKETS = 20;

interface Bucket {
  readonly state: unknown;
  /** That went in. */
  values: number;
  /** Of them those in tiles, and those that tiles kept of more. */
  ofTiles: number;
  kept: number;
}

export function foldOf(request: Request): Fold {
  const { part, column } = request;
  const types = pieceTypes(request);
  const aggregation = part.groupBy.aggregations[column.aggregationIdx];
  const operation = aggregation?.operation ?? 'FIRST';
  const seen = types.input === null ? null : seenType(operation, types.input);
  // Vectors come out as doubles, and are summed as the nearest ones.
  const isVector = operation === 'VECTOR_SUM' || operation === 'VECTOR_AVERAGE';
  const machine: AggregateState<unknown> = aggregateState(
    operation,
    stateConfig({ operation, ...aggregation }, types),
  );
  const form = integerForm(operation);
  const innerType =
    types.by !== null && column.type.kind === 'map' ? column.type.value : column.type;
  const opens = aggregation && types.input ? isExploded(aggregation, types.input) : false;
  const buckets = new Map<AlgebraValue, Bucket>();
  /** Without `by` there is one bucket, null. */
  const keyOf = (bucket: AlgebraValue) => (types.by === null ? null : bucket);
  const bucketOf = (key: AlgebraValue): Bucket => {
    let found = buckets.get(key);
    if (found === undefined) {
      found = { state: machine.init(), values: 0, ofTiles: 0, kept: 0 };
      buckets.set(key, found);
    }
    return found;
  };
  const ofBucket = (bucket: Bucket | undefined): Result =>
    machine.finalize(bucket?.state ?? machine.init());
  const sorted = (): [AlgebraValue, Bucket][] => {
    if (types.by === null) return [...buckets];
    const compare = compareValues(kindOf(types.by));
    return [...buckets].sort(([a], [b]) => compare(a, b));
  };
  const mergeOfBucket = ({ state, values, kept }: Bucket): Merge =>
    mergeOf(operation, state, {
      values,
      kept,
      type: seen,
      percentiles: aggregation?.percentiles ?? null,
    });
  return {
    add({ value, weight, bucket, tie, timeMs }) {
      const into = bucketOf(keyOf(bucket));
      // COUNT of rows has no input.
      const whole: AlgebraValue = types.input === null ? 1 : value;
      for (const item of opens ? (whole as readonly AlgebraValue[]) : [whole]) {
        if (item === null) continue;
        const own = isVector && types.input !== null ? nearestDoubles(types.input, item) : item;
        const given: AlgebraValue = aggregation?.weight === undefined ? own : [own, weight];
        machine.update(into.state, given, timeMs, tie);
        into.values++;
      }
    },
    addTile(tile) {
      for (const { bucket, states } of tile) {
        const into = bucketOf(keyOf(bucket));
        const { state, values, isCounted } = tileShare(states);
        machine.merge(into.state, state);
        into.values += values;
        into.ofTiles += values;
        if (!isCounted) into.kept += values;
      }
    },
    soFar(bucket) {
      if (innerType.kind === 'list' || innerType.kind === 'map') return null;
      return rowResult(innerType, ofBucket(buckets.get(keyOf(bucket))), form);
    },
    result() {
      const count = (of: 'values' | 'ofTiles' | 'kept') =>
        [...buckets.values()].reduce((sum, bucket) => sum + bucket[of], 0);
      const results = sorted().map(([key, bucket]) => [key, ofBucket(bucket)] as const);
      const problem = results.map(([, result]) => result).find(isRefusal) ?? null;
      const values = count('values');
      const counts = { values, ofTiles: count('ofTiles'), kept: count('kept') };
      if (types.by === null) {
        const result = results[0]?.[1] ?? machine.finalize(machine.init());
        const isZero = values === 0 && part.groupBy.empty === 'null';
        const value = isZero ? null : rowResult(column.type, result, form);
        return { value, problem, ...counts };
      }
      const map = new Map(results as readonly (readonly [ScalarValue, Result])[]);
      const value =
        map.size === 0
          ? null
          : new Map(
              [...map].map(([key, result]) => [
                rowValue(types.by!, key, 'bigint'),
                rowResult(innerType, result, form),
              ]),
            );
      return { value, problem, ...counts };
    },
    merge() {
      const all = sorted();
      if (all.length === 0) return { how: 'nothing' };
      if (types.by === null) return mergeOfBucket(all[0]![1]);
      return {
        how: 'buckets',
        buckets: all.slice(0, SHOWN_BUCKETS).map(([key, bucket]) => ({
          bucket: rowValue(types.by!, key, 'bigint'),
          merge: mergeOfBucket(bucket),
        })),
        omitted: Math.max(0, all.length - SHOWN_BUCKETS),
      };
    },
  };
}

/** Too many distinct values are a null, and only in STRICT mode an error. */
function isRefusal(result: Result): result is Problem {
  return isProblem(result) && result.problem !== 'TOO_MANY_DISTINCT';
}
