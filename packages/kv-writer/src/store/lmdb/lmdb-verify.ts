import { checksumOf } from '../checksum.js';
import type { Loaded } from '../store.js';
import { openEnvironment } from './environment.js';
import { entriesPath } from './version-folder.js';

/** Read everything that a version's file holds. Throws what LMDB does. */
export async function readBack(folder: string): Promise<Omit<Loaded, 'resumedEntries'>> {
  const environment = openEnvironment(entriesPath(folder), 'reading');
  try {
    const tally = await environment.tally();
    return { entries: tally.entries, bytes: tally.bytes, checksum: checksumOf(tally) };
  } finally {
    await environment.close();
  }
}
