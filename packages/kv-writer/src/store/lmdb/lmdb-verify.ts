import { addEntry, checksumOf, newTally } from '../checksum.js';
import type { Loaded } from '../store.js';
import { openEnvironment } from './environment.js';
import { entriesPath } from './version-folder.js';

/** Between two parts of a long scan the process answers to others. */
const AT_ONCE = 20_000;

/** Read everything that a version's file holds. Throws what LMDB does. */
export async function readBack(folder: string): Promise<Omit<Loaded, 'resumedEntries'>> {
  const environment = openEnvironment(entriesPath(folder), 'reading');
  const tally = newTally();
  try {
    for (let after: Uint8Array | null = null; ; ) {
      const before = tally.entries;
      let last: Uint8Array | null = null;
      for (const { key, value } of environment.scan(after, AT_ONCE)) {
        addEntry(tally, key, value);
        last = key;
      }
      if (tally.entries - before < AT_ONCE || last === null) break;
      after = Uint8Array.from(last);
      await new Promise(setImmediate);
    }
  } finally {
    await environment.close();
  }
  return { entries: tally.entries, bytes: tally.bytes, checksum: checksumOf(tally) };
}
