import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEFAULT_CACHE = fileURLToPath(new URL('../../../.cache/bench', import.meta.url));

/** Folder of data, of what is kept, and of peers; it is there afterwards. */
export function cacheFolder({ cache }: { readonly cache: string | null }): string {
  const folder = resolve(process.env.INIT_CWD ?? '.', cache ?? DEFAULT_CACHE);
  mkdirSync(folder, { recursive: true });
  return folder;
}
