import { TesseraError } from '@tessera/api';
import type { Store } from '@tessera/kv-writer';
import type { EntryCache } from '../entry/entry-cache.js';
import type { RefreshEvent } from '../options.js';
import { type OpenVersion, openVersion } from './open-version.js';

/** What is uploaded as a whole, and its version that is read. */
export interface Unit {
  readonly name: string;
  /** The version that is read; null before the first was opened. */
  current(): OpenVersion | null;
  /** The first time it opens one. Throws NOT_UPLOADED, STORE_UNAVAILABLE. */
  opened(): Promise<OpenVersion>;
  /** Look whether another version is current, and read it from now on. Looks are not doubled. Never throws. */
  refresh(): Promise<void>;
  close(): void;
}

export interface UnitOptions {
  readonly store: Store;
  readonly cache: EntryCache;
  readonly onRefresh?: ((event: RefreshEvent) => void) | undefined;
}

export function createUnit(name: string, { store, cache, onRefresh }: UnitOptions): Unit {
  let version: OpenVersion | null = null;
  let looking: Promise<void> | null = null;
  let isClosed = false;

  const open = async (): Promise<void> => {
    const found = await store.current(name);
    if (found !== null && found === version?.version) return;
    // Dropped with its unit, or by hand: what is open can still be read, as long as it lasts.
    if (found === null && version !== null) return;
    const reader = await store.reader(name);
    if (isClosed || reader.meta.version === version?.version) {
      await reader.close();
      return;
    }
    const before = version;
    version = openVersion(reader, cache, store.where);
    before?.retire();
    onRefresh?.({ unit: name, from: before?.version ?? null, to: version.version });
  };

  /** One look at a time; all who wait have its outcome. */
  const look = (): Promise<void> => {
    looking ??= open().finally(() => {
      looking = null;
    });
    return looking;
  };

  return {
    name,
    current: () => version,
    async opened() {
      if (version === null) await look();
      if (version === null)
        throw new TesseraError('INTERNAL', { reason: `${name} was closed while it was opened` });
      return version;
    },
    async refresh() {
      try {
        await look();
      } catch (error) {
        const at = version?.version ?? null;
        onRefresh?.({ unit: name, from: at, to: at, error });
      }
    },
    close() {
      isClosed = true;
      version?.retire();
      version = null;
    },
  };
}
