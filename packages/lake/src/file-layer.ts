import { closeSync, mkdirSync, openSync, writevSync } from 'node:fs';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { fault } from './faults.js';
import { makeFolderQuickly, renameQuickly } from './quick-fs.js';

/**
 * The calls by which anything durable comes to the disk: manifests, locks, staged files, what tasks leave each other. One
 * thin layer, so that a test can make any of them fail. DuckDB's own writing is not among them.
 *
 * Throws  what the system says, as it is
 */

export function openFile(path: string, flags: 'r' | 'r+' | 'w' | 'wx' | 'a'): Promise<FileHandle> {
  return attempt(() => {
    fault('file.open', path);
    return open(path, flags);
  });
}

/** All of the bytes: a write may take less than it is given. */
export async function writeBytes(file: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const isShort = fault('file.write', path);
    const length = isShort ? Math.ceil((bytes.length - at) / 2) : bytes.length - at;
    const { bytesWritten } = await file.write(bytes, at, length);
    at += bytesWritten;
  }
}

export function syncHandle(file: FileHandle, path: string): Promise<void> {
  return attempt(() => {
    fault('file.sync', path);
    return file.sync();
  });
}

export function renamePath(from: string, to: string): Promise<void> {
  return attempt(() => {
    fault('file.rename', to);
    return renameQuickly(from, to);
  });
}

export function linkPath(from: string, to: string): Promise<void> {
  return attempt(() => {
    fault('file.link', to);
    return link(from, to);
  });
}

/** Returns the uppermost folder that was made, if any. */
export function makeFolders(path: string): Promise<string | undefined> {
  return attempt(() => {
    fault('file.folder', path);
    return makeFolderQuickly(path);
  });
}

export function makeFoldersNow(path: string): void {
  fault('file.folder', path);
  mkdirSync(path, { recursive: true });
}

/** A file or a folder with all it holds; harmless when there is none. */
export function removePath(path: string): Promise<void> {
  return attempt(() => {
    fault('file.remove', path);
    return rm(path, { recursive: true, force: true });
  });
}

/** The system takes at most this many pieces in one gathering write. */
const PIECES_AT_ONCE = 1024;

/** A new file of some pieces, for whom cannot wait: those who compute. */
export class NewFile {
  readonly #path: string;
  readonly #fd: number;

  constructor(path: string) {
    this.#path = path;
    fault('file.open', path);
    this.#fd = openSync(path, 'wx');
  }

  /** Write pieces one behind the other; returns their length. A gathering write may stop anywhere. */
  write(parts: readonly Uint8Array[]): number {
    const left = parts.filter((part) => part.length > 0);
    let total = 0;
    let first = 0;
    while (first < left.length) {
      const isShort = fault('file.write', this.#path);
      const some = isShort
        ? [left[first]!.subarray(0, Math.ceil(left[first]!.length / 2))]
        : left.slice(first, first + PIECES_AT_ONCE);
      let written = writevSync(this.#fd, some);
      total += written;
      while (first < left.length && written >= left[first]!.length)
        written -= left[first++]!.length;
      if (written > 0) left[first] = left[first]!.subarray(written);
    }
    return total;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A fault is a rejection, as the system's own failure would be. */
async function attempt<T>(call: () => Promise<T>): Promise<T> {
  return call();
}
