import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, readHolder } from '@tessera/locks';
import { removeTree } from './durable.js';

/** What a run writes in the folder of a dataset or tile set while it works, and nothing after it. */
const STAGING = '_staging';
const TEMPORARY = /^(_manifest|_publish)\.json\.\d+\.tmp$/;
const OF_LOCKS = /^_lock(\..+)?$/;

/** Where runs stage in the folder of a dataset or tile set: all of them, or one by its name. */
export function stagingPath(folder: string, ...run: [string] | []): string {
  return join(folder, STAGING, ...run);
}

/** The folder below `_staging` that a later run can go on with: it has a record of finished tasks. */
export const WORK = 'work';
export const TASK_RECORD = 'tasks.log';

export interface Leftovers {
  /** Half a manifest or journal. */
  readonly temporary: readonly string[];
  /** Locks of processes that are dead by now, and what they left of the taking of one. */
  readonly locks: readonly string[];
  /** Folders of staged files, below `_staging`. */
  readonly staged: readonly string[];
  /** Whether one of those holds finished tasks. */
  readonly isResumable: boolean;
  /** There is a `_staging`. */
  readonly hasStaging: boolean;
}

/** Look for what killed runs left in the folder of a dataset or tile set; nothing is changed. */
export async function leftoversOf(folder: string): Promise<Leftovers> {
  const names: string[] = await readdir(folder).catch(() => []);
  const locks: string[] = [];
  for (const name of names) {
    if (!OF_LOCKS.test(name)) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    const holder = text === null ? null : readHolder(text);
    // Cut off before it said whose it is. Should its writer live after all, it writes it again.
    const isHalf = text !== null && holder === null && name.endsWith('.tmp');
    if (isHalf || (holder !== null && !isAlive(holder))) locks.push(name);
  }
  const hasStaging = names.includes(STAGING);
  const staged = hasStaging ? await readdir(stagingPath(folder)).catch(() => []) : [];
  const work = await readdir(stagingPath(folder, WORK), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  const files = work.filter((item) => item.isFile()).map(({ name }) => name);
  return {
    temporary: names.filter((name) => TEMPORARY.test(name)),
    locks,
    staged: staged.sort(),
    isResumable: files.length > 1 && files.includes(TASK_RECORD),
    hasStaging,
  };
}

/** Whether there is anything that `clearLeftovers` would remove. */
export function hasLeftovers({
  temporary,
  locks,
  staged,
  isResumable,
  hasStaging,
}: Leftovers): boolean {
  const isKept = isResumable && staged.length === 1;
  return temporary.length > 0 || locks.length > 0 || (hasStaging && !isKept);
}

/**
 * Remove what killed runs left, but for finished tasks that a later run can go on with. The caller holds the lock, so that
 * whoever wrote it is dead.
 *
 * Throws  NOT_WRITABLE
 */
export async function clearLeftovers(folder: string): Promise<void> {
  const { temporary, locks, staged, isResumable, hasStaging } = await leftoversOf(folder);
  for (const name of [...temporary, ...locks]) await removeTree(join(folder, name));
  if (!isResumable && hasStaging) return removeTree(stagingPath(folder));
  for (const name of staged) if (name !== WORK) await removeTree(stagingPath(folder, name));
}
