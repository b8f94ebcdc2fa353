import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as api from '@tessera/api';
import { createJiti } from 'jiti';
import type { LoadWatch } from '../load-watch.js';

/** Loads a user's TypeScript or JavaScript file and returns its exports. */
export type ModuleLoader = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/** Less than the watch's limit, so that what can be reported in order is. */
const AWAIT_LIMIT_MS = 20_000;

/**
 * A loader for one project folder. `@tessera/api` is always this process's own instance, whether or not the project
 * has one installed: definitions and errors made by another copy would not be recognised. Files are read as they are now.
 */
export function createModuleLoader(projectFolder: string, watch: LoadWatch): ModuleLoader {
  const jiti = createJiti(pathToFileURL(path.join(projectFolder, 'tessera.config.ts')).href, {
    fsCache: cacheFolder(),
    virtualModules: { '@tessera/api': api },
  });
  // Another loader of this process may have read them when they were otherwise.
  for (const file of Object.keys(jiti.cache))
    if (file.startsWith(projectFolder + path.sep)) delete jiti.cache[file];
  return async (file) => {
    watch.begin(file);
    const exports: unknown = await withLimit(jiti.import(file)).finally(watch.end);
    return typeof exports === 'object' && exports !== null ? { ...exports } : { default: exports };
  };
}

/** The user's own cache: jiti's default below the shared temporary folder could be written to by others. */
function cacheFolder(): string {
  return path.join(
    process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
    'tessera',
    'jiti',
  );
}

/** A top-level `await` that never settles would end the process silently, with exit code 0. */
async function withLimit<T>(loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`still waiting for a top-level await after ${AWAIT_LIMIT_MS / 1000} s`));
    }, AWAIT_LIMIT_MS);
  });
  try {
    return await Promise.race([loading, limit]);
  } finally {
    clearTimeout(timer);
  }
}
