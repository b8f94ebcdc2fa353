import os from 'node:os';
import path from 'node:path';

/** The user's own cache: the shared temporary folder could be written to by others. */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'tessera');
}
