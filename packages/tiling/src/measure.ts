import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Measured {
  readonly bytes: number;
  readonly newestMs: number;
}

/** A file, or a folder with all it holds; null when it is gone. A folder's own time counts too. */
export async function measure(path: string): Promise<Measured | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (!found.isDirectory()) return { bytes: found.size, newestMs: found.mtimeMs };
  let bytes = 0;
  let newestMs = found.mtimeMs;
  for (const name of await names(path)) {
    const inner = await measure(join(path, name));
    bytes += inner?.bytes ?? 0;
    newestMs = Math.max(newestMs, inner?.newestMs ?? newestMs);
  }
  return { bytes, newestMs };
}

/** What a folder holds, by name; nothing when it is none. */
export async function names(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
