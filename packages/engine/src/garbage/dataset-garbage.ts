import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  isLocked,
  journalPath,
  leftoversOf,
  lockIfFree,
  removeTree,
  stagingPath,
} from '@tessera/lake';
import { datasetsBelow } from '../datasets-below.js';

export interface DatasetGarbage {
  readonly path: string;
  readonly kind: 'staged' | 'temporary';
  readonly bytes: number;
  readonly newestMs: number;
  /** A living process writes the dataset. */
  readonly isHeld: boolean;
}

/**
 * What killed runs left in the folders of datasets, finished tasks too: whoever has not gone on with them for so long will not.
 * Nothing of a publish that was cut off, which the next run needs.
 */
export async function datasetGarbage(out: string): Promise<DatasetGarbage[]> {
  const found: DatasetGarbage[] = [];
  for (const dataset of await datasetsBelow(out)) {
    if ((await stat(journalPath(dataset)).catch(() => null)) !== null) continue;
    const isHeld = await isLocked(dataset);
    const { staged, temporary } = await leftoversOf(dataset);
    for (const name of staged) {
      const path = stagingPath(dataset, name);
      found.push({ path, kind: 'staged', isHeld, ...(await measured(path)) });
    }
    for (const name of temporary) {
      const path = join(dataset, name);
      found.push({ path, kind: 'temporary', isHeld, ...(await measured(path)) });
    }
  }
  return found;
}

/** Remove it, under the lock of its dataset. Returns false when somebody began to write there. */
export async function removeDatasetGarbage({ path, kind }: Pick<DatasetGarbage, 'path' | 'kind'>) {
  const dataset = kind === 'staged' ? dirname(dirname(path)) : dirname(path);
  const lock = await lockIfFree(dataset, 'removing what was staged');
  if (lock === null) return false;
  try {
    await removeTree(path);
    const staging = dirname(path);
    if (kind === 'staged' && (await readdir(staging)).length === 0) await removeTree(staging);
  } finally {
    await lock.release();
  }
  return true;
}

/** Size of all files below, and the newest time of any. */
async function measured(path: string): Promise<{ bytes: number; newestMs: number }> {
  const own = await stat(path).catch(() => null);
  if (own === null) return { bytes: 0, newestMs: 0 };
  let [bytes, newestMs] = [own.isFile() ? own.size : 0, own.mtimeMs];
  const names = own.isFile() ? [] : await readdir(path, { recursive: true }).catch(() => []);
  for (const name of names) {
    const file = await stat(join(path, name)).catch(() => null);
    if (file === null) continue;
    if (file.isFile()) bytes += file.size;
    newestMs = Math.max(newestMs, file.mtimeMs);
  }
  return { bytes, newestMs };
}
