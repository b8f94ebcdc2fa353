import { TesseraError } from '@tessera/api';
import { addEntry, checksumOf, newTally } from './checksum.js';
import { checkVersionName } from './names.js';
import { activated, NO_POINTER, type Pointer } from './pointer.js';
import { checkedRuns, type Runs } from './runs.js';
import type {
  Entry,
  Loaded,
  LoadOptions,
  Store,
  StoreReader,
  UploadLock,
  VersionInfo,
  VersionMeta,
} from './store.js';
import {
  checkStored,
  closedReader,
  nothingToRollBack,
  notUploaded,
  versionInUse,
} from './store-error.js';

interface MemoryVersion {
  readonly identity: string;
  readonly startedMs: number;
  /** By the key's bytes as text, one character a byte. */
  readonly values: Map<string, Uint8Array>;
  lastKey: Uint8Array | null;
  meta: VersionMeta | null;
}

interface MemoryUnit {
  pointer: Pointer;
  readonly versions: Map<string, MemoryVersion>;
  owner: string | null;
}

/** A store that ends with its process: for tests and trials. Readers keep their version though it is dropped. */
export function memoryStore(): Store {
  const units = new Map<string, MemoryUnit>();
  const place = { where: 'memory' };

  const unitOf = (unit: string): MemoryUnit => {
    const found = units.get(unit) ?? { pointer: NO_POINTER, versions: new Map(), owner: null };
    units.set(unit, found);
    return found;
  };
  const loadedOf = (unit: string, version: string): MemoryVersion & { meta: VersionMeta } => {
    const found = units.get(unit)?.versions.get(version);
    if (!found?.meta) throw notUploaded(place, unit, version);
    return found as MemoryVersion & { meta: VersionMeta };
  };

  return {
    kind: 'memory',
    where: place.where,

    async units() {
      return [...units].flatMap(([unit, { versions }]) => (versions.size > 0 ? unit : [])).sort();
    },

    async versions(unit) {
      const { pointer, versions } = units.get(unit) ?? { pointer: NO_POINTER, versions: [] };
      const infos = [...versions].map(
        ([version, { identity, startedMs, meta }]): VersionInfo => ({
          version,
          state: meta === null ? 'loading' : 'loaded',
          isCurrent: version === pointer.current,
          isPrevious: version === pointer.previous,
          startedMs,
          identity,
          meta,
        }),
      );
      return infos.reverse();
    },

    async current(unit) {
      return units.get(unit)?.pointer.current ?? null;
    },

    async reader(unit, version): Promise<StoreReader> {
      const wanted = version ?? units.get(unit)?.pointer.current;
      if (wanted === undefined || wanted === null) throw notUploaded(place, unit);
      const { values, meta } = loadedOf(unit, wanted);
      let isOpen = true;
      return {
        meta,
        async multiGet(keys, options) {
          if (!isOpen) throw closedReader(place.where);
          options?.signal?.throwIfAborted();
          return keys.map((key) => values.get(textOf(key)) ?? null);
        },
        async close() {
          isOpen = false;
        },
      };
    },

    async lock(unit, owner): Promise<UploadLock> {
      const held = unitOf(unit);
      if (held.owner !== null) {
        throw new TesseraError('UPLOAD_LOCKED', { unit, store: place.where, owner: held.owner });
      }
      held.owner = owner;
      let isHeld = true;
      return {
        async check() {},
        async release() {
          if (isHeld) held.owner = null;
          isHeld = false;
        },
      };
    },

    async bulkLoad(unit, version, runs: Runs, options: LoadOptions): Promise<Loaded> {
      checkVersionName(version);
      const { versions } = unitOf(unit);
      const { identity, signal, onProgress } = options;
      let into = versions.get(version);
      if (into?.meta) throw versionInUse(place, unit, version);
      if (into?.identity !== identity) {
        into = { identity, startedMs: Date.now(), values: new Map(), lastKey: null, meta: null };
        versions.set(version, into);
      }
      const resumedEntries = into.values.size;
      for await (const run of checkedRuns(runs, into.lastKey, signal)) {
        for (const { key, value } of run) into.values.set(textOf(key), Uint8Array.from(value));
        into.lastKey = Uint8Array.from(run.at(-1)!.key);
        onProgress?.(summed(into.values));
      }
      return { ...summed(into.values), resumedEntries };
    },

    async finish(unit, version, meta) {
      const found = units.get(unit)?.versions.get(version);
      if (found === undefined) throw notUploaded(place, unit, version);
      checkStored(place, meta, summed(found.values));
      found.meta = meta;
    },

    async check(unit, version) {
      loadedOf(unit, version);
    },

    async put(unit, version, entries: readonly Entry[]) {
      const { values } = loadedOf(unit, version);
      for (const { key, value } of entries) values.set(textOf(key), Uint8Array.from(value));
    },

    async activate(unit, version) {
      loadedOf(unit, version);
      const into = unitOf(unit);
      into.pointer = activated(into.pointer, version);
    },

    async rollback(unit) {
      const found = units.get(unit);
      if (!found?.pointer.previous) throw nothingToRollBack(place, unit);
      const { current, previous } = found.pointer;
      found.pointer = { current: previous, previous: current };
      return previous;
    },

    async drop(unit, version) {
      const found = units.get(unit);
      if (found === undefined) return;
      if (found.pointer.current === version) throw versionInUse(place, unit, version);
      if (found.pointer.previous === version) found.pointer = { ...found.pointer, previous: null };
      found.versions.delete(version);
    },

    async close() {},
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function summed(values: ReadonlyMap<string, Uint8Array>) {
  const tally = newTally();
  for (const [text, value] of values) addEntry(tally, Buffer.from(text, 'latin1'), value);
  return { entries: tally.entries, bytes: tally.bytes, checksum: checksumOf(tally) };
}
