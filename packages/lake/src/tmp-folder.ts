import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, readHolder, thisProcess } from '@tessera/locks';
import { makeFoldersNow, NewFile } from './file-layer.js';
import { writeError } from './fs-error.js';

/** A folder for files that live as long as a run. */
export interface TmpFolder {
  /** Absolute if the parent was. */
  readonly path: string;
  /** Remove it. Harmless when repeated. */
  close(): void;
}

const PREFIX = 'tessera-run-';
const OWNER = 'owner.json';

/**
 * Make a folder of this process' own below `parent` (which is made), and remove those that dead processes of this host
 * left there.
 *
 * Throws  NOT_WRITABLE, DISK_FULL
 */
export function openTmpFolder(parent: string, owner: string): TmpFolder {
  const me = thisProcess(owner);
  const path = join(parent, `${PREFIX}${me.token}`);
  try {
    makeFoldersNow(parent);
    removeDead(parent);
    makeFoldersNow(path);
    const file = new NewFile(join(path, OWNER));
    try {
      file.write([Buffer.from(`${JSON.stringify(me)}\n`)]);
    } finally {
      file.close();
    }
  } catch (cause) {
    throw writeError(parent, cause);
  }
  return {
    path,
    close: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Remove those that dead processes of this host left below a folder, and it too if it is empty then. */
export function removeDeadFolders(parent: string): void {
  removeDead(parent);
  try {
    rmdirSync(parent);
  } catch {
    // Another run works there, or it never was.
  }
}

function removeDead(parent: string): void {
  for (const folder of deadFolders(parent)) rmSync(folder, { recursive: true, force: true });
}

/** Those that dead processes of this host left below a folder. */
export function deadFolders(parent: string): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent).flatMap((name) => {
    if (!name.startsWith(PREFIX)) return [];
    const folder = join(parent, name);
    let text: string;
    try {
      text = readFileSync(join(folder, OWNER), 'utf8');
    } catch {
      // Just being made, or just being removed.
      return [];
    }
    const holder = readHolder(text);
    return holder !== null && !isAlive(holder) ? [folder] : [];
  });
}
