import { removeTree } from '@tessera/lake';
import {
  damagedTiles,
  forgetDamaged,
  lookAtManifest,
  tileManifestPath,
  tileSetPath,
} from '@tessera/tiling';
import { examineLeftovers, heldBy } from './examine-folder.js';
import { type Repairable, sound, wrong } from './finding.js';

/**
 * What is wrong with a tile set; nothing but who writes it where that is somebody else.
 *
 * Cost  one read of all of its tiles
 */
export async function examineTiles(
  store: string,
  hash: string,
  isOurs: boolean,
): Promise<Repairable[]> {
  const folder = tileSetPath(store, hash);
  const held = isOurs ? null : await heldBy(folder);
  if (held !== null) return [held];
  return [...(await examineFiles(store, hash, folder)), ...(await examineLeftovers(folder))];
}

async function examineFiles(store: string, hash: string, folder: string): Promise<Repairable[]> {
  const path = tileManifestPath(folder);
  const { state, damage } = await lookAtManifest(folder);
  if (damage !== null) {
    const repair = 'removed: whoever needs these tiles builds them again';
    const what = damage.summary;
    return [wrong({ path, kind: 'manifest', what, repair }, () => removeTree(path))];
  }
  if (state === 'newer' || state === 'older') {
    const what = `of ${state === 'newer' ? 'a newer' : 'an older'} version of Tessera`;
    const repair = 'left alone: this version counts its tiles as none';
    return [sound({ path, kind: 'newer', what, repair })];
  }
  const damaged = await damagedTiles(store, hash);
  const words = {
    missing: 'listed, and missing',
    'of another size': 'not of the size that was written',
    changed: 'not the bytes that were written',
  } as const;
  return damaged.map((one) =>
    wrong(
      {
        path: one.path,
        kind: 'tiles',
        what: words[one.what],
        repair: 'forgotten: whoever needs these tiles builds them again',
      },
      () => forgetDamaged(store, hash, [one]),
    ),
  );
}
