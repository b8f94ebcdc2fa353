import { TesseraError } from '@tessera/api';
import { LEFT_ROWS_PER_TASK, type PhysicalPlan } from '@tessera/planner';
import { sum } from '../sum.js';
import type { LeftPartition, LeftScan } from '../tasks/task.js';
import { group } from './group.js';
import type { StageOptions } from './stage-options.js';

/** Left partitions that one task reads; a grid has no rows to read. */
export interface LeftGroup {
  readonly partitions: readonly LeftPartition[];
  readonly from: LeftScan | null;
  /** Rows of the files it reads, by their footers. */
  readonly rowsAtMost: number;
}

/** Left partitions to build, in groups that one task reads. */
export function leftGroups(plan: PhysicalPlan, options: StageOptions): LeftGroup[] {
  const building = plan.partitions.filter((partition) => partition.reason !== null);
  const numbered = building.map((partition, idx) => ({ ...partition, idx }));
  const { left } = plan;
  if (left.kind === 'grid')
    return numbered.map(({ idx, ds }) => ({
      partitions: [{ idx, ds }],
      from: null,
      rowsAtMost: 0,
    }));
  const perTask =
    options.limit === null && left.hive ? LEFT_ROWS_PER_TASK : Number.POSITIVE_INFINITY;
  const files = options.facts.sources[left.sourceId]?.files ?? [];
  const groups = group(
    numbered,
    (p) => p.rows,
    (p) => p.ds,
    () => perTask,
  );
  return groups.map((members) => {
    const fileIdx = [...new Set(members.flatMap((p) => p.fileIdx))].sort((a, b) => a - b);
    return {
      partitions: members.map(({ idx, ds }) => ({ idx, ds })),
      from: {
        source: left.source,
        relation: options.relation(left.sourceId, fileIdx),
        ...(options.limit !== null && members[0] && { firstDay: members[0].ds }),
      },
      rowsAtMost: sum(fileIdx.map((at) => files[at]?.rows ?? 0)),
    };
  });
}

/** Only the partition's own files where the left has ds folders. */
export function leftOf(plan: PhysicalPlan, ds: string, options: StageOptions): LeftScan | null {
  if (plan.left.kind !== 'source') return null;
  const partition = plan.partitions.find((p) => p.ds === ds);
  return {
    source: plan.left.source,
    relation: options.relation(plan.left.sourceId, partition?.fileIdx ?? []),
  };
}

/** Where the keys of a key set are found: in all left rows of the run, or (grid) in the source itself. */
export function keysFrom(
  plan: PhysicalPlan,
  keySet: string,
  left: readonly LeftScan[],
  options: StageOptions,
) {
  if (plan.left.kind === 'grid') {
    const scan = plan.scans.find((s) => s.keySet === keySet)!;
    return {
      from: { source: scan.source, relation: options.relation(scan.sourceId, scan.fileIdx) },
      grid: {
        keys: scan.keys,
        startMs: scan.startMs,
        endMs: scan.endMs,
        tiles: options.tiles?.[scan.id]?.scans ?? [],
      },
    };
  }
  const building = plan.partitions.filter((p) => p.reason !== null);
  const files = [...new Set(building.flatMap((p) => p.fileIdx))].sort((a, b) => a - b);
  const [first] = left;
  if (!first) throw new TesseraError('INTERNAL', { reason: 'no left partition to read' });
  return {
    from: { source: first.source, relation: options.relation(plan.left.sourceId, files) },
    grid: null,
  };
}
