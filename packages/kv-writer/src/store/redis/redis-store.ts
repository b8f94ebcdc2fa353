import { TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { checkVersionName } from '../names.js';
import { activated, formatPointer, NO_POINTER, type Pointer, parsePointer } from '../pointer.js';
import type { Store, VersionInfo } from '../store.js';
import {
  checkStored,
  nothingToRollBack,
  notUploaded,
  versionGone,
  versionInUse,
} from '../store-error.js';
import { ask, command, setIf, textOf, textsOf } from './commands.js';
import type { RedisConnection } from './connection.js';
import { unitKeys, unitsKey } from './redis-keys.js';
import { loadRuns, removeVersion } from './redis-load.js';
import { lockKey } from './redis-lock.js';
import { redisReader } from './redis-reader.js';
import { parseRecord, readRecord, type VersionRecord, writeRecord } from './redis-record.js';
import { readBack, type VersionIn, writeRun } from './redis-runs.js';

export interface RedisOptions {
  readonly prefix: string;
  /** Versions go by themselves so long after their upload began; null = never. */
  readonly ttlMs: number | null;
}

/** How often a reader looks again when what was current is dropped before it is open. */
const LOOKS = 5;

/** Versions in Redis, each entry under a key of its own: `redis-keys.ts`. */
export function redisStore(connection: RedisConnection, { prefix, ttlMs }: RedisOptions): Store {
  const { where } = connection;
  const keysOf = (unit: string) => unitKeys(prefix, unit);
  const within = (unit: string, version: string): VersionIn => {
    checkVersionName(version);
    return { connection, prefix, unit, version };
  };
  const readPointer = async (unit: string): Promise<{ text: string | null; pointer: Pointer }> => {
    const key = keysOf(unit).pointer;
    const text = textOf(await ask(connection, command('GET', key)));
    const pointer = text === null ? NO_POINTER : parsePointer(text);
    if (pointer === null) {
      throw new TesseraError(
        'STORE_DAMAGED',
        { store: where, reason: `${key} names no version` },
        { hint: 'Remove that key and upload again.' },
      );
    }
    return { text, pointer };
  };
  /** Change the pointer in one step, anew where somebody else has changed it meanwhile. */
  const repoint = async (
    unit: string,
    change: (pointer: Pointer) => Pointer | Promise<Pointer>,
  ): Promise<Pointer> => {
    for (;;) {
      const { text, pointer } = await readPointer(unit);
      const next = await change(pointer);
      if (next === pointer) return pointer;
      fault('pointer.written');
      if (await setIf(connection, keysOf(unit).pointer, text, formatPointer(next))) {
        fault('pointer.replaced');
        return next;
      }
    }
  };
  const isWhole = async (
    unit: string,
    version: string,
    record: VersionRecord,
  ): Promise<boolean> => {
    if (record.state !== 'loaded') return false;
    const { sentinel } = keysOf(unit).version(version);
    return textOf(await ask(connection, command('GET', sentinel))) === record.loadId;
  };
  /** The record of a version that is there as a whole. */
  const loadedOf = async (unit: string, version: string): Promise<VersionRecord> => {
    checkVersionName(version);
    const record = await readRecord(connection, keysOf(unit), version);
    if (record?.state !== 'loaded') throw notUploaded({ where }, unit, version);
    if (!(await isWhole(unit, version, record))) throw versionGone({ where }, unit, version);
    return record;
  };

  const store: Store = {
    kind: 'redis',
    where,

    async units() {
      const units = textsOf(await ask(connection, command('SMEMBERS', unitsKey(prefix))));
      const counts = await connection.send(
        units.map((unit) => command('HLEN', keysOf(unit).versions)),
      );
      return units.filter((_, i) => counts[i] !== 0).sort();
    },

    async versions(unit) {
      const { pointer } = await readPointer(unit);
      const { versions } = keysOf(unit);
      const names = textsOf(await ask(connection, command('HKEYS', versions)));
      const infos: VersionInfo[] = [];
      for (const version of names) {
        const text = textOf(await ask(connection, command('HGET', versions, version)));
        if (text === null) continue;
        // What cannot be read is nothing that could be used.
        const record = parseRecord(text);
        const { startedMs = 0, identity = '' } = record ?? {};
        const meta = record !== null && (await isWhole(unit, version, record)) ? record.meta : null;
        infos.push({
          version,
          state: meta === null ? 'loading' : 'loaded',
          isCurrent: version === pointer.current,
          isPrevious: version === pointer.previous,
          startedMs,
          identity,
          meta,
        });
      }
      return infos.sort((a, b) => b.startedMs - a.startedMs || (a.version < b.version ? 1 : -1));
    },

    current: async (unit) => (await readPointer(unit)).pointer.current,

    async reader(unit, version) {
      for (let look = 1; ; look++) {
        const wanted = version ?? (await store.current(unit));
        if (wanted === null) throw notUploaded({ where }, unit);
        try {
          const { meta, loadId } = await loadedOf(unit, wanted);
          if (meta === null) throw notUploaded({ where }, unit, wanted);
          return redisReader(within(unit, wanted), meta, loadId);
        } catch (cause) {
          const isDropped = version === undefined && (await store.current(unit)) !== wanted;
          if (!isDropped || look === LOOKS) throw cause;
        }
      }
    },

    lock: (unit, owner) => lockKey(connection, keysOf(unit).lock, unit, owner),

    async bulkLoad(unit, version, runs, options) {
      const into = within(unit, version);
      const record = await readRecord(connection, keysOf(unit), version);
      if (record !== null && (await isWhole(unit, version, record))) {
        throw versionInUse({ where }, unit, version);
      }
      return loadRuns(into, runs, options, ttlMs);
    },

    async finish(unit, version, meta) {
      const keys = keysOf(unit);
      const record = await readRecord(connection, keys, version);
      if (record?.state !== 'loading') throw notUploaded({ where }, unit, version);
      checkStored({ where }, meta, await readBack(within(unit, version), record));
      fault('verified');
      const expiry = record.expiresMs === null ? [] : ['PXAT', String(record.expiresMs)];
      const { sentinel } = keys.version(version);
      await ask(connection, command('SET', sentinel, record.loadId, ...expiry));
      fault('meta.written');
      await writeRecord(connection, keys, version, { ...record, state: 'loaded', meta });
      fault('meta.replaced');
    },

    async check(unit, version) {
      const record = await loadedOf(unit, version);
      if (record.isChanged || record.meta === null) return;
      const { entries, bytes, checksum } = await readBack(within(unit, version), record);
      const { meta } = record;
      if (entries === meta.entries && bytes === meta.bytes && checksum === meta.checksum) return;
      const reason = `version ${version} of ${unit} is not as it was written`;
      throw new TesseraError('STORE_DAMAGED', { store: where, reason });
    },

    async put(unit, version, entries) {
      const { announced, ...loaded } = await loadedOf(unit, version);
      // Behind a run that may have been cut off, too.
      const record = { ...loaded, announced, written: announced, isChanged: true };
      const written = await writeRun(within(unit, version), record, entries);
      await writeRecord(connection, keysOf(unit), version, written);
    },

    async activate(unit, version) {
      await loadedOf(unit, version);
      await repoint(unit, (pointer) => activated(pointer, version));
    },

    async rollback(unit) {
      const { current } = await repoint(unit, async (pointer) => {
        if (pointer.previous === null) throw nothingToRollBack({ where }, unit);
        await loadedOf(unit, pointer.previous);
        return { current: pointer.previous, previous: pointer.current };
      });
      // It was the previous one, which there was.
      return current!;
    },

    async drop(unit, version) {
      checkVersionName(version);
      const record = await readRecord(connection, keysOf(unit), version);
      if (record === null) return;
      await repoint(unit, (pointer) => {
        if (pointer.current === version) throw versionInUse({ where }, unit, version);
        return pointer.previous === version ? { ...pointer, previous: null } : pointer;
      });
      await removeVersion(within(unit, version), record);
      fault('dropped');
    },

    close: () => connection.close(),
  };
  return store;
}
