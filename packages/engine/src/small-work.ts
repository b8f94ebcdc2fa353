import type { PhysicalPlan } from '@tessera/planner';
import type { Gathered } from './gather.js';
import type { WorkerMemory } from './memory.js';

/** Rows and cells that one thread has done by the time that others are ready. */
const SMALL = { rows: 250_000, cells: 2_000_000 };

/**
 * Whether a plan is mostly DuckDB's work, which needs no threads of ours: few left rows ask for few keys, so that the
 * events of others are left out in SQL.
 *
 * @param leastLookedUp keys from which on rows are looked up by us
 */
export function isMostlyScanning(plan: PhysicalPlan, { leastLookedUp }: WorkerMemory): boolean {
  if (plan.left.kind === 'grid' || plan.scans.some(({ tiles }) => tiles !== null)) return false;
  const leftRows = rowsToBuild(plan);
  return leftRows < leastLookedUp && leftRows * plan.features.length <= SMALL.cells;
}

function rowsToBuild({ partitions }: PhysicalPlan): number {
  return partitions.reduce((sum, { reason, rows }) => sum + (reason === null ? 0 : rows), 0);
}

/** Whether a plan is done sooner in the calling thread than by threads that have to be started first. */
export function isSmallWork(plan: PhysicalPlan, { facts }: Pick<Gathered, 'facts'>): boolean {
  const building = plan.partitions.filter(({ reason }) => reason !== null);
  const isGrid = plan.left.kind === 'grid';
  const leftRows = rowsToBuild(plan);
  let rows = isGrid ? 0 : leftRows;
  for (const { sourceId, fileIdx, tiles } of plan.scans) {
    const files = facts.sources[sourceId]?.files ?? [];
    const rowsOf = (idxs: readonly number[]) =>
      idxs.reduce((sum, idx) => sum + (files[idx]?.rows ?? 0), 0);
    rows += rowsOf(fileIdx);
    for (const read of tiles?.reads ?? []) rows += read.rows ?? rowsOf(read.fileIdx);
    // Each of its three levels is about as much again.
    for (const build of tiles?.builds ?? []) rows += 3 * rowsOf(build.fileIdx);
  }
  // A grid has no more keys than there are rows, on each of its days.
  const asked = isGrid ? building.length * rows : leftRows;
  return rows <= SMALL.rows && asked * plan.features.length <= SMALL.cells;
}

/** Whether threads will be worth it, should all rows of the first source have to be done: known before anything is planned. */
export const isLargeWork = (rows: number): boolean => rows > SMALL.rows;
