import { kindOf, stateConfig } from '@tessera/algebra';
import type { AggregationSpec, SourceSpec } from '@tessera/api';
import type { MachineConfig } from '@tessera/kv-writer';

/** How the algebra holds an aggregation's state: what both sides of a store must agree about. */
export function machineOf(
  { operation, k, input, by }: AggregationSpec,
  source: SourceSpec,
): MachineConfig {
  const typeOf = (name: string | undefined) =>
    source.columns.find((column) => column.name === name)?.type ?? null;
  const bucket = typeOf(by);
  return {
    ...stateConfig(
      { operation, ...(k !== undefined && { k }) },
      { input: typeOf(input), tie: typeOf(source.tieBreaker) },
    ),
    ...(bucket !== null && { byKind: kindOf(bucket) }),
  };
}
