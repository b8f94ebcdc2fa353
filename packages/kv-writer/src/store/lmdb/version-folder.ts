import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { fault } from '../../faults.js';
import { bootId } from '../holder.js';
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

/** LMDB's magic number and the version of its format, behind the first page's header. */
const MAGIC = Buffer.from([0xde, 0xc0, 0xef, 0xbe]);

/**
 * Look at a file of entries before LMDB maps it: reading behind the end of a file that was cut short ends the process.
 *
 * Throws  STORE_DAMAGED
 */
export async function checkFile(folder: string, file: LoadedFile, store: string): Promise<void> {
  const path = entriesPath(folder);
  const reason = await damageOf(path, file.fileBytes);
  if (reason === null) return;
  throw new TesseraError('STORE_DAMAGED', { store, reason: `${path} ${reason}` });
}

async function damageOf(path: string, fileBytes: number): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 'is not there';
  if (found.size < fileBytes) return `has ${found.size} bytes, and was written with ${fileBytes}`;
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.includes(MAGIC) ? null : 'does not begin as it was written';
  } finally {
    await file.close();
  }
}
