import { mergeBlock, type StagedTiles } from '@tessera/tiling';
import type { TaskContext } from './context.js';
import type { MergeTilesTask } from './task.js';

/** Tiles of a block of partitions: staged, to be put in place by the run. */
export function runMergeTiles(
  { session }: TaskContext,
  { merge }: MergeTilesTask,
): Promise<StagedTiles> {
  return mergeBlock(session, merge);
}
