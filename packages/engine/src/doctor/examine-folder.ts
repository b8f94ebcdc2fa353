import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isTesseraError } from '@tessera/api';
import { leftoversOf, lockHolder, removeTree, stagingPath, WORK } from '@tessera/lake';
import { finishedTasks } from '../resume/task-record.js';
import { type Repairable, sound, wrong } from './finding.js';

/** Who writes a dataset or tile set now, as a finding; null when nobody does. */
export async function heldBy(folder: string): Promise<Repairable | null> {
  const path = join(folder, '_lock');
  const repair = 'left alone until that ends';
  try {
    const holder = await lockHolder(folder);
    if (holder === null) return null;
    const { owner, pid, host, since } = holder;
    const what = `being written: ${owner}, process ${pid} on ${host}, since ${since}`;
    return sound({ path, kind: 'held', what, repair });
  } catch (error) {
    if (!isTesseraError(error)) throw error;
    const told = 'remove it if nothing writes there';
    return wrong({ path, kind: 'held', what: 'names nobody', repair: told }, null);
  }
}

/** What killed runs left in the folder of a dataset or tile set that nobody writes. */
export async function examineLeftovers(folder: string): Promise<Repairable[]> {
  const { temporary, locks, staged, isResumable, hasStaging } = await leftoversOf(folder);
  const found: Repairable[] = [];
  const remove = (path: string) => () => removeTree(path);
  for (const name of locks) {
    const path = join(folder, name);
    const what = 'the lock of a process that is dead';
    found.push(wrong({ path, kind: 'lock', what, repair: 'removed' }, remove(path)));
  }
  for (const name of temporary) {
    const path = join(folder, name);
    found.push(
      wrong({ path, kind: 'temporary', what: 'half a file', repair: 'removed' }, remove(path)),
    );
  }
  for (const name of staged) {
    const path = stagingPath(folder, name);
    if (name === WORK && isResumable) {
      const what = `${finishedTasks(path, null)} finished tasks of a run that was killed`;
      const repair = 'kept: the same run goes on with them, any other removes them';
      found.push(sound({ path, kind: 'resumable', what, repair }));
      continue;
    }
    const what = 'staged by a run that did not end';
    const mend = async () => {
      await removeTree(path);
      // Together with the last one.
      await rmdir(stagingPath(folder)).catch(() => undefined);
    };
    found.push(wrong({ path, kind: 'staged', what, repair: 'removed' }, mend));
  }
  if (hasStaging && staged.length === 0) {
    const path = stagingPath(folder);
    const what = 'empty, of a run that did not end';
    found.push(wrong({ path, kind: 'staged', what, repair: 'removed' }, remove(path)));
  }
  return found;
}
