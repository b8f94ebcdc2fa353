import type { OutputColumn } from '@tessera/api';
import type { LakeFacts, PhysicalPlan } from '@tessera/planner';
import { filesRead } from './inputs.js';
import type { PlanSummary } from './run-types.js';
import { sum } from './sum.js';
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
  // A file is counted once however many scans and sources read it.
  const read = new Map<string, number>();
  const all = new Map<string, number>();
  for (const [sourceId, { files }] of Object.entries(facts.sources)) {
    const isRead = readBy(plan, building, sourceId, files.length);
    for (const [idx, { path, bytes }] of files.entries()) {
      all.set(path, bytes);
      if (isRead[idx] === 1) read.set(path, bytes);
    }
  }
  const total = (files: ReadonlyMap<string, number>) => sum([...files.values()]);
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

/** 1 for each file of a source that a run of the plan reads. */
function readBy(
  plan: PhysicalPlan,
  building: PhysicalPlan['partitions'],
  sourceId: string,
  files: number,
): Uint8Array {
  const isRead = new Uint8Array(files);
  if (building.length === 0) return isRead;
  const note = (idxs: readonly number[]) => {
    for (const idx of idxs) isRead[idx] = 1;
  };
  for (const scan of plan.scans) if (scan.sourceId === sourceId) note(filesRead(scan));
  if (plan.left.kind === 'source' && plan.left.sourceId === sourceId)
    for (const { fileIdx } of building) note(fileIdx);
  return isRead;
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
  const columns = plan.parts.map(() => 0);
  for (const { partIdx, outputIdx } of plan.features) if (outputIdx >= 0) columns[partIdx]!++;
  const rowsOf = new Map(
    plan.scans.map(({ id, sourceId, fileIdx }) => {
      const files = facts.sources[sourceId]?.files ?? [];
      return [id, sum(fileIdx.map((idx) => files[idx]?.rows ?? 0))];
    }),
  );
  return plan.parts.flatMap(({ name, scan: id }, partIdx): PlanSummary['parts'][number][] => {
    const scan = plan.scans.find((s) => s.id === id);
    if (!scan) return [];
    const isTiled = building > 0 && (scan.tiles?.reads.length ?? 0) > 0;
    const shared = scan.parts.flatMap((at) => (at === partIdx ? [] : [plan.parts[at]!.name]));
    return [
      {
        name,
        source: scan.source.name,
        route: scan.source.kind === 'entities' ? 'snapshot' : isTiled ? 'tiles' : 'raw',
        columns: columns[partIdx]!,
        readFiles: building === 0 ? 0 : scan.fileIdx.length,
        totalFiles: facts.sources[scan.sourceId]?.files.length ?? 0,
        rows: building === 0 ? 0 : (rowsOf.get(id) ?? 0),
        note: shared.length > 0 ? `one scan with ${shared.join(', ')}` : '',
      },
    ];
  });
}
