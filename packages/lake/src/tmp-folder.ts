import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeError } from './fs-error.js';
import { isAlive, readHolder, thisProcess } from './holder.js';

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
    mkdirSync(parent, { recursive: true });
    removeDead(parent);
    mkdirSync(path);
    writeFileSync(join(path, OWNER), `${JSON.stringify(me)}\n`);
  } catch (cause) {
    throw writeError(parent, cause);
  }
  return {
    path,
    close: () => rmSync(path, { recursive: true, force: true }),
  };
}

function removeDead(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(parent, name);
    let text: string;
    try {
      text = readFileSync(join(folder, OWNER), 'utf8');
    } catch {
      // Just being made, or just being removed.
      continue;
    }
    const holder = readHolder(text);
    if (holder !== null && !isAlive(holder)) rmSync(folder, { recursive: true, force: true });
  }
}
