import type { PhysicalPlan, ScanPlan } from '@tessera/planner';
import type { ReadTilesTask } from '../tasks/task.js';
import type { StageOptions, StageOutcome } from './stage-options.js';

/** Tiles of wanted keys → blocks per bucket, some places a task: many small files are read one after another. */
export function readTilesTasks(
  plan: PhysicalPlan,
  scan: ScanPlan,
  outcome: Pick<StageOutcome, 'keys' | 'dictionaries'>,
  options: StageOptions,
): ReadTilesTask[] {
  const tiles = options.tiles?.[scan.id];
  if (tiles === undefined) return [];
  const dictionaries = Object.fromEntries(
    plan.dictionaries.flatMap(({ id, scan: of, column }) =>
      of === scan.id && outcome.dictionaries[id] ? [[column, outcome.dictionaries[id]]] : [],
    ),
  );
  return tiles.scans.map((tileScan, idx) => ({
    type: 'read-tiles',
    id: `${scan.id}.${idx}`,
    scan: tileScan,
    keys: outcome.keys[scan.keySet]!,
    dictionaries,
    buckets: plan.buckets,
  }));
}
