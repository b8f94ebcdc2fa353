import type { OutputColumn } from '@tessera/api';
import type { LakeFacts, PhysicalPlan } from '@tessera/planner';
import { filesRead } from './inputs.js';
import type { PlanSummary } from './run-types.js';
import { tilesSummary } from './tiles/tiles-summary.js';

/** The plan in the words a user reads. */
export function planSummary(
  plan: PhysicalPlan,
  facts: LakeFacts,
  columns: readonly OutputColumn[],
  workers: number,
): PlanSummary {
  const building = plan.partitions.filter((partition) => partition.reason !== null);
  const reasons = new Map<string, number>();
  for (const { reason } of building)
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  // A file is counted once however many scans read it.
  const read = new Map<string, number>();
  const all = new Map<string, number>();
  for (const source of Object.values(facts.sources))
    for (const file of source.files) all.set(file.path, file.bytes);
  const note = (sourceId: string, idxs: readonly number[]) => {
    const files = facts.sources[sourceId]?.files ?? [];
    for (const idx of idxs) {
      const file = files[idx];
      if (file) read.set(file.path, file.bytes);
    }
  };
  if (building.length > 0) {
    for (const scan of plan.scans) note(scan.sourceId, filesRead(scan));
    if (plan.left.kind === 'source')
      note(
        plan.left.sourceId,
        building.flatMap((partition) => partition.fileIdx),
      );
  }
  const total = (files: ReadonlyMap<string, number>) =>
    [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
  const labels = plan.partitions.map((partition) => partition.ds).filter((ds) => ds !== '__none__');
  return {
    kind: plan.kind,
    name: plan.name,
    start: labels[0] ?? null,
    end: labels.at(-1) ?? null,
    partitions: plan.partitions.length,
    upToDate: plan.partitions.length - building.length,
    toBuild: building.length,
    reasons: [...reasons].map(([reason, partitions]) => ({ reason, partitions })),
    removed: removedBy(plan),
    buckets: plan.buckets,
    workers,
    readFiles: read.size,
    readBytes: total(read),
    totalFiles: all.size,
    totalBytes: total(all),
    parts: partSummaries(plan, facts, building.length),
    tiles: building.length === 0 ? [] : tilesSummary(plan),
    columns: columns.map(({ name, type, hash }) => ({ name, type, hash })),
  };
}

/** What goes once the plan is run: days that are no more, and others that no longer fit. */
function removedBy({ kind, removed, outdated }: PhysicalPlan): PlanSummary['removed'] {
  const reason = kind === 'train-set' ? 'no longer in the left' : 'no longer in the source';
  const gone = removed.length > 0 ? [{ reason, days: removed }] : [];
  return outdated === null ? gone : [...gone, outdated];
}

function partSummaries(
  plan: PhysicalPlan,
  facts: LakeFacts,
  building: number,
): PlanSummary['parts'] {
  return plan.parts.flatMap(({ name, scan: id }, partIdx): PlanSummary['parts'][number][] => {
    const columns = plan.features.filter(
      (feature) => feature.partIdx === partIdx && feature.outputIdx >= 0,
    );
    const scan = plan.scans.find((s) => s.id === id);
    if (!scan) return [];
    const files = facts.sources[scan.sourceId]?.files ?? [];
    const read = building === 0 ? [] : scan.fileIdx;
    const isTiled = building > 0 && (scan.tiles?.reads.length ?? 0) > 0;
    const shared = scan.parts.flatMap((at) => (at === partIdx ? [] : [plan.parts[at]!.name]));
    return [
      {
        name,
        source: scan.source.name,
        route: scan.source.kind === 'entities' ? 'snapshot' : isTiled ? 'tiles' : 'raw',
        columns: columns.length,
        readFiles: read.length,
        totalFiles: files.length,
        rows: read.reduce((rows, idx) => rows + (files[idx]?.rows ?? 0), 0),
        note: shared.length > 0 ? `one scan with ${shared.join(', ')}` : '',
      },
    ];
  });
}
