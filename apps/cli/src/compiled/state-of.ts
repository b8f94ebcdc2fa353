import { existsSync } from 'node:fs';
import path from 'node:path';
import { combineProblems, TesseraError } from '@tessera/api';
import type { Artefact, Project } from '@tessera/compiler';
import type { CommandContext } from '../commands/context.js';
import { shownPath } from '../paths.js';
import { CONFIG_FILE } from '../project/find-project.js';
import { loadConfig } from '../project/load-config.js';
import { loadFiles } from '../project/load-project.js';
import { createModuleLoader } from '../project/module-loader.js';
import { NOTHING_KEPT } from '../project/transformed-files.js';
import { atRevision, isRevision } from './git-revision.js';
import { isCompiled, readCompiled } from './read-compiled.js';

export type Artefacts = ReadonlyMap<string, Artefact>;

/**
 * What a project's objects are at a place: a folder that was compiled, a folder with a config, or a git revision of the
 * project.
 *
 * Throws   UNKNOWN_REVISION, NEWER_COMPILED, BAD_COMPILED; what is wrong with definitions there
 */
export async function stateOf(
  place: string,
  project: string,
  context: CommandContext,
): Promise<Artefacts> {
  if (place === '')
    throw new TesseraError('UNKNOWN_REVISION', { revision: "''", reason: 'nothing is named.' });
  const folder = path.resolve(context.cwd, place);
  if (isCompiled(folder)) return readCompiled(folder, shownPath(context.cwd, folder));
  if (existsSync(path.join(folder, CONFIG_FILE))) return artefactsIn(folder, context);
  // A branch may be called as a folder is.
  if (existsSync(folder) && !isRevision(project, place)) {
    const reason = `the folder has neither a ${CONFIG_FILE} nor what \`tessera compile\` wrote.`;
    throw new TesseraError('UNKNOWN_REVISION', { revision: place, reason });
  }
  return atRevision(project, place, (there) => {
    if (!existsSync(path.join(there, CONFIG_FILE))) {
      const reason = 'the project was not there.';
      throw new TesseraError('UNKNOWN_REVISION', { revision: place, reason });
    }
    return artefactsIn(there, context);
  });
}

/** A project compiled in memory. Throws what is wrong with its definitions. */
export async function artefactsIn(folder: string, context: CommandContext): Promise<Artefacts> {
  return artefactsFor(await projectIn(folder, context));
}

export async function projectIn(folder: string, context: CommandContext): Promise<Project> {
  const load = createModuleLoader(folder, context.loadWatch, NOTHING_KEPT);
  const config = await loadConfig(folder, load, context.cwd);
  const { parse } = await import('@tessera/compiler');
  const project = parse(await loadFiles(config, load, folder));
  if (project.told.length > 0) throw combineProblems(project.told);
  return project;
}

/** Artefacts with the tiles that only the engine knows. */
export async function artefactsFor(project: Project): Promise<Artefacts> {
  const { artefactsOf } = await import('@tessera/compiler');
  const { tilesOfPlan } = await import('@tessera/engine');
  return artefactsOf(project, tilesOfPlan);
}
