import type { Store, StoreReader } from '../store.js';
import { readError } from './environment.js';
import { borrow } from './shared-environment.js';
import { checkFile, entriesPath, type LoadedFile } from './version-folder.js';

/** Between two parts of a long list of keys the process answers to others. */
const AT_ONCE = 4096;

/**
 * A reader of one version's file. It stays open when the version is dropped: what it reads is then no longer to be found by
 * others, and is there until it is closed.
 *
 * Throws  STORE_DAMAGED, STORE_UNAVAILABLE
 */
export async function openReader(
  { where }: Pick<Store, 'where'>,
  folder: string,
  file: LoadedFile,
  closed: (reader: StoreReader) => void,
): Promise<StoreReader> {
  await checkFile(folder, file, where);
  const path = entriesPath(folder);
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw readError(where, path, cause);
    }
  };
  const borrowed = attempt(() => borrow(path));
  let isOpen = true;
  const reader: StoreReader = {
    meta: file.meta,
    async multiGet(keys, { signal } = {}) {
      const values: (Uint8Array | null)[] = [];
      for (let first = 0; first < keys.length; first += AT_ONCE) {
        if (first > 0) await new Promise(setImmediate);
        signal?.throwIfAborted();
        const environment = await borrowed.environment();
        attempt(() => {
          for (const key of keys.slice(first, first + AT_ONCE)) values.push(environment.get(key));
        });
      }
      return values;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      closed(reader);
      await borrowed.giveBack();
    },
  };
  return reader;
}
