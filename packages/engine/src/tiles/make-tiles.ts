import { TesseraError } from '@tessera/api';
import type { Executor } from '../executor.js';
import type { Making } from '../make.js';
import type { Profiler } from '../profile/profiler.js';
import type { Subject } from '../subject.js';
import type { StageProgress } from '../write-partitions.js';
import { buildMissingTiles, NOTHING_BUILT, type TilesBuilt } from './build-tiles.js';
import { buildsTiles } from './only-builds.js';
import { planTiled, type TiledPlan } from './plan-tiled.js';
import { openTileSets, type TileSets } from './tile-sets.js';

export interface MadeTiles {
  /** A plan whose tiles are all there. */
  readonly tiled: TiledPlan;
  readonly sets: TileSets;
  readonly counts: TilesBuilt;
}

interface With {
  readonly executor: Executor;
  readonly owner: string;
  readonly onProgress: (progress: StageProgress) => void;
  readonly signal: AbortSignal | undefined;
  readonly profiler: Profiler;
}

/** Build what a plan misses, then plan again with what is there: how many tiles there are, and what they hold, is known now. */
export async function makeTiles(
  subject: Subject,
  {
    store,
    sets,
    gathered,
    planOptions,
  }: Pick<Making, 'store' | 'sets' | 'gathered' | 'planOptions'>,
  asked: TiledPlan,
  { executor, owner, onProgress, signal, profiler }: With,
): Promise<MadeTiles> {
  if (!buildsTiles(asked.plan)) return { tiled: asked, sets, counts: NOTHING_BUILT };
  const counts = await buildMissingTiles(asked.plan, {
    ...{ store, owner, executor, gathered, states: asked.states, signal, profiler },
    onProgress: (tasksDone, tasksTotal, rows) =>
      onProgress({ stage: 'tiles', tasksDone, tasksTotal, rows }),
  });
  const now = await openTileSets(store, subject);
  const tiled = planTiled(subject, gathered, planOptions, now);
  if (buildsTiles(tiled.plan))
    throw new TesseraError('INTERNAL', { reason: 'tiles that were just built are not there' });
  return { tiled, sets: now, counts };
}
