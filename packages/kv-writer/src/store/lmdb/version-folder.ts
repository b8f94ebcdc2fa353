import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { bootId } from '@tessera/locks';
import { fault } from '../../faults.js';
import { isVersionName } from '../names.js';
import type { VersionMeta } from '../store.js';
import { readText, replaceFile } from './files.js';

/** Beside the entries while they are written. */
export interface LoadingFile {
  readonly format: 1;
  readonly identity: string;
  readonly startedMs: number;
  /** Until the end nothing is synced: after another start of the machine it is not gone on with. */
  readonly boot: string | null;
}

/** Beside the entries from the moment they are complete. */
export interface LoadedFile {
  readonly format: 1;
  readonly startedMs: number;
  /** Of the entries' file when it was complete. */
  readonly fileBytes: number;
  /** CRC-32 of all of it; null once something was put into it. */
  readonly fileCrc: number | null;
  readonly meta: VersionMeta;
}

export const entriesPath = (folder: string): string => join(folder, 'data.mdb');
const loadingPath = (folder: string): string => join(folder, 'LOADING');
const loadedPath = (folder: string): string => join(folder, 'META');

/** Names of folders that are versions. What else lies there is not looked at. Throws what the system does. */
export async function versionFolders(unitFolder: string): Promise<string[]> {
  try {
    const found = await readdir(unitFolder, { withFileTypes: true });
    return found.flatMap((one) => (one.isDirectory() && isVersionName(one.name) ? one.name : []));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw cause;
  }
}

export async function writeLoading(folder: string, identity: string): Promise<void> {
  const file: LoadingFile = { format: 1, identity, startedMs: Date.now(), boot: bootId() };
  await replaceFile(loadingPath(folder), `${JSON.stringify(file)}\n`);
}

/** Null where there is none, or none that can be read: then nothing is known of the load. */
export async function readLoading(folder: string): Promise<LoadingFile | null> {
  const text = await readText(loadingPath(folder));
  try {
    const file = JSON.parse(text ?? '') as LoadingFile;
    return file.format === 1 ? file : null;
  } catch {
    return null;
  }
}

export async function writeLoaded(folder: string, file: LoadedFile): Promise<void> {
  await replaceFile(loadedPath(folder), `${JSON.stringify(file)}\n`, {
    written: () => fault('meta.written'),
    replaced: () => fault('meta.replaced'),
  });
}

/** Null where the version is not loaded. Throws STORE_DAMAGED. */
export async function readLoaded(folder: string, store: string): Promise<LoadedFile | null> {
  const path = loadedPath(folder);
  const text = await readText(path);
  if (text === null) return null;
  try {
    const file = JSON.parse(text) as LoadedFile;
    if (file.format !== 1 || file.meta.format !== 1) throw new Error('of another format');
    return file;
  } catch (cause) {
    const reason = `${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new TesseraError('STORE_DAMAGED', { store, reason }, { cause });
  }
}
