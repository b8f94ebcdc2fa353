import { stagingPath, WORK } from '@tessera/lake';
import type { PhysicalPlan } from '@tessera/planner';
import { tileSetPath } from '@tessera/tiling';
import { buildsTiles } from '../tiles/only-builds.js';
import { TILES_KEY } from './run-key.js';
import { finishedTasks } from './task-record.js';

/**
 * Tasks of a plan that a run which was killed has finished, as its records tell: what they made is looked at when they are
 * taken over. Those of values are known only where no tiles are to be built before.
 *
 * @param keyOf what the run is known by; null where its tasks are not recorded
 */
export function resumableTasks(
  plan: PhysicalPlan,
  { dataset, store }: { readonly dataset: string; readonly store: string },
  keyOf: (() => string) | null,
): number {
  const sets = new Set(
    plan.scans.flatMap(({ tiles }) =>
      tiles !== null && tiles.builds.length + tiles.blockBuilds.length > 0 ? [tiles.set] : [],
    ),
  );
  let tasks = 0;
  for (const set of sets)
    tasks += finishedTasks(stagingPath(tileSetPath(store, set), WORK), TILES_KEY);
  const isPlanned = keyOf !== null && !buildsTiles(plan);
  const isBegun = isPlanned && finishedTasks(stagingPath(dataset, WORK), null) > 0;
  return isBegun ? tasks + finishedTasks(stagingPath(dataset, WORK), keyOf()) : tasks;
}
