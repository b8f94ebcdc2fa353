import { combineProblems, type GroupBySpec, type JoinSpec } from '@tessera/api';
import type { Project } from '@tessera/compiler';
import type { ProjectConfig } from './load-config.js';
import { loadFiles } from './load-project.js';
import type { ModuleLoader } from './module-loader.js';

/** What a project exports, by name, in the order of its files. */
export interface Definitions {
  readonly joins: ReadonlyMap<string, JoinSpec>;
  readonly groupBys: ReadonlyMap<string, GroupBySpec>;
  /** The same, as it is compiled. */
  readonly project: Project;
}

/**
 * Load every definition file of a project and collect the joins and groupBys it exports.
 *
 * Throws   DEFINITION_FAILED with all files that throw, DUPLICATE_DEFINITION with all names that two files give to
 *          different definitions, NO_DEFINITIONS when there is neither a join nor a groupBy.
 */
export async function loadDefinitions(
  config: ProjectConfig,
  load: ModuleLoader,
  cwd: string,
  /** The folder that files are named from. */
  from = cwd,
): Promise<Definitions> {
  const { parse } = await import('@tessera/compiler');
  const project = parse(await loadFiles(config, load, from));
  if (project.told.length > 0) throw combineProblems(project.told);
  return {
    joins: new Map(project.joins.map((join) => [join.name, join])),
    groupBys: new Map(project.groupBys.map((groupBy) => [groupBy.name, groupBy])),
    project,
  };
}
