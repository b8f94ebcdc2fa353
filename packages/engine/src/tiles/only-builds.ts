import type { PhysicalPlan } from '@tessera/planner';

/** Of a plan, what builds tiles: nothing of it reads rows or tiles for values. */
export function onlyBuilds(plan: PhysicalPlan): PhysicalPlan {
  return {
    ...plan,
    partitions: plan.partitions.map((partition) => ({ ...partition, fileIdx: [] })),
    scans: plan.scans.map((scan) => ({
      ...scan,
      fileIdx: [],
      tiles: scan.tiles === null ? null : { ...scan.tiles, reads: [] },
    })),
    removed: [],
    outdated: null,
  };
}

/** Whether tiles of a plan are to be built. */
export function buildsTiles({ scans }: PhysicalPlan): boolean {
  return scans.some(
    ({ tiles }) => tiles !== null && (tiles.builds.length > 0 || tiles.blockBuilds.length > 0),
  );
}
