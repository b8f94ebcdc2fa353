import { createHash } from 'node:crypto';
import { BLOCK_FORMAT } from '@tessera/columnar';
import type { PhysicalPlan } from '@tessera/planner';
import { TILE_FORMAT } from '@tessera/tiling';
import type { Gathered } from '../gather.js';
import type { WorkerMemory } from '../memory.js';
import { ENGINE_VERSION, SEMANTICS_VERSION } from '../version.js';

/** Tasks and their tables: one that is gone on with has those of an earlier build of the same version. */
const TASK_FORMAT = 2;

/**
 * What a run is known by: its plan, every file that it may read as it is now, and what decides how work is cut. Two runs of
 * one key have the same tasks, and these the same outputs.
 */
export function runKey(
  plan: PhysicalPlan,
  { facts }: Pick<Gathered, 'facts'>,
  how: { readonly strict: boolean; readonly workers: number; readonly memory: WorkerMemory },
): string {
  const files = Object.entries(facts.sources).map(([id, source]) => [
    id,
    source.files.map(({ path, fingerprint, stat }) => [path, fingerprint, stat]),
  ]);
  const { files: _, ...rest } = plan;
  const versions = [ENGINE_VERSION, SEMANTICS_VERSION, TILE_FORMAT, BLOCK_FORMAT, TASK_FORMAT];
  const text = JSON.stringify([...versions, rest, files, how]);
  return createHash('md5').update(text).digest('hex');
}

/** The same of tiles: a task that builds some says all that they are made of. */
export const TILES_KEY = `${ENGINE_VERSION} ${SEMANTICS_VERSION} ${TILE_FORMAT}`;
