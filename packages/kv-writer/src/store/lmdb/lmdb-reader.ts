import type { Store, StoreReader } from '../store.js';
import { closedReader } from '../store-error.js';
import { type Environment, readError } from './environment.js';
import { checkContent, checkFile } from './file-check.js';
import { packedValues } from './packed-values.js';
import { borrow } from './shared-environment.js';
import { entriesPath, type LoadedFile } from './version-folder.js';

/** Between two parts of a long list of keys the process answers to others. */
const AT_ONCE = 4096;
/** Larger files are compared with what was written while they are read already. */
const CHECKED_BEFORE_BYTES = 33_554_432;

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
  const isSmall = file.fileBytes <= CHECKED_BEFORE_BYTES;
  if (isSmall) await checkContent(path, file, where);
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw readError(where, path, cause);
    }
  };
  const borrowed = attempt(() =>
    borrow(path, async (isStopped) => {
      if (!isSmall) await checkContent(path, file, where, isStopped);
    }),
  );
  let isOpen = true;
  const readFrom = (environment: Environment, keys: readonly Uint8Array[]) =>
    attempt(() => packedValues(keys, environment.get));
  const reader: StoreReader = {
    meta: file.meta,
    multiGetNow(keys) {
      if (!isOpen) throw closedReader(where);
      const environment = keys.length > AT_ONCE ? null : attempt(borrowed.environmentNow);
      return environment === null ? null : readFrom(environment, keys);
    },
    async multiGet(keys, { signal } = {}) {
      const values: (Uint8Array | null)[] = [];
      for (let first = 0; first < keys.length; first += AT_ONCE) {
        if (first > 0) await new Promise(setImmediate);
        signal?.throwIfAborted();
        if (!isOpen) throw closedReader(where);
        const environment = await borrowed.environment();
        if (!isOpen) throw closedReader(where);
        for (const value of readFrom(environment, keys.slice(first, first + AT_ONCE)))
          values.push(value);
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
