import { join } from 'node:path';
import { removeDeadFolders } from '@tessera/lake';
import { tileSetPath } from '@tessera/tiling';
import { clearUp } from '../publish.js';
import type { TileSets } from './tile-sets.js';

/** Remove what killed runs left in tile sets, and beside them, where nothing can go on with it. */
export async function clearUpTiles(store: string, sets: TileSets, owner: string): Promise<void> {
  for (const hash of sets.keys()) await clearUp(tileSetPath(store, hash), owner);
  removeDeadFolders(join(store, '..', '.tmp'));
}
