import { randomBytes } from 'node:crypto';
import { contentHash, isTesseraError } from '@tessera/api';
import { fault } from '../faults.js';
import type { Runs } from '../store/runs.js';
import type { Entry, Store, UploadLock, VersionInfo, VersionMeta } from '../store/store.js';

export interface Upload {
  readonly unit: string;
  /** Events before this instant are in it. */
  readonly asOfMs: number;
  /** JSON; what the entries are, for those who read them. */
  readonly served: unknown;
  /** Of everything that the entries are made from: data, definitions and the code's formats. Equal hash, equal entries. */
  readonly inputHash: string;
  /** A run is made certain as a whole and gone on behind after a crash: some thousand entries are a good length. */
  readonly runs: Runs;
  /** What others are told who find the unit locked: a command. */
  readonly owner?: string;
  readonly onProgress?: (loaded: { readonly entries: number; readonly bytes: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Uploaded {
  readonly version: string;
  /**
   * current: it was there and current, nothing was done. activated: it was there and is current now (again).
   * loaded: it was loaded, in whole or in part, and is current now.
   */
  readonly outcome: 'current' | 'activated' | 'loaded';
  readonly meta: VersionMeta;
  /** Of its entries, those that an upload had written that came to no end. */
  readonly resumedEntries: number;
  readonly previous: string | null;
  /** Versions that were removed. */
  readonly dropped: readonly string[];
  /** Versions that nobody needs and that could not be removed: the next upload will. */
  readonly left: readonly string[];
}

/**
 * Load a version of a unit, verify it, make it current, and remove what is older than the previous one.
 *
 *   lock → load → verify → activate → drop → unlock
 *
 * Killed anywhere, readers have the version from before or this one, whole; the next upload clears up. What was loaded of the
 * same upload before it was killed is gone on with.
 *
 * Throws  UPLOAD_LOCKED, UPLOAD_NOT_VERIFIED, STORE_FULL, DISK_FULL, STORE_UNAVAILABLE; what the runs throw
 */
export async function loadVersion(store: Store, upload: Upload): Promise<Uploaded> {
  const { unit } = upload;
  const identity = identityOf(upload);
  const lock = await store.lock(unit, upload.owner ?? 'upload');
  try {
    const isUsed = ({ isCurrent, isPrevious }: VersionInfo): boolean => isCurrent || isPrevious;
    // Before anything is written: it may need the room.
    const early = await dropAll(store, unit, (one) => !isUsed(one) && one.identity !== identity);
    const damaged = await damagedOnes(store, unit, identity);
    const isWhole = ({ version }: VersionInfo): boolean => !damaged.includes(version);
    const { version, outcome, meta, resumedEntries } = await loaded(
      store,
      upload,
      identity,
      lock,
      isWhole,
    );
    if (outcome !== 'current') {
      await lock.check();
      await store.activate(unit, version);
      fault('activated');
    }
    const late = await dropAll(store, unit, (one) => !isUsed(one) || !isWhole(one));
    const previous = (await store.versions(unit)).find((one) => one.isPrevious)?.version ?? null;
    const dropped = [...early.dropped, ...late.dropped];
    return { version, outcome, meta, resumedEntries, previous, dropped, left: late.left };
  } finally {
    await lock.release();
    fault('lock.released');
  }
}

/** Versions that this upload would take for its own, and that are no longer what was written. */
async function damagedOnes(store: Store, unit: string, identity: string): Promise<string[]> {
  const damaged: string[] = [];
  for (const { version, meta, ...one } of await store.versions(unit)) {
    if (meta === null || one.identity !== identity) continue;
    try {
      await store.check(unit, version);
    } catch (cause) {
      if (!isTesseraError(cause) || cause.code === 'STORE_UNAVAILABLE') throw cause;
      damaged.push(version);
    }
  }
  return damaged;
}

type LoadedVersion = Pick<Uploaded, 'version' | 'outcome' | 'meta' | 'resumedEntries'>;

/** The version of this upload, loaded now or before. */
async function loaded(
  store: Store,
  upload: Upload,
  identity: string,
  lock: UploadLock,
  isWhole: (version: VersionInfo) => boolean,
): Promise<LoadedVersion> {
  const { unit, asOfMs, served, onProgress, signal } = upload;
  const versions = await store.versions(unit);
  const same = versions.filter((one) => one.identity === identity && isWhole(one));
  const whole = same.find((one) => one.isCurrent) ?? same.find((one) => one.meta !== null);
  if (whole?.meta) {
    const outcome = whole.isCurrent ? 'current' : 'activated';
    return { version: whole.version, outcome, meta: whole.meta, resumedEntries: 0 };
  }
  const begun = same.find((one) => one.state === 'loading');
  const version = begun?.version ?? newVersion(asOfMs);
  const { resumedEntries, ...sums } = await store.bulkLoad(unit, version, held(upload.runs, lock), {
    identity,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  fault('load.done');
  const meta: VersionMeta = {
    format: 1,
    unit,
    version,
    asOfMs,
    uploadedMs: Date.now(),
    ...sums,
    identity,
    served,
  };
  await lock.check();
  await store.finish(unit, version, meta);
  fault('finished');
  return { version, outcome: 'loaded', meta, resumedEntries };
}

/** What cannot be removed is left: it is in nobody's way. */
async function dropAll(
  store: Store,
  unit: string,
  isDropped: (version: VersionInfo) => boolean,
): Promise<{ readonly dropped: readonly string[]; readonly left: readonly string[] }> {
  const dropped: string[] = [];
  const left: string[] = [];
  for (const { version } of (await store.versions(unit)).filter(isDropped)) {
    try {
      await store.drop(unit, version);
      dropped.push(version);
    } catch (cause) {
      if (!isTesseraError(cause) || cause.kind !== 'environment') throw cause;
      left.push(version);
    }
  }
  return { dropped, left };
}

const CHECK_EVERY_MS = 5000;

/** Runs end with an error where somebody else has taken the lock over. */
function held(runs: Runs, lock: UploadLock): Runs {
  return async function* (after): AsyncGenerator<readonly Entry[]> {
    let checkedMs = performance.now();
    for await (const run of runs(after)) {
      if (performance.now() - checkedMs > CHECK_EVERY_MS) {
        await lock.check();
        checkedMs = performance.now();
      }
      yield run;
    }
  };
}

/** An upload that would make the same version has the same. */
function identityOf({ unit, asOfMs, served, inputHash }: Upload): string {
  return contentHash({ unit, asOfMs, inputHash, served });
}

/** `20250301T000000Z-1f3a9c`: versions sort by their as-of, and no two are alike. */
function newVersion(asOfMs: number): string {
  const instant = new Date(asOfMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${instant}-${randomBytes(4).toString('hex')}`;
}
