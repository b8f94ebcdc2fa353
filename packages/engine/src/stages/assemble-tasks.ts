import type { PhysicalPlan } from '@tessera/planner';
import type { AssembleTask, LeftPartition, Section, TableRef } from '../tasks/task.js';
import { type LeftGroup, leftOf } from './left-groups.js';
import type { StageOptions, StageOutcome } from './stage-options.js';

/** One task per partition that has something to write; where to is not said yet. */
export function assembleTasks(
  plan: PhysicalPlan,
  partitions: readonly (LeftPartition & Pick<LeftGroup, 'from'> & { readonly rows: number })[],
  made: Pick<StageOutcome, 'keys' | 'dictionaries' | 'sweeps'>,
  options: StageOptions,
): AssembleTask[] {
  // A preview asks for as many partitions as may be needed.
  const shown = partitions.filter((partition) => options.limit === null || partition.rows > 0);
  return shown.map((partition) => ({
    type: 'assemble',
    partition: { idx: partition.idx, ds: partition.ds },
    rows: partition.rows,
    left: partition.from ? leftOf(plan, partition.ds, options) : null,
    grid: gridOf(plan, made.keys),
    leftColumns:
      plan.left.kind === 'source'
        ? plan.left.source.columns.map((c) => c.name).filter((name) => name !== 'ds')
        : [],
    limit: options.limit,
    blocks: blocksOf(plan, made.sweeps, partition.idx),
    features: plan.features,
    dictionaries: made.dictionaries,
    file: null,
  }));
}

function blocksOf(
  plan: PhysicalPlan,
  sweeps: StageOutcome['sweeps'],
  partition: number,
): Record<string, Section[]> {
  const blocks: Record<string, Section[]> = {};
  for (const scan of plan.scans) {
    blocks[scan.id] = sweeps.flatMap(({ task, result }) =>
      task.scanId === scan.id ? (result.sections[partition] ?? []) : [],
    );
  }
  return blocks;
}

function gridOf(
  plan: PhysicalPlan,
  keys: Readonly<Record<string, TableRef>>,
): AssembleTask['grid'] {
  if (plan.left.kind !== 'grid') return null;
  const { keySet: id } = plan.left;
  const keySet = plan.keySets.find((k) => k.id === id)!;
  return { keySet, names: keySet.columns, table: keys[id]! };
}
