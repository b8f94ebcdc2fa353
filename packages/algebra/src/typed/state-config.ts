import { type AggregationSpec, type DataType, seenType } from '@tessera/api';
import type { StateConfig } from '../states/state.js';
import { kindOf, scaleOf } from './value-kind.js';

/** Types of the columns that an aggregation takes in; null where it takes none. */
export interface TakenTypes {
  readonly input: DataType | null;
  /** Of the source's tie-breaker. */
  readonly tie: DataType | null;
}

/** The config of `aggregateState` for an aggregation of a definition. */
export function stateConfig(
  {
    operation,
    k,
    percentiles,
    maxDistinct,
  }: Pick<AggregationSpec, 'operation' | 'k' | 'percentiles' | 'maxDistinct'>,
  { input, tie }: TakenTypes,
): StateConfig {
  const seen = input === null ? null : seenType(operation, input);
  // Vectors come out as doubles, and are summed as the nearest ones.
  const isVector = operation === 'VECTOR_SUM' || operation === 'VECTOR_AVERAGE';
  return {
    kind: isVector ? { list: 'number' } : seen === null ? 'int' : kindOf(seen),
    ...(seen !== null && !isVector && { scale: scaleOf(seen) }),
    ...(k !== undefined && { k }),
    ...(percentiles && { percentiles }),
    ...(maxDistinct !== undefined && { maxDistinct }),
    ...(tie !== null && { tieKind: kindOf(tie) }),
  };
}
