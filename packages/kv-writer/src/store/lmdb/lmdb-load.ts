import { statSync } from 'node:fs';
import { TesseraError } from '@tessera/api';
import { bootId } from '@tessera/locks';
import { fault } from '../../faults.js';
import { addEntry, checksumOf, newTally, type Tally, tallyFrom } from '../checksum.js';
import { checkedRuns, type Runs } from '../runs.js';
import type { Loaded, LoadOptions } from '../store.js';
import { type Environment, openEnvironment } from './environment.js';
import { makeFolder, removeTree, syncFile, writeError } from './files.js';
import { entriesPath, readLoading, writeLoading } from './version-folder.js';

export interface LoadInto {
  readonly folder: string;
  /** For messages. */
  readonly store: string;
  /** A version's file may not grow beyond it. */
  readonly maxBytes: number;
}

/**
 * Append runs to a version's file, each in one transaction with how far it came, and sync the file at the end.
 *
 * A version that would not fit, or for which the disk has no room, is removed at once; any other failure leaves what was
 * written to go on with.
 *
 * Throws  STORE_FULL, DISK_FULL, NOT_WRITABLE; what the runs throw; the signal's reason
 */
export async function loadRuns(
  { folder, store, maxBytes }: LoadInto,
  runs: Runs,
  { identity, onProgress, signal }: LoadOptions,
): Promise<Loaded> {
  const path = entriesPath(folder);
  const { environment, tally, after } = await begin(folder, identity);
  const resumedEntries = tally.entries;
  try {
    for await (const run of checkedRuns(runs, after, signal)) {
      for (const { key, value } of run) addEntry(tally, key, value);
      const { entries, bytes } = tally;
      const lastKey = Buffer.from(run.at(-1)!.key).toString('base64');
      await orRemove(folder, () => {
        environment.append(run, { entries, bytes, checksum: checksumOf(tally), lastKey });
      });
      fault('run.written');
      if (statSync(path).size > maxBytes) {
        await removeTree(folder);
        const reason = `a version may have ${maxBytes} bytes`;
        throw new TesseraError('STORE_FULL', { store, reason });
      }
      onProgress?.({ entries, bytes });
    }
  } finally {
    await environment.close();
  }
  await orRemove(folder, () => syncFile(path));
  fault('load.synced');
  const { entries, bytes } = tally;
  return { entries, bytes, checksum: checksumOf(tally), resumedEntries };
}

interface Begun {
  readonly environment: Environment;
  readonly tally: Tally;
  readonly after: Uint8Array | null;
}

async function begin(folder: string, identity: string): Promise<Begun> {
  const loading = await readLoading(folder);
  const boot = bootId();
  if (loading?.identity === identity && boot !== null && loading.boot === boot) {
    const begun = await goOn(folder);
    if (begun !== null) return begun;
  }
  await removeTree(folder);
  await makeFolder(folder);
  await writeLoading(folder, identity);
  fault('version.started');
  const environment = await orRemove(folder, () => openEnvironment(entriesPath(folder), 'loading'));
  return { environment, tally: newTally(), after: null };
}

/** Null where it is better to begin anew: nothing is there, or it cannot be read. */
async function goOn(folder: string): Promise<Begun | null> {
  try {
    const environment = openEnvironment(entriesPath(folder), 'loading');
    const progress = environment.progress();
    if (progress !== null) {
      const { entries, bytes, checksum, lastKey } = progress;
      const tally = tallyFrom(entries, bytes, checksum);
      return { environment, tally, after: Buffer.from(lastKey, 'base64') };
    }
    await environment.close();
  } catch {
    // What is there is not needed.
  }
  return null;
}

/** What a full disk holds of the version is in the way of others. */
async function orRemove<T>(folder: string, write: () => T | Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const error = await writeError(folder, cause);
    if (error.code === 'DISK_FULL') await removeTree(folder);
    throw error;
  }
}
