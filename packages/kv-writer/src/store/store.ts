import type { Runs } from './runs.js';

/** What stands below one key. Stores know neither what a key means nor what its value is made of. */
export interface Entry {
  /** 1 byte or more, no two alike within a version. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What is told of a version that is loaded, as JSON; written once, when its last entry is. */
export interface VersionMeta {
  readonly format: 1;
  readonly unit: string;
  readonly version: string;
  /** Events before this instant are in it. */
  readonly asOfMs: number;
  readonly uploadedMs: number;
  readonly entries: number;
  /** Of keys and values together. */
  readonly bytes: number;
  /** Of all entries in any order: `checksumOf`. */
  readonly checksum: string;
  /** Hash of everything that the entries are made from: a version that has it need not be made again. */
  readonly identity: string;
  /** What the entries are, for those who read them. */
  readonly served: unknown;
}

/** loading: entries are being written, or were when the process died. loaded: complete, verified, never changed again but by `put`. */
export type VersionState = 'loading' | 'loaded';

export interface VersionInfo {
  readonly version: string;
  readonly state: VersionState;
  readonly isCurrent: boolean;
  readonly isPrevious: boolean;
  readonly startedMs: number;
  readonly identity: string;
  /** Null while it is loading. */
  readonly meta: VersionMeta | null;
}

export interface ReadOptions {
  /** Reading ends with its reason when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Reads one version, whatever becomes current meanwhile. */
export interface StoreReader {
  readonly meta: VersionMeta;
  /**
   * Values in the order of the keys; null where there is no such key. All of one version, or an error: of a version that is
   * being dropped never a null for what was there.
   *
   * Throws  STORE_VERSION_GONE, STORE_UNAVAILABLE, STORE_DAMAGED; the signal's reason
   */
  multiGet(
    keys: readonly Uint8Array[],
    options?: ReadOptions,
  ): Promise<readonly (Uint8Array | null)[]>;
  /**
   * The same at once, where nothing has to be waited for; null where something has to be: then `multiGet` is asked. Absent
   * where there always is. Throws likewise.
   */
  multiGetNow?(keys: readonly Uint8Array[]): readonly (Uint8Array | null)[] | null;
  /** What the reader holds is given free; harmless when repeated. */
  close(): Promise<void>;
}

/** The right to write versions of one unit. */
export interface UploadLock {
  /** Throws UPLOAD_LOCKED where somebody else has taken it over, as they may from a holder that does not answer. */
  check(): Promise<void>;
  /** Harmless when repeated, or when the lock was taken over. */
  release(): Promise<void>;
}

export interface Loaded {
  readonly entries: number;
  readonly bytes: number;
  readonly checksum: string;
  /** Of `entries`, those that an earlier load had written. */
  readonly resumedEntries: number;
}

export interface LoadOptions {
  /** Of the version: what was loaded before for another one is never gone on with. */
  readonly identity: string;
  /** After each run, what is in the store for good. */
  readonly onProgress?: (loaded: { readonly entries: number; readonly bytes: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Where versions of units are kept: an adapter of one key-value store. `storeContract` of the kit tests one.
 *
 * A unit (`join.fraud_v2`) is what is uploaded and switched as a whole; of its loaded versions one is current, one previous.
 * Everything throws STORE_UNAVAILABLE where the store cannot be reached, and STORE_DAMAGED where it holds what nobody wrote.
 */
export interface Store {
  /** `lmdb`, `redis`, … */
  readonly kind: string;
  /** As a user would write it, without secrets. */
  readonly where: string;
  /** Sorted. */
  units(): Promise<readonly string[]>;
  /** Newest first. */
  versions(unit: string): Promise<readonly VersionInfo[]>;
  /** What readers are given. Cheap: fetchers ask again and again. */
  current(unit: string): Promise<string | null>;
  /** @param version default the current one. Throws NOT_UPLOADED. */
  reader(unit: string, version?: string): Promise<StoreReader>;
  /**
   * Become the only one who uploads the unit. A lock whose holder is dead is taken over.
   *
   * @param owner what others are told: a command
   * Throws  UPLOAD_LOCKED naming who holds it and since when
   */
  lock(unit: string, owner: string): Promise<UploadLock>;
  /**
   * Write entries to a version that nobody reads, or go on with what an earlier call of the same identity wrote of it.
   *
   * Throws  STORE_FULL, DISK_FULL; what the runs throw; the signal's reason. What was written stays, to go on with.
   */
  bulkLoad(unit: string, version: string, runs: Runs, options: LoadOptions): Promise<Loaded>;
  /** Read back all that is stored and compare it with `meta`; then the version counts as loaded. Throws UPLOAD_NOT_VERIFIED. */
  finish(unit: string, version: string, meta: VersionMeta): Promise<void>;
  /**
   * Compare all that is stored of a loaded version with what was written, as far as nothing was put into it since. Reads it all.
   *
   * Throws  NOT_UPLOADED, STORE_DAMAGED, STORE_VERSION_GONE
   */
  check(unit: string, version: string): Promise<void>;
  /** Replace or add entries of a loaded version, where readers see them. `meta` is left as it is. Throws NOT_UPLOADED. */
  put(unit: string, version: string, entries: readonly Entry[]): Promise<void>;
  /** Make a loaded version current, in one step; what was current is then previous. Nothing is done where it is current. Throws NOT_UPLOADED. */
  activate(unit: string, version: string): Promise<void>;
  /** Exchange current and previous, in one step. Returns what is now current. Throws NOTHING_TO_ROLL_BACK. */
  rollback(unit: string): Promise<string>;
  /** Remove a version, loaded or not; harmless when there is none. Throws VERSION_IN_USE for the current one. */
  drop(unit: string, version: string): Promise<void>;
  /** Readers that are open are closed too. */
  close(): Promise<void>;
}
