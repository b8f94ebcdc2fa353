import { type AggregationSpec, type SourceSpec, seenType } from '@tessera/api';
import type { MachineConfig } from '@tessera/kv-writer';
import { kindOf, scaleOf } from '../explain/algebra-values.js';

/** How the algebra holds an aggregation's state: what both sides of a store must agree about. */
export function machineOf(aggregation: AggregationSpec, source: SourceSpec): MachineConfig {
  const typeOf = (name: string | undefined) =>
    source.columns.find((column) => column.name === name)?.type ?? null;
  const { operation, k } = aggregation;
  const input = typeOf(aggregation.input);
  const seen = input === null ? null : seenType(operation, input);
  // Vectors are summed as the nearest doubles.
  const isVector = operation === 'VECTOR_SUM' || operation === 'VECTOR_AVERAGE';
  const by = typeOf(aggregation.by);
  const tie = typeOf(source.tieBreaker);
  return {
    kind: isVector ? { list: 'number' } : seen === null ? 'int' : kindOf(seen),
    ...(seen !== null && !isVector && { scale: scaleOf(seen) }),
    ...(k !== undefined && { k }),
    ...(tie !== null && { tieKind: kindOf(tie) }),
    ...(by !== null && { byKind: kindOf(by) }),
  };
}
