import type { PhysicalPlan } from '@tessera/planner';
import type { SweepResult } from '../tasks/result.js';
import type { AssembleTask, LeftPartition, Section, SweepTask, TableRef } from '../tasks/task.js';
import { type LeftGroup, leftOf } from './left-groups.js';
import type { StageOptions, StageOutcome } from './stage-options.js';

/** A sweep that was done. */
interface Swept {
  readonly task: SweepTask;
  readonly result: SweepResult;
}

/** One task per partition that has something to write; where to is not said yet. */
export function assembleTasks(
  plan: PhysicalPlan,
  partitions: readonly (LeftPartition & Pick<LeftGroup, 'from'> & { readonly rows: number })[],
  made: Pick<StageOutcome, 'keys' | 'dictionaries'> & { readonly done: readonly Swept[] },
  options: StageOptions,
): AssembleTask[] {
  // A preview asks for as many partitions as may be needed.
  const shown = partitions.filter((partition) => options.limit === null || partition.rows > 0);
  const blocks = blocksByPartition(plan, made.done);
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
    ...keptOf(plan, partition.ds, options),
    limit: options.limit,
    blocks: blocks(partition.idx),
    pieceRows: options.pieceRows,
    features: plan.features,
    derived: plan.derived,
    dictionaries: made.dictionaries,
    file: null,
  }));
}

/** Sections per partition, scan and piece. */
function blocksByPartition(
  plan: PhysicalPlan,
  done: readonly Swept[],
): (partition: number) => Record<string, Section[][]> {
  const found = new Map<number, Record<string, Section[][]>>();
  for (const { task, result } of done) {
    const ids = [task, ...task.others].map(({ scanId }) => scanId);
    for (const { partition, piece, section } of result.pieces) {
      let scans = found.get(partition);
      if (!scans) {
        scans = Object.fromEntries(plan.scans.map((scan) => [scan.id, []]));
        found.set(partition, scans);
      }
      for (const id of ids) (scans[id]![piece] ??= []).push(section);
    }
  }
  return (partition) => found.get(partition) ?? {};
}

function keptOf(
  { kept }: PhysicalPlan,
  ds: string,
  { published }: StageOptions,
): Pick<AssembleTask, 'kept'> {
  if (kept === undefined || published === undefined) return {};
  return { kept: { ...published(ds), columns: kept } };
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
