import { type LakeFacts, missingDays, type PhysicalPlan, type ScanPlan } from '@tessera/planner';
import { blockDays, type TileRowCounts } from '@tessera/tiling';
import type { RunReport } from './run-types.js';
import type { StageOutcome } from './stages/stage-options.js';
import { sum } from './sum.js';
import type { TileSets } from './tiles/tile-sets.js';

/** Columns of a source that some files lack, as `column: n files`, by source id. */
export type FilledColumns = Readonly<Record<string, readonly string[]>>;

/** What was dropped or defaulted, put together from the stages' counts. */
export function runReport(
  plan: PhysicalPlan,
  facts: LakeFacts,
  outcome: StageOutcome,
  filled: FilledColumns,
  sets: TileSets,
): RunReport {
  const bySource = new Map<string, RunReport['sources'][number]>();
  for (const scan of plan.scans) {
    const results = [...(outcome.scans[scan.id] ?? []), ...tiledCounts(scan, sets)];
    const infinite = sum(
      outcome.sweeps.flatMap(({ scanId, slice, result }) =>
        scanId === scan.id && slice === null ? Object.values(result.counts.infinite) : [],
      ),
    );
    const infiniteCut = sum(
      outcome.sliced.flatMap(({ task, infinite: found }) =>
        task.scanId === scan.id ? Object.values(found).map(({ count }) => count) : [],
      ),
    );
    const before = bySource.get(scan.sourceId);
    const source = before === undefined ? facts.sources[scan.sourceId] : undefined;
    const alike = plan.scans.filter(({ sourceId }) => sourceId === scan.sourceId);
    const days = source && scan.source.kind === 'events' ? missingDays(source, alike) : [];
    // Scans of one source read overlapping rows: the widest count is the source's own.
    bySource.set(scan.sourceId, {
      source: scan.source.name,
      rowsRead: Math.max(before?.rowsRead ?? 0, sum(results.map((r) => r.rowsRead))),
      rowsWithoutTime: Math.max(
        before?.rowsWithoutTime ?? 0,
        sum(results.map((r) => r.rowsWithoutTime)),
      ),
      rowsWithNullKey: Math.max(
        before?.rowsWithNullKey ?? 0,
        sum(results.map((r) => r.rowsWithNullKey)),
      ),
      infiniteValues: Math.max(before?.infiniteValues ?? 0, infinite + infiniteCut),
      duplicateEvents: Math.max(
        before?.duplicateEvents ?? 0,
        sum(results.map((r) => r.duplicateEvents)),
      ),
      missingDays: before?.missingDays ?? days,
      filledColumns: filled[scan.sourceId] ?? [],
    });
  }
  const written = new Map(plan.features.map((feature) => [feature.name, feature.outputIdx >= 0]));
  const tooMany = new Map<string, number>();
  for (const { result } of outcome.sweeps) {
    for (const [name, rows] of Object.entries(result.counts.tooManyDistinct)) {
      if (rows > 0 && written.get(name)) tooMany.set(name, (tooMany.get(name) ?? 0) + rows);
    }
  }
  return {
    sources: [...bySource.values()],
    left: {
      rows: sum(outcome.partitions.map((partition) => partition.rows)),
      rowsWithoutTime: sum(outcome.left.map((result) => result.rowsWithoutTime)),
      rowsWithNullKey: plan.left.kind === 'source' ? nullKeys(plan, outcome) : [],
    },
    missingSnapshots: outcome.missingSnapshots,
    tooManyDistinct: [...tooMany].map(([column, rows]) => ({ column, rows })),
  };
}

/** What was counted of the rows that a scan's tiles stand for, when they were built. */
function tiledCounts({ tiles }: ScanPlan, sets: TileSets): readonly TileRowCounts[] {
  const partitions = tiles === null ? undefined : sets.get(tiles.set)?.manifest.partitions;
  if (tiles === null || partitions === undefined) return [];
  return tiles.reads.flatMap(({ level, label }) => {
    const labels = level === '8d' || level === '64d' ? blockDays(label, level) : [label];
    return labels.flatMap((ds) => partitions[ds]?.counts ?? []);
  });
}

function nullKeys(plan: PhysicalPlan, outcome: StageOutcome): { part: string; rows: number }[] {
  return plan.parts.flatMap(({ name, scan: id }) => {
    const scan = plan.scans.find((one) => one.id === id);
    const rows = scan ? sum(outcome.left.map((result) => result.nullKeys[scan.keySet] ?? 0)) : 0;
    return rows > 0 ? [{ part: name, rows }] : [];
  });
}
