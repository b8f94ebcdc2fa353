import { settledStat } from './file-stat.js';
import type { FileFact } from './list-source.js';
import { mapLimited } from './map-limited.js';
import { statOf } from './quick-fs.js';

/** Of files that were listed, those that are gone by now, or were written to or replaced. */
export async function changedFiles(
  files: readonly Pick<FileFact, 'path' | 'bytes' | 'stat'>[],
): Promise<string[]> {
  const changed = await mapLimited(files, 16, async ({ path, bytes, stat: before }) => {
    const now = await statOf(path).catch(() => null);
    if (now === null || now.size !== bytes) return [path];
    // Of a file that was never at rest only its size is known.
    return before === null || settledStat(now) === before ? [] : [path];
  });
  return changed.flat();
}
