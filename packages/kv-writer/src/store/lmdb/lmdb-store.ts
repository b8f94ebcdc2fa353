import { randomUUID } from 'node:crypto';
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { checkVersionName, nameOf, pathOf } from '../names.js';
import { activated } from '../pointer.js';
import type { Store, StoreReader, VersionInfo } from '../store.js';
import { checkStored, nothingToRollBack, notUploaded, versionInUse } from '../store-error.js';
import { checkContent, checkFile, crcOfFile } from './file-check.js';
import { clearLocks, lockFile } from './file-lock.js';
import { codeOf, makeFolder, removeTree, syncFile, syncFolder, writeError } from './files.js';
import { loadRuns } from './lmdb-load.js';
import { readPointer, switching, writePointer } from './lmdb-pointer.js';
import { openReader } from './lmdb-reader.js';
import { readBack } from './lmdb-verify.js';
import { change } from './shared-environment.js';
import {
  entriesPath,
  type LoadedFile,
  readLoaded,
  readLoading,
  versionFolders,
  writeLoaded,
} from './version-folder.js';

export interface LmdbOptions {
  /** A version's file may not grow beyond it. Default: as large as the disk allows. */
  readonly maxBytes?: number;
}

/** How often a reader looks again when what was current is dropped before it is open. */
const LOOKS = 5;

/**
 * Versions as LMDB files below a folder, which is made when the first is loaded:
 *
 *   <folder>/<unit>/CURRENT                 which versions are current and previous
 *   <folder>/<unit>/<version>/data.mdb      entries
 *   <folder>/<unit>/<version>/LOADING       while they are written
 *   <folder>/<unit>/<version>/META          once they are complete
 */
export function lmdbStore(folder: string, options: LmdbOptions = {}): Store {
  const { maxBytes = Number.POSITIVE_INFINITY } = options;
  const where = `lmdb:${folder}`;
  const place = { where };
  const readers = new Set<StoreReader>();
  const unitFolder = (unit: string): string => join(folder, pathOf(unit));
  const versionFolder = (unit: string, version: string): string => {
    checkVersionName(version);
    return join(unitFolder(unit), version);
  };
  const switched = <T>(unit: string, change: () => Promise<T>): Promise<T> =>
    switching(unitFolder(unit), { unit, store: where }, change);

  /** What the system says of a folder that cannot be read. */
  const told = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (cause) {
      if (isTesseraError(cause)) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TesseraError('STORE_UNAVAILABLE', { store: where, reason }, { cause });
    }
  };

  async function loadedOf(unit: string, version: string): Promise<LoadedFile> {
    const file = await told(() => readLoaded(versionFolder(unit, version), where));
    if (file === null) throw notUploaded(place, unit, version);
    return file;
  }

  /** Throws NOT_UPLOADED, STORE_DAMAGED. */
  async function whole(unit: string, version: string): Promise<void> {
    const at = versionFolder(unit, version);
    const loaded = await loadedOf(unit, version);
    await checkFile(at, loaded, where);
    await told(() => checkContent(entriesPath(at), loaded, where));
  }

  async function infoOf(
    unit: string,
    version: string,
  ): Promise<Omit<VersionInfo, 'isCurrent' | 'isPrevious'>> {
    const at = versionFolder(unit, version);
    // What cannot be read is nothing that could be used.
    const loaded = await readLoaded(at, where).catch(() => null);
    if (loaded !== null) {
      const { startedMs, meta } = loaded;
      return { version, state: 'loaded', startedMs, identity: meta.identity, meta };
    }
    const { startedMs = 0, identity = '' } = (await readLoading(at)) ?? {};
    return { version, state: 'loading', startedMs, identity, meta: null };
  }

  const store: Store = {
    kind: 'lmdb',
    where,

    units: () =>
      told(async () => {
        const names = await readdir(folder).catch((cause: unknown) => {
          if (codeOf(cause) === 'ENOENT') return [];
          throw cause;
        });
        const units: string[] = [];
        for (const name of names) {
          const unit = nameOf(name);
          if (unit !== null && (await versionFolders(join(folder, name))).length > 0)
            units.push(unit);
        }
        return units.sort();
      }),

    versions: (unit) =>
      told(async () => {
        const { current, previous } = await readPointer(unitFolder(unit), where);
        const infos: VersionInfo[] = [];
        for (const version of await versionFolders(unitFolder(unit))) {
          const isCurrent = version === current;
          infos.push({
            ...(await infoOf(unit, version)),
            isCurrent,
            isPrevious: version === previous,
          });
        }
        return infos.sort((a, b) => b.startedMs - a.startedMs || (a.version < b.version ? 1 : -1));
      }),

    current: (unit) => told(async () => (await readPointer(unitFolder(unit), where)).current),

    async reader(unit, version) {
      for (let look = 1; ; look++) {
        const wanted = version ?? (await store.current(unit));
        if (wanted === null) throw notUploaded(place, unit);
        try {
          const file = await loadedOf(unit, wanted);
          const closed = (reader: StoreReader) => readers.delete(reader);
          const reader = await openReader(place, versionFolder(unit, wanted), file, closed);
          readers.add(reader);
          return reader;
        } catch (cause) {
          const isDropped = version === undefined && (await store.current(unit)) !== wanted;
          if (!isDropped || look === LOOKS) throw cause;
        }
      }
    },

    async lock(unit, owner) {
      await makeFolder(unitFolder(unit));
      const lock = await lockFile(join(unitFolder(unit), '_lock'), owner, { unit, store: where });
      await clearLocks(unitFolder(unit), '_lock');
      await clearDropped(unitFolder(unit));
      return lock;
    },

    async bulkLoad(unit, version, runs, loadOptions) {
      const at = versionFolder(unit, version);
      if ((await told(() => readLoaded(at, where))) !== null)
        throw versionInUse(place, unit, version);
      return loadRuns({ folder: at, store: where, maxBytes }, runs, loadOptions);
    },

    async finish(unit, version, meta) {
      const at = versionFolder(unit, version);
      const loading = await told(() => readLoading(at));
      if (loading === null) throw notUploaded(place, unit, version);
      const stored = await readBack(at).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new TesseraError(
          'UPLOAD_NOT_VERIFIED',
          { unit, version, store: where, reason },
          { cause },
        );
      });
      checkStored(place, meta, stored);
      fault('verified');
      const { size: fileBytes } = await stat(entriesPath(at));
      const fileCrc = await crcOfFile(entriesPath(at));
      const { startedMs } = loading;
      await writeLoaded(at, { format: 1, startedMs, fileBytes, fileCrc, meta });
      await syncFolder(unitFolder(unit));
    },

    check: whole,

    async put(unit, version, entries) {
      const at = versionFolder(unit, version);
      const path = entriesPath(at);
      const loaded = await loadedOf(unit, version);
      await checkFile(at, loaded, where);
      // From here on its bytes are no longer what they were.
      if (loaded.fileCrc !== null) await writeLoaded(at, { ...loaded, fileCrc: null });
      await change(path, entries).catch(async (cause: unknown) => {
        throw await writeError(path, cause);
      });
      await syncFile(path);
    },

    async activate(unit, version) {
      await loadedOf(unit, version);
      await switched(unit, async () => {
        await checkFile(versionFolder(unit, version), await loadedOf(unit, version), where);
        const before = await readPointer(unitFolder(unit), where);
        const after = activated(before, version);
        if (after !== before) await writePointer(unitFolder(unit), after);
      });
    },

    async rollback(unit) {
      if ((await told(() => readPointer(unitFolder(unit), where))).previous === null) {
        throw nothingToRollBack(place, unit);
      }
      return switched(unit, async () => {
        const { current, previous } = await readPointer(unitFolder(unit), where);
        if (previous === null) throw nothingToRollBack(place, unit);
        await whole(unit, previous);
        await writePointer(unitFolder(unit), { current: previous, previous: current });
        return previous;
      });
    },

    async drop(unit, version) {
      const at = versionFolder(unit, version);
      const folders = await told(() => versionFolders(unitFolder(unit)));
      if (folders.includes(version)) {
        await switched(unit, async () => {
          const pointer = await readPointer(unitFolder(unit), where);
          if (pointer.current === version) throw versionInUse(place, unit, version);
          if (pointer.previous === version) {
            await writePointer(unitFolder(unit), { ...pointer, previous: null });
          }
          fault('drop.begun');
          // In one step it is no version any more.
          await rename(at, join(unitFolder(unit), `_dropped-${randomUUID()}`)).catch(
            async (cause: unknown) => {
              if (codeOf(cause) !== 'ENOENT') throw await writeError(at, cause);
            },
          );
          fault('drop.half');
        });
      }
      await clearDropped(unitFolder(unit));
      fault('dropped');
    },

    async close() {
      await Promise.all([...readers].map((reader) => reader.close()));
    },
  };
  return store;
}

/** What is left of versions that were dropped, now or by a process that died. */
async function clearDropped(unitFolder: string): Promise<void> {
  const names = await readdir(unitFolder).catch(() => []);
  for (const name of names) {
    if (name.startsWith('_dropped-')) await removeTree(join(unitFolder, name));
  }
}
