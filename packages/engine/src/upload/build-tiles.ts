import { builds, type PlanOptions } from '@tessera/planner';
import type { Executor } from '../executor.js';
import { NO_PROFILER } from '../profile/profiler.js';
import type { TilesBuilt } from '../tiles/build-tiles.js';
import { makeTiles } from '../tiles/make-tiles.js';
import { planTiled } from '../tiles/plan-tiled.js';
import { tileStore } from '../tiles/tile-sets.js';
import { partsSubject } from './part-subject.js';
import type { PlannedPart } from './plan-part.js';

interface Building {
  readonly name: string;
  readonly out: string;
  readonly owner: string;
  readonly planOptions: PlanOptions;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Build the tiles that parts miss, where the policy says so, those of all parts of one source and key in one reading of its rows, and plan the parts
 * with them.
 */
export async function buildPartTiles(
  planned: readonly PlannedPart[],
  building: Building,
): Promise<{ readonly parts: readonly PlannedPart[]; readonly built: TilesBuilt | null }> {
  const { name, out, owner, planOptions, executor, signal, onProgress } = building;
  if (!builds(planOptions.tiles ?? 'off')) return { parts: planned, built: null };
  const events = planned.filter(({ part }) => part.groupBy.source.kind === 'events');
  const [first] = events;
  if (first === undefined) return { parts: planned, built: null };
  // All parts were gathered together.
  const { gathered, sets } = first;
  const subject = partsSubject(
    name,
    events.map(({ part }) => part),
    {
      firstMs: Math.min(...events.map(({ instants }) => instants.firstMs)),
      lastMs: Math.max(...events.map(({ instants }) => instants.lastMs)),
    },
  );
  const asked = planTiled(subject, gathered, planOptions, sets);
  const made = await makeTiles(
    subject,
    { store: tileStore(out), sets, gathered, planOptions },
    asked,
    {
      ...{ executor, owner, signal, profiler: NO_PROFILER },
      onProgress: ({ tasksDone, tasksTotal }) => onProgress(tasksDone, tasksTotal),
    },
  );
  // What was built is there now. Blocks that only one part's instants allow are not: others' days are read in their place.
  const reading =
    planOptions.tiles === 'build' ? { ...planOptions, tiles: 'auto' as const } : planOptions;
  const parts = planned.map((one) => {
    if (one.part.groupBy.source.kind !== 'events') return one;
    const tiled = planTiled(one.subject, gathered, reading, made.sets);
    return { ...one, sets: made.sets, tiled };
  });
  return { parts, built: made.counts };
}
