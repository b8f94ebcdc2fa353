import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { noProject } from '../failures.js';

export const CONFIG_FILE = 'tessera.config.ts';

export interface ProjectSearch {
  /** The folder the user typed the command in, absolute. */
  readonly cwd: string;
  /** `--project`, as typed. */
  readonly asked: string | undefined;
  /** `TESSERA_DEFAULT_PROJECT`. */
  readonly fallback: string | undefined;
}

/**
 * The project's folder, absolute: `--project`, else the nearest folder upwards with a `tessera.config.ts`, else the
 * fallback. Throws NO_PROJECT.
 */
export function findProject({ cwd, asked, fallback }: ProjectSearch): string {
  if (asked !== undefined) {
    const folder = path.resolve(cwd, asked);
    // A config file may be named too; its folder is the project.
    const named = path.basename(folder) === CONFIG_FILE ? path.dirname(folder) : folder;
    if (isFolder(named) && hasConfig(named)) return named;
    throw noProject(
      isFolder(named)
        ? `${asked} has no ${CONFIG_FILE}`
        : `--project ${asked}: there is no such folder`,
    );
  }
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (hasConfig(folder)) return folder;
    if (path.dirname(folder) === folder) break;
  }
  if (fallback !== undefined && fallback !== '') {
    const folder = path.resolve(cwd, fallback);
    if (hasConfig(folder)) return folder;
    throw noProject(`TESSERA_DEFAULT_PROJECT names ${fallback}, which has no ${CONFIG_FILE}`);
  }
  throw noProject(`no ${CONFIG_FILE} in ${cwd} or a folder above it`);
}

function hasConfig(folder: string): boolean {
  return existsSync(path.join(folder, CONFIG_FILE));
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}
