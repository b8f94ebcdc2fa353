import type { OutputColumn } from '@tessera/api';
import type { Estimate, LakeFacts, PhysicalPlan, ScanPlan } from '@tessera/planner';
import { filesRead } from './inputs.js';
import type { PlanSummary, TilesSummary } from './run-types.js';
import { sum } from './sum.js';
import { counted } from './tiles/tiles-summary.js';

/** What a summary tells of tiles. */
export interface TilesTold {
  readonly sets: readonly TilesSummary[];
  /** Tiles are all that is made. */
  readonly isAll: boolean;
  /** Why a scan can have no tiles; null where it can. */
  readonly whyRows: (scan: ScanPlan) => string | null;
  readonly warnings: PlanSummary['warnings'];
}

/** What a summary tells beside the plan itself. */
export interface Told {
  readonly columns: readonly OutputColumn[];
  readonly workers: number;
  /** Of the definition. */
  readonly warnings: PlanSummary['warnings'];
  readonly tiles: TilesTold;
  readonly estimate: Estimate | null;
}

/** The plan in the words a user reads. */
export function planSummary(
  plan: PhysicalPlan,
  facts: LakeFacts,
  { columns, workers, warnings, tiles: told, estimate }: Told,
): Omit<PlanSummary, 'resumed'> {
  const building = plan.partitions.filter((partition) => partition.reason !== null);
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
  const made = told.isAll ? tilePartitions(told.sets) : leftPartitions(plan);
  return {
    kind: told.isAll ? 'tiles' : plan.kind,
    name: plan.name,
    start: labels[0] ?? null,
    end: labels.at(-1) ?? null,
    ...made,
    upToDate: made.partitions - made.toBuild,
    removed: removedBy(plan),
    buckets: plan.buckets,
    workers,
    readFiles: read.size,
    readBytes: total(read),
    totalFiles: all.size,
    totalBytes: total(all),
    parts: partSummaries(plan, facts, building.length, told),
    tiles: building.length === 0 ? [] : told.sets,
    warnings: [...warnings, ...told.warnings],
    estimate,
    derived: plan.derived.filter(({ outputIdx }) => outputIdx >= 0).length,
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

/** Partitions that are made, and why. */
type Making = Pick<PlanSummary, 'partitions' | 'toBuild' | 'reasons'>;

function leftPartitions({ partitions }: PhysicalPlan): Making {
  const reasons = partitions.flatMap(({ reason }) => reason ?? []);
  return { partitions: partitions.length, toBuild: reasons.length, reasons: counted(reasons) };
}

function tilePartitions(sets: readonly TilesSummary[]): Making {
  const reasons = new Map<string, number>();
  for (const { reason, partitions } of sets.flatMap((set) => set.reasons))
    reasons.set(reason, (reasons.get(reason) ?? 0) + partitions);
  return {
    partitions: sum(sets.map(({ partitions }) => partitions)),
    toBuild: sum(sets.map(({ toBuild }) => toBuild)),
    reasons: [...reasons].map(([reason, partitions]) => ({ reason, partitions })),
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
  told: TilesTold,
): PlanSummary['parts'] {
  const columns = plan.parts.map(() => 0);
  for (const { partIdx, outputIdx } of plan.features) if (outputIdx >= 0) columns[partIdx]!++;
  const reads = new Map(
    plan.scans.map((scan) => {
      const files = facts.sources[scan.sourceId]?.files ?? [];
      const read = building === 0 ? [] : told.isAll ? filesRead(scan) : scan.fileIdx;
      const rows = sum(read.map((idx) => files[idx]?.rows ?? 0));
      return [scan.id, { files: read.length, rows, never: told.whyRows(scan) }];
    }),
  );
  return plan.parts.flatMap(
    ({ name, scan: id, isLabel }, partIdx): PlanSummary['parts'][number][] => {
      const scan = plan.scans.find((s) => s.id === id);
      if (!scan) return [];
      const { files: readFiles, rows, never } = reads.get(id)!;
      const isSnapshot = scan.source.kind === 'entities';
      const isTiled = told.isAll ? never === null : (scan.tiles?.reads.length ?? 0) > 0;
      const isRaw = building > 0 && !isSnapshot && !isTiled;
      const shared = scan.parts.flatMap((at) => (at === partIdx ? [] : [plan.parts[at]!.name]));
      return [
        {
          name,
          source: scan.source.name,
          route: isSnapshot ? 'snapshot' : building > 0 && isTiled ? 'tiles' : 'raw',
          columns: columns[partIdx]!,
          readFiles,
          totalFiles: facts.sources[scan.sourceId]?.files.length ?? 0,
          rows,
          whyRows: isRaw ? (never ?? scan.whyRows) : null,
          note: shared.length > 0 ? `one scan with ${shared.join(', ')}` : '',
          ...(isLabel && { isLabel }),
        },
      ];
    },
  );
}
